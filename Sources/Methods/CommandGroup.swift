import Engine
import JSON
import Loyalty
import RPC
import Synchronization

/// Several commands of one call, each under a key of its own, which are answered together, one by one.
public struct CommandGroup: Sendable {
    /// One of them: what has to be carried out, or why it cannot be.
    enum Item: Sendable {
        case command(Cause, Command)
        case refused(RPCError)
    }

    let items: [Item]
    /// The places of the items in the order in which they are carried out.
    let order: [Int]
    /// How each reply looks.
    let render: @Sendable (Reply) -> Result<[UInt8], RPCError>

    /// Hands the commands to an engine; the reply comes to a sink, once all of them are answered.
    ///
    /// - Returns: the result where it is known already, and no reply will come.
    func submit(to engine: Engine, for session: Session?, replyingTo sink: any ReplySink, token: Int) -> [UInt8]? {
        let gathering = Gathering(count: items.count, sink: sink, token: token) { replies in write(replies) }
        for place in order {
            guard case .command(let cause, let command) = items[place] else { continue }
            let submission = Submission(
                cause: cause, command: command, sink: gathering, token: place, author: session?.author,
                stores: session?.client.stores ?? [])
            if let reason = engine.submit(submission) { gathering.note(place, .unavailable(reason)) }
        }
        return gathering.finish(refused: items.count { if case .refused = $0 { true } else { false } }).map(write)
    }

    private func write(_ replies: [Reply?]) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.key("results")
        json.beginArray()
        for (item, reply) in zip(items, replies) {
            json.beginObject()
            switch (item, reply.map(render)) {
            case (_, .success(let result)?):
                json.key("result")
                json.raw(result)
            case (_, .failure(let error)?), (.refused(let error), nil):
                json.key("error")
                error.write(to: &json)
            case (.command, nil): preconditionFailure("every command is answered before the call is")
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.take()
    }
}

/// Waits for the replies to all commands of a group.
private final class Gathering: ReplySink {
    private struct State {
        var replies: [Reply?]
        /// How many replies are missing, and one more until everything is handed over.
        var missing: Int
    }

    private let state: Mutex<State>
    private let sink: any ReplySink
    private let token: Int
    private let write: @Sendable ([Reply?]) -> [UInt8]

    init(count: Int, sink: any ReplySink, token: Int, write: @escaping @Sendable ([Reply?]) -> [UInt8]) {
        state = Mutex(State(replies: Array(repeating: nil, count: count), missing: count + 1))
        self.sink = sink
        self.token = token
        self.write = write
    }

    var connection: ObjectIdentifier { sink.connection }

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        let all: [Reply?]? = state.withLock { state in
            for (place, reply) in replies { state.replies[place] = reply }
            state.missing -= replies.count
            return state.missing == 0 ? state.replies : nil
        }
        if let all { sink.deliver([(token, .answered(result: write(all)))]) }
    }

    /// Takes in what the engine answered at once.
    func note(_ place: Int, _ reply: Reply) {
        state.withLock { state in
            state.replies[place] = reply
            state.missing -= 1
        }
    }

    /// Everything is handed over, but for so many that never came to the engine.
    ///
    /// - Returns: the replies where none is missing any more.
    func finish(refused: Int) -> [Reply?]? {
        state.withLock { state in
            state.missing -= refused + 1
            return state.missing == 0 ? state.replies : nil
        }
    }
}
