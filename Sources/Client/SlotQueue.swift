/// Tasks that wait for room, first come, first served; any of them may leave early.
struct SlotQueue {
    private var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
    private var first = 0
    private var next = 0

    /// A place at the end.
    mutating func drawTicket() -> Int {
        defer { next += 1 }
        return next
    }

    /// Takes a place that was drawn.
    mutating func add(_ continuation: CheckedContinuation<Void, any Error>, at ticket: Int) {
        waiters[ticket] = continuation
        first = min(first, ticket)
    }

    /// Leaves early.
    mutating func remove(at ticket: Int) -> CheckedContinuation<Void, any Error>? {
        waiters.removeValue(forKey: ticket)
    }

    /// Takes out whoever waits longest.
    mutating func takeFirst() -> CheckedContinuation<Void, any Error>? {
        while first < next {
            defer { first += 1 }
            if let continuation = waiters.removeValue(forKey: first) { return continuation }
        }
        return nil
    }

    /// Takes out everyone, in order.
    mutating func takeAll() -> [CheckedContinuation<Void, any Error>] {
        var all: [CheckedContinuation<Void, any Error>] = []
        while let continuation = takeFirst() { all.append(continuation) }
        return all
    }
}
