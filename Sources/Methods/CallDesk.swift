public import Engine
public import RPC

// Where calls wait between the wire and the engine, whichever wire it is: a connection has one desk, and so has the body
// of an HTTP request.
//
// Order: commands go to the engine as they come, and the engine keeps them in order. A query is held back until every
// command that came before it at this desk is answered, so that it sees what they did.

/// The calls of one caller that are under way.
public struct CallDesk: Sendable {
    /// What a call is answered with.
    public struct Answer: Sendable {
        public let call: CallToken
        public let result: Result<[UInt8], RPCError>
        /// The session that the call opened.
        public let session: Session?
    }

    /// What a caller is told before the answer.
    public struct Notice: Sendable {
        public let call: CallToken
        /// What the notification is called.
        public let method: String
        public let figures: [(name: String, value: Int64)]
    }

    private struct Pending {
        let call: CallToken
        /// Whether queries that come behind it wait for it.
        var isWaitedFor: Bool
        let meter: CallMeter
        let session: Session?
        /// Counts the calls of this desk.
        let number: Int
    }

    private struct HeldQuery {
        let query: Query
        /// How many commands must be answered first.
        let barrier: Int
    }

    public let service: Service
    private let engine: Engine
    /// What the log calls it until a session is open.
    private let id: String
    private var pending: [Int: Pending] = [:]
    private var lastToken = 0
    private var lastNumber = 0
    private var commandsSubmitted = 0
    private var commandsAnswered = 0
    private var heldQueries: [HeldQuery] = []

    /// Creates an empty desk.
    ///
    /// - Parameter id: what the log calls it until a session is open.
    public init(service: Service, engine: Engine, id: String) {
        self.service = service
        self.engine = engine
        self.id = id
    }

    /// Whether nothing is under way.
    public var isEmpty: Bool { pending.isEmpty }

    /// Forgets everything, as when the caller has vanished; replies that come later are ignored.
    public mutating func abandon() {
        pending = [:]
        heldQueries = []
    }

    // MARK: Calls

    /// Begins a call; the answer, if there is one at once. Otherwise the engine replies to the sink, and `settle` makes
    /// an answer of that.
    ///
    /// - Parameters:
    ///   - certificate: what the caller showed on its TLS connection, if anything.
    ///   - caller: where the caller is.
    public mutating func begin(
        _ call: Call, in session: Session?, certificate: ClientProof? = nil, from caller: Caller,
        replyingTo sink: any ReplySink
    ) -> Answer? {
        lastNumber += 1
        let known = Pending(
            call: call.token, isWaitedFor: false, meter: service.meter(of: call), session: session, number: lastNumber)
        let disposition = service.dispatch(call, in: session, certificate: certificate, from: caller.address)
        switch disposition {
        case .reply(let result): return answer(known, .success(result))
        case .fail(let error):
            if error.code == RPCCode.notAuthenticated, call.method == SessionMethods.hello.name {
                service.logRefusedHello(request: request(known), from: caller)
            }
            return answer(known, .failure(error))
        case .welcome(let session, let result): return answer(known, .success(result), opening: session)
        case .command, .commands, .query, .errand, .longQuery: break
        }
        lastToken += 1
        if case .commands(let group) = disposition,
            let result = group.submit(to: engine, for: session, replyingTo: sink, token: lastToken)
        {
            return answer(known, .success(result))
        }
        guard let reason = submit(disposition, of: session, token: lastToken, to: sink) else {
            var known = known
            known.isWaitedFor = disposition.isWaitedFor
            pending[lastToken] = known
            if disposition.isWaitedFor { commandsSubmitted += 1 }
            return nil
        }
        return answer(known, service.render(.unavailable(reason)))
    }

    private mutating func submit(
        _ disposition: Disposition, of session: Session?, token: Int, to sink: any ReplySink
    ) -> Unavailability? {
        switch disposition {
        case .command(let cause, let command):
            return engine.submit(
                Submission(
                    cause: cause, command: command, sink: sink, token: token, author: session?.author,
                    stores: session?.client.stores ?? []))
        case .commands:
            // The engine has what it took of it.
            return nil
        case .errand(let body):
            return engine.submit(Errand(sink: sink, token: token, body: body))
        case .query(let body):
            return hold(Query(sink: sink, token: token, body: body))
        case .longQuery(let body):
            return hold(Query(sink: sink, token: token, longBody: body))
        case .reply, .fail, .welcome:
            preconditionFailure("what is answered already is not submitted")
        }
    }

    private mutating func hold(_ query: Query) -> Unavailability? {
        guard commandsAnswered < commandsSubmitted else { return engine.submit(query) }
        heldQueries.append(HeldQuery(query: query, barrier: commandsSubmitted))
        return nil
    }

    // MARK: Replies

    /// What a reply of the engine answers: the call that it is for, and queries behind it that could not be asked.
    public mutating func settle(_ token: Int, _ reply: Reply) -> [Answer] {
        guard let pending = pending.removeValue(forKey: token) else { return [] }
        var answers = [answer(pending, service.render(reply))]
        guard pending.isWaitedFor else { return answers }
        commandsAnswered += 1
        while let held = heldQueries.first, held.barrier <= commandsAnswered {
            heldQueries.removeFirst()
            if let reason = engine.submit(held.query) { answers += settle(held.query.token, .unavailable(reason)) }
        }
        return answers
    }

    /// What a caller is told of how far its call is; `nil` where it is answered already.
    public func notice(_ token: Int, _ progress: QueryProgress) -> Notice? {
        pending[token].map {
            Notice(
                call: $0.call, method: "\($0.meter.methodName).progress",
                figures: [("operations", progress.operations), ("of", progress.total)])
        }
    }

    private func answer(
        _ pending: Pending, _ result: Result<[UInt8], RPCError>, opening opened: Session? = nil
    ) -> Answer {
        pending.meter.stop(result)
        let session = pending.session ?? opened
        service.log(pending.meter, result, of: session, request: request(pending, in: session))
        return Answer(call: pending.call, result: result, session: opened)
    }

    /// What the log calls a call.
    private func request(_ pending: Pending, in session: Session? = nil) -> String {
        "\(session?.id ?? id)/\(pending.number)"
    }
}

extension Disposition {
    /// Whether queries wait for it: whoever publishes and then looks sees it.
    fileprivate var isWaitedFor: Bool {
        switch self {
        case .command, .commands, .errand: true
        case .reply, .fail, .welcome, .query, .longQuery: false
        }
    }
}
