import Engine
import Methods
import RPC
import Synchronization

/// One `POST /rpc`: the body is one message, a call or a batch, and the answer is all that comes of it.
///
/// Replies come from the engine's threads and are taken in right there; the task that answers the request sleeps until
/// the last of them is in. What is answered counts as kept from when it is known; where that is too much the exchange is
/// over, whatever is still under way.
final class RPCExchange: ReplySink {
    fileprivate struct State {
        var connection: LineConnection
        var desk: CallDesk
        var session: Session?
        let caller: Caller
        /// `nil` once nothing is kept any more.
        var share: HeldBytes.Share?
        /// How much of the share is for the answer.
        var kept = 0
        var isOver = false
        var isTooMuch = false
        var waiting: CheckedContinuation<[UInt8]?, Never>?
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - id: what the log calls the request, unless it has a session.
    ///   - share: what the request keeps, and from now on its answer too.
    init(
        _ body: some Collection<UInt8>, id: String, session: Session?, from caller: Caller,
        keeping share: HeldBytes.Share, limits: ConnectionLimits,
        service: Service, engine: Engine
    ) {
        // Nothing is read after this message, so there is nothing that could wait for room.
        var limits = limits
        limits.outputBytes = .max
        var connection = LineConnection(limits: limits, framing: .whole)
        connection.receive(body)
        connection.receiveEnd()
        state = Mutex(
            State(
                connection: connection, desk: CallDesk(service: service, engine: engine, id: id), session: session,
                caller: caller, share: share))
    }

    /// Carries the message out; empty where it has nothing but notifications, `nil` where there is no room for the answer.
    func run() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.carryOutActions(replyingTo: self)
                if !state.isOver { state.waiting = continuation }
                return state.isOver
            }
            if isOver { continuation.resume(returning: takeAnswer()) }
        }
    }

    private func takeAnswer() -> [UInt8]? {
        state.withLock { $0.isTooMuch ? nil : $0.connection.takeOutput() }
    }

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        let waiting = state.withLock { state -> CheckedContinuation<[UInt8]?, Never>? in
            for (token, reply) in replies {
                for answer in state.desk.settle(token, reply) { state.give(answer) }
            }
            state.carryOutActions(replyingTo: self)
            return state.isOver ? state.waiting.take() : nil
        }
        waiting?.resume(returning: takeAnswer())
    }
}

extension RPCExchange.State {
    fileprivate mutating func carryOutActions(replyingTo sink: RPCExchange) {
        defer { desk.service.countUnreadable(connection.takeUnreadable()) }
        while let action = connection.next() {
            switch action {
            case .call(let call):
                // The body may have taken its time, and what came before in a batch as well.
                if let open = session, !desk.service.isOpen(open) { session = nil }
                guard let answer = desk.begin(call, in: session, from: caller, replyingTo: sink) else {
                    continue
                }
                // A batch may begin with session.hello instead of carrying its key in a header.
                if let opened = answer.session { session = opened.from(caller.origin) }
                give(answer)
            // The body is here already.
            case .pauseReading, .resumeReading: break
            case .close:
                isOver = true
                keep()
            }
        }
    }

    fileprivate mutating func give(_ answer: CallDesk.Answer) {
        switch answer.result {
        case .success(let result): connection.reply(answer.call, result: result)
        case .failure(let error): connection.fail(answer.call, error)
        }
        keep()
    }

    /// Counts what the answer has become, and ends the exchange where that is too much. What was done is done: the same
    /// keys give the same answers when they come again.
    private mutating func keep() {
        let now = connection.outputCount + connection.gatheredCount
        defer { kept = max(kept, now) }
        guard now > kept, let share, !share.grow(by: now - kept) else { return }
        self.share = nil
        connection.abandon()
        _ = connection.takeOutput()
        desk.abandon()
        isTooMuch = true
        isOver = true
    }
}
