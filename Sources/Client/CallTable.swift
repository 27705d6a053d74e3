import JSON
import RPC
import Synchronization

// What a connection knows of its calls: which are on their way, how many more the server would take, who waits for
// room, and which bytes wait to be sent. Tasks write it and the event loop reads it, under one lock that is never held
// while something else happens.
//
// A call holds its slot until the server has answered, even when nobody waits for the answer any more, because the
// server counts it too. So the table, and the bytes it keeps, are bounded by what the server allows.

/// The calls of one connection.
final class CallTable: Sendable {
    private struct State {
        var waiting: [Int64: PendingCall] = [:]
        var lastID: Int64 = 0
        var freeSlots = 1
        var queue = SlotQueue()
        var outbox: [UInt8] = []
        var replyBytesMost = 16 << 20
        var end: ConnectionFailure?

        /// Gives the free slots to those who waited longest.
        mutating func takeWaiters() -> [CheckedContinuation<Void, any Error>] {
            var woken: [CheckedContinuation<Void, any Error>] = []
            while freeSlots > 0, let continuation = queue.takeFirst() {
                freeSlots -= 1
                woken.append(continuation)
            }
            return woken
        }
    }

    private let state = Mutex(State())

    // MARK: For tasks that call

    /// Waits until the server takes one more call; first come, first served.
    func takeSlot() async throws {
        let (isTaken, ticket) = try state.withLock { state in
            if let end = state.end { throw end }
            guard state.freeSlots == 0 else {
                state.freeSlots -= 1
                return (true, 0)
            }
            return (false, state.queue.drawTicket())
        }
        if isTaken { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let verdict: Result<Void, any Error>? = state.withLock { state in
                    if let end = state.end { return .failure(end) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.freeSlots > 0 {
                        state.freeSlots -= 1
                        return .success(())
                    }
                    state.queue.add(continuation, at: ticket)
                    return nil
                }
                if let verdict { continuation.resume(with: verdict) }
            }
        } onCancel: {
            state.withLock { $0.queue.remove(at: ticket) }?.resume(throwing: CancellationError())
        }
    }

    /// Registers a call that has a slot and puts its line with those that wait to be sent.
    ///
    /// The result also says whether the caller must see to it that they are sent. `params` is JSON text.
    func enqueue(_ method: String, params: [UInt8]) throws -> (PendingCall, mustFlush: Bool) {
        let call = PendingCall()
        let mustFlush = try state.withLock { state in
            if let end = state.end { throw end }
            state.lastID += 1
            let isFirst = state.outbox.isEmpty
            Self.append(method, id: state.lastID, params, to: &state.outbox)
            state.waiting[state.lastID] = call
            return isFirst
        }
        return (call, mustFlush)
    }

    private static func append(_ method: String, id: Int64, _ params: [UInt8], to outbox: inout [UInt8]) {
        var writer = JSONWriter(reserving: params.count + lineOverhead)
        writer.beginObject()
        writer.key("jsonrpc")
        writer.string("2.0")
        writer.key("id")
        writer.int(id)
        writer.key("method")
        writer.string(method)
        writer.key("params")
        writer.raw(params)
        writer.endObject()
        writer.endLine()
        outbox.append(contentsOf: writer.bytes)
    }

    /// What a line is longer than its params, at most.
    static let lineOverhead = 128

    // MARK: For the event loop

    /// Hands over what waits to be sent.
    func takeOutbox() -> [UInt8] {
        state.withLock { state in
            var taken: [UInt8] = []
            swap(&taken, &state.outbox)
            return taken
        }
    }

    /// The longest line that the server may send.
    var replyBytesMost: Int { state.withLock(\.replyBytesMost) }

    /// The oldest call that has no answer yet.
    var oldestWaiting: Int64? { state.withLock { $0.waiting.keys.min() } }

    /// Takes what the server told about itself.
    func apply(_ limits: KizunaClient.Limits) {
        let woken = state.withLock { state in
            state.replyBytesMost = limits.replyBytes + 1024
            state.freeSlots += limits.inFlight - 1
            return state.takeWaiters()
        }
        for continuation in woken { continuation.resume() }
    }

    /// Brings a line of the server to the call it answers.
    ///
    /// - Throws: `ConnectionFailure` where the line ends the connection.
    func receive(_ line: [UInt8]) throws(ConnectionFailure) {
        let reply: JSONValue
        do throws(JSONError) {
            reply = try JSONDocument(line).root
        } catch {
            throw .lost(reason: "the server's answer is not JSON: \(error)")
        }
        let failure = reply["error"].map { RPCFailure($0) }
        guard let id = reply["id"]?.int64 else {
            // Only what concerns the connection as a whole has the id null; a line without one is an announcement.
            if let failure, reply["id"]?.isNull == true { throw .turnedAway(failure) }
            return
        }
        settle(id, failure.map { .failure($0) } ?? reply["result"].map { .success($0) })
    }

    private func settle(_ id: Int64, _ result: Result<JSONValue, any Error>?) {
        let (call, woken) = state.withLock { state in
            guard let call = state.waiting.removeValue(forKey: id) else {
                return (PendingCall?.none, [CheckedContinuation<Void, any Error>]())
            }
            state.freeSlots += 1
            return (call, state.takeWaiters())
        }
        for continuation in woken { continuation.resume() }
        let missing = ConnectionFailure.lost(reason: "the server's answer has neither a result nor an error")
        call?.settle(result ?? .failure(missing))
    }

    /// Fails everything that waits; the first reason stays.
    func end(_ reason: ConnectionFailure) {
        let (calls, waiters, end) = state.withLock { state in
            let end = state.end ?? reason
            state.end = end
            defer {
                state.waiting = [:]
                state.outbox = []
            }
            return (Array(state.waiting.values), state.queue.takeAll(), end)
        }
        for waiter in waiters { waiter.resume(throwing: end) }
        for call in calls { call.settle(.failure(end)) }
    }
}
