import Foundation
import Synchronization

/// A bounded queue between the threads that ask and the thread that works.
///
/// `post` never waits: a full or closed mailbox says so. `take` waits for work and returns all that has gathered, up
/// to a limit, so that batches form by themselves while the worker is busy and nothing ever waits on purpose. A worker
/// that could do nothing with a few elements yet asks for more of them and is interrupted when it could.
final class Mailbox<Element: Sendable>: Sendable {
    enum PostOutcome {
        case posted
        case full
        case closed
    }

    fileprivate struct State {
        var elements: [Element] = []
        /// Where the elements not yet taken begin.
        var start = 0
        var sleepers = 0
        /// How many elements wake a sleeper.
        var wanted = 1
        var isInterrupted = false
        var isClosed = false

        var count: Int { elements.count - start }
    }

    private let capacity: Int
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an element unless the mailbox is full or closed.
    func post(_ element: Element) -> PostOutcome {
        let (outcome, wakes) = state.withLock { state -> (PostOutcome, Bool) in
            if state.isClosed { return (.closed, false) }
            if state.count >= capacity { return (.full, false) }
            state.elements.append(element)
            guard state.count >= state.wanted else { return (.posted, false) }
            return (.posted, state.wakeOne())
        }
        if wakes { wakeUp.signal() }
        return outcome
    }

    /// Waits for elements and takes the oldest of them; `nil` once the mailbox is closed and empty.
    ///
    /// - Parameter wanted: So many elements are waited for; fewer, or none, are returned behind an interruption.
    func take(atMost limit: Int, atLeast wanted: Int = 1) -> [Element]? {
        while true {
            let (taken, isEnd) = state.withLock { state -> ([Element]?, Bool) in
                if state.isClosed, state.count == 0 { return (nil, true) }
                if state.count >= wanted || state.isInterrupted || state.isClosed {
                    state.isInterrupted = false
                    return (state.removeFirst(limit), false)
                }
                state.wanted = wanted
                state.sleepers += 1
                return (nil, false)
            }
            if let taken { return taken }
            if isEnd { return nil }
            wakeUp.wait()
        }
    }

    /// Ends the present waiting of one taker, or the next one.
    func interrupt() {
        let wakes = state.withLock { state in
            state.isInterrupted = true
            return state.wakeOne()
        }
        if wakes { wakeUp.signal() }
    }

    /// Lets nothing more in. What is inside is still taken.
    func close() {
        let sleepers = state.withLock { state -> Int in
            state.isClosed = true
            defer { state.sleepers = 0 }
            return state.sleepers
        }
        for _ in 0..<sleepers { wakeUp.signal() }
    }

    /// How many elements wait.
    var count: Int { state.withLock { $0.count } }
}

extension Mailbox.State {
    /// Counts a sleeper as woken; `false` where there is none.
    fileprivate mutating func wakeOne() -> Bool {
        guard sleepers > 0 else { return false }
        sleepers -= 1
        return true
    }

    /// The oldest elements.
    fileprivate mutating func removeFirst(_ limit: Int) -> [Element] {
        if start == 0, elements.count <= limit {
            defer {
                elements = []
                elements.reserveCapacity(limit)
            }
            return elements
        }
        let end = min(start + limit, elements.count)
        let taken = Array(elements[start..<end])
        start = end
        // Moving the rest down now and then keeps the cost of a taking constant on average.
        if start == elements.count || start > 1024 {
            elements.removeSubrange(..<start)
            start = 0
        }
        return taken
    }
}
