import Foundation
import Synchronization

/// A bounded queue between the threads that ask and the thread that works.
///
/// `post` never waits: a full or closed mailbox says so. `take` waits for work and returns all that has gathered, up
/// to a limit, so that batches form by themselves while the worker is busy and nothing ever waits on purpose.
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
            guard state.sleepers > 0 else { return (.posted, false) }
            state.sleepers -= 1
            return (.posted, true)
        }
        if wakes { wakeUp.signal() }
        return outcome
    }

    /// Waits for elements and takes the oldest of them; `nil` once the mailbox is closed and empty.
    func take(atMost limit: Int) -> [Element]? {
        while true {
            let taken = state.withLock { state -> [Element]? in
                if state.count > 0 { return state.removeFirst(limit) }
                if state.isClosed { return [] }
                state.sleepers += 1
                return nil
            }
            switch taken {
            case .some(let elements): return elements.isEmpty ? nil : elements
            case .none: wakeUp.wait()
            }
        }
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
