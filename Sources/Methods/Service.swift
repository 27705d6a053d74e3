public import Engine
import JSON
import Ledger
public import Logging
import Loyalty
public import Metrics
public import RPC
import Synchronization
import Time

/// Everything that is answered on the wire, without sockets: which methods there are, who may call them, what their
/// params become, and how replies look.
public final class Service: Sendable {
    /// What a method needs to do its work.
    public struct Surroundings: Sendable {
        public let rules: RuleDirectory
        public let clients: ClientDirectory
        public let clock: Clock
        public let drawID: IDSource
        public let limits: ToldLimits
        /// What signs allowances.
        public let keys: AllowanceKeys
        /// The version of this program.
        public let version: String

        public init(
            rules: RuleDirectory, clients: ClientDirectory, clock: @escaping Clock, drawID: @escaping IDSource,
            limits: ToldLimits, keys: AllowanceKeys, version: String
        ) {
            self.rules = rules
            self.clients = clients
            self.clock = clock
            self.drawID = drawID
            self.limits = limits
            self.keys = keys
            self.version = version
        }

        /// The rule set in force now.
        var ruleSet: RuleSet { rules.book.inForce(at: clock()) }
    }

    /// What the product's own methods are described by, written once for all services of a process.
    private static let ownDescription = MethodTable(MethodTable<Handling>.product).description

    private let table: MethodTable<Handling>
    private let surroundings: Surroundings
    private let description: [UInt8]
    private let ignored = Atomic<Int>(0)
    private let meters: CallMeters
    private let logger: Logger
    private let rates: CallRates<Int64>
    private let keylessRates: CallRates<AddressBlock>
    /// What HTTP refuses, counted apart: somebody who tries keys must not keep a whole shop from saying hello.
    private let refusalRates: CallRates<AddressBlock>

    /// - Parameter extra: further methods, which only tests add.
    public init(
        _ surroundings: Surroundings, extra: [MethodTable<Handling>.Entry] = [],
        metrics: any MetricsFactory = MetricsSystem.factory,
        logger: Logger = Logger(label: "kizuna.calls") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.surroundings = surroundings
        self.rates = CallRates(
            perSecond: surroundings.limits.callsPerSecond, burst: surroundings.limits.callsAtOnce)
        self.keylessRates = CallRates(
            perSecond: surroundings.limits.keylessCallsPerSecond, burst: surroundings.limits.keylessCallsAtOnce)
        self.refusalRates = CallRates(
            perSecond: surroundings.limits.keylessCallsPerSecond, burst: surroundings.limits.keylessCallsAtOnce)
        self.table = MethodTable(MethodTable<Handling>.product + extra)
        self.description = extra.isEmpty ? Self.ownDescription : table.description
        self.meters = CallMeters(methods: table.entries.map(\.method.name), factory: metrics)
        self.logger = logger
    }

    /// Starts to time a call.
    func meter(of call: Call) -> CallMeter { meters.start(call.method) }

    /// A name that nothing else has in the log.
    public func drawRequestID() -> String { surroundings.drawID().text }

    /// Logs how a call ended: by whom it was, as a number, and nothing of what it said.
    ///
    /// - Parameter request: names the call.
    func log(_ meter: CallMeter, _ result: Result<[UInt8], RPCError>, of session: Session?, request: String) {
        guard logger.logLevel <= .debug else { return }
        var metadata: Logger.Metadata = [
            "request": "\(request)", "method": "\(meter.methodName)",
            "outcome": "\(CallOutcome(result).rawValue)", "microseconds": "\(meter.elapsedNanoseconds / 1000)",
        ]
        if let client = session?.client.number { metadata["client"] = "\(client)" }
        if case .failure(let error) = result { metadata["problem"] = "\(error.type)" }
        logger.debug("a call was answered", metadata: metadata)
    }

    /// Logs that a hello was refused for want of a key that opens something, and where it came from.
    func logRefusedHello(request: String, from caller: Caller) {
        logger.notice(
            "a key was not accepted",
            metadata: ["request": "\(request)", "remote": "\(caller.origin ?? "unknown")"])
    }

    /// Counts messages, or entries of batches, in which no call could be read.
    public func countUnreadable(_ count: Int) {
        if count > 0 { meters.countUnreadable(count) }
    }

    /// Counts a connection for which there was no room.
    public func countTurnedAway() { meters.countTurnedAway() }

    /// Takes note of a request of HTTP that was refused before any call in it was looked at: counted, and logged with
    /// where it came from, for as long as no more of that address are refused than calls without a key allowed.
    ///
    /// - Returns: what to refuse it with: the error itself, or for a wrong key one too many that the address is too fast.
    public func refuse(_ error: RPCError, request: String, from caller: Caller) -> RPCError {
        let waitMs = refusalRates.take(1, of: caller.address)
        let told =
            waitMs.map { error.code == RPCCode.notAuthenticated ? .rateLimited(retryAfterMs: $0) : error } ?? error
        meters.countRefusedRequest(told.code)
        logger.log(
            level: waitMs == nil ? .notice : .debug, "a request was refused",
            metadata: [
                "request": "\(request)", "problem": "\(told.type)", "remote": "\(caller.origin ?? "unknown")",
            ])
        return told
    }

