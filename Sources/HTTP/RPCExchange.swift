import Engine
import Methods
import RPC
import Synchronization

/// One `POST /rpc`: the body is one message, a call or a batch, and the answer is all that comes of it.
///
/// Replies come from the engine's threads and are taken in right there; the task that answers the request sleeps until
/// the last of them is in.
final class RPCExchange: ReplySink {
    fileprivate struct State {
        var connection: LineConnection
        var desk: CallDesk
        var session: Session?
        var isOver = false
        var waiting: CheckedContinuation<[UInt8], Never>?
    }

    private let state: Mutex<State>

    init(_ body: some Collection<UInt8>, session: Session?, limits: ConnectionLimits, service: Service, engine: Engine)
    {
        var connection = LineConnection(limits: limits, framing: .whole)
        connection.receive(body)
        connection.receiveEnd()
        state = Mutex(
            State(connection: connection, desk: CallDesk(service: service, engine: engine), session: session))
    }

    /// Carries the message out; empty where it has nothing but notifications.
    func run() async -> [UInt8] {
        await withCheckedContinuation { continuation in
            let output = state.withLock { state -> [UInt8]? in
                state.carryOutActions(replyingTo: self)
                guard !state.isOver else { return state.connection.takeOutput() }
                state.waiting = continuation
                return nil
            }
            if let output { continuation.resume(returning: output) }
        }
    }

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        let end = state.withLock { state -> (CheckedContinuation<[UInt8], Never>, [UInt8])? in
            for (token, reply) in replies {
                for answer in state.desk.settle(token, reply) { state.give(answer) }
            }
            state.carryOutActions(replyingTo: self)
            guard state.isOver, let waiting = state.waiting.take() else { return nil }
            return (waiting, state.connection.takeOutput())
        }
        if let (waiting, output) = end { waiting.resume(returning: output) }
    }
}

extension RPCExchange.State {
    fileprivate mutating func carryOutActions(replyingTo sink: RPCExchange) {
        while let action = connection.next() {
            switch action {
            case .call(let call):
                guard let answer = desk.begin(call, in: session, replyingTo: sink) else { continue }
                // A batch may begin with session.hello instead of carrying its key in a header.
                if let opened = answer.session { session = opened }
                give(answer)
            // The body is here already.
            case .pauseReading, .resumeReading: break
            case .close: isOver = true
            }
        }
    }

    fileprivate mutating func give(_ answer: CallDesk.Answer) {
        switch answer.result {
        case .success(let result): connection.reply(answer.call, result: result)
        case .failure(let error): connection.fail(answer.call, error)
        }
    }
}