    /// The session of a caller who shows a key with every request, as over HTTP; `nil` for a key that nobody has.
    public func session(withKey key: String, from origin: String?) -> Session? {
        session(with: ClientProof(APIKey(key)), from: origin)
    }

    /// The same for what was shown on a connection of TLS.
    public func session(with proof: ClientProof, from origin: String?) -> Session? {
        surroundings.clients.client(with: proof, at: surroundings.clock()).map {
            Session(id: surroundings.drawID().text, client: $0, proof: proof, origin: origin)
        }
    }

    /// Whether what a session was opened with is still valid.
    public func isOpen(_ session: Session) -> Bool {
        surroundings.clients.client(with: session.proof, at: surroundings.clock())?.number == session.client.number
    }

    /// What a call comes to. Never waits.
    ///
    /// - Parameters:
    ///   - certificate: what the caller showed on its TLS connection, if anything.
    ///   - address: where the caller is.
    public func dispatch(
        _ call: Call, in session: Session?, certificate: ClientProof? = nil, from address: AddressBlock
    ) -> Disposition {
        if session == nil, call.method == SessionMethods.hello.name {
            return greet(call, certificate: certificate, from: address)
        }
        do throws(RPCError) {
            try charge(call, of: session, from: address)
            return try look(at: call, in: session, certificate: certificate)
        } catch {
            return .fail(error)
        }
    }

    /// What a hello comes to. One that opens a session counts for its client, so that no flood of others from the same
    /// address keeps it out; only one that is refused counts for the address.
    private func greet(_ call: Call, certificate: ClientProof?, from address: AddressBlock) -> Disposition {
        do throws(RPCError) {
            let disposition = try look(at: call, in: nil, certificate: certificate)
            if case .welcome(let session, _) = disposition, let waitMs = rates.take(1, of: session.client.number) {
                throw .rateLimited(retryAfterMs: waitMs)
            }
            return disposition
        } catch {
            if error.code == RPCCode.rateLimited { return .fail(error) }
            return .fail(keylessRates.take(1, of: address).map { .rateLimited(retryAfterMs: $0) } ?? error)
        }
    }

    /// What a call comes to that its caller may make now.
    private func look(
        at call: Call, in session: Session?, certificate: ClientProof?
    ) throws(RPCError) -> Disposition {
        let entry = try table.find(call.method)
        try entry.attachment.authorize(session)
        if call.isNotification && entry.method.changes {
            // Nobody would learn what became of it.
            ignored.add(1, ordering: .relaxed)
            return .reply([])
        }
        let problems = entry.method.check(call.params)
        guard problems.isEmpty else { throw RPCError.invalidParams(problems) }
        if let stores = session?.client.stores {
            let problems = StoreScope(stores: stores).problems(with: call.params, of: entry.method)
            guard problems.isEmpty else { throw .otherStore(problems) }
        }
        let request = Request(
            method: entry.method, params: Params(entry.method.arguments(call.params)), raw: call.params,
            session: session, certificate: certificate, surroundings: surroundings, description: description,
            ignoredNotifications: ignored.load(ordering: .relaxed))
        return try entry.attachment.handle(request)
    }

    /// Refuses a client that has used up its calls, or without a session an address. What is wrong in whatever way
    /// counts too.
    private func charge(_ call: Call, of session: Session?, from address: AddressBlock) throws(RPCError) {
        let calls = (try? table.find(call.method))?.attachment.charge(call.params) ?? 1
        let waitMs =
            if let session { rates.take(calls, of: session.client.number) } else {
                keylessRates.take(calls, of: address)
            }
        if let waitMs { throw .rateLimited(retryAfterMs: waitMs) }
    }

    /// A reply of the engine as it goes over the wire.
    public func render(_ reply: Reply) -> Result<[UInt8], RPCError> { surroundings.render(reply) }
}

extension Service.Surroundings {
    /// A reply of the engine as it goes over the wire.
    func render(_ reply: Reply) -> Result<[UInt8], RPCError> {
        switch reply {
        case .answered(let result): .success(result)
        case .accepted(let result, let replayed): .success(Self.close(result, replayed: replayed))
        case .refused(let refusal): .failure(RPCError(refusal, in: ruleSet.program))
        case .refusedBefore(let refusal): .failure(RPCError(refusal, in: ruleSet.program).again)
        case .declined(let refusal): .failure(RPCError(refusal, in: ruleSet.program))
        case .unanswerable(let reason): .failure(reason as? RPCError ?? .internalError)
        case .unavailable(.overloaded): .failure(.overloaded(retryAfterMs: 100))
        case .unavailable(.shuttingDown): .failure(.shuttingDown)
        case .unavailable(.storeFailed): .failure(.internalError)
        case .unavailable(.storeAway): .failure(.databaseAway)
        }
    }

    /// The result object with its member `replayed`.
    private static func close(_ result: [UInt8], replayed: Bool) -> [UInt8] {
        var closed = result
        closed.removeLast()
        closed.append(contentsOf: replayed ? replayedTrue : replayedFalse)
        return closed
    }

    private static let replayedTrue = Array(#","replayed":true}"#.utf8)
    private static let replayedFalse = Array(#","replayed":false}"#.utf8)
}
