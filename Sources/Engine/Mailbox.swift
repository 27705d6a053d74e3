import Foundation
import Synchronization

/// A bounded queue between the threads that ask and the thread that works.
///
/// `post` never waits: a full or closed mailbox says so. `take` waits for work and returns all that has gathered, up
/// to a limit, so that batches form by themselves while the worker is busy and nothing ever waits on purpose. A worker
/// that could do nothing with a few elements yet asks for more of them and is interrupted when it could.
final class Mailbox<Element: Queued>: Sendable {
    enum PostOutcome {
        case posted
        case full
        case closed
    }

    fileprivate struct State {
        var elements = FairQueue<Element>()
        var sleepers = 0
        /// How many elements wake a sleeper.
        var wanted = 1
        var isInterrupted = false
        var isClosed = false

        var count: Int { elements.count }
    }

    private let capacity: Int
    private let reserve: Int
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - capacity: how many elements may wait.
    ///   - reserve: how many more may wait that are the only one of their sender, so that no flood shuts the others out.
    init(capacity: Int, reserve: Int = 0) {
        self.capacity = capacity
        self.reserve = reserve
    }

    /// Adds an element unless the mailbox is full or closed.
    func post(_ element: Element) -> PostOutcome {
        let (outcome, wakes) = state.withLock { state -> (PostOutcome, Bool) in
            if state.isClosed { return (.closed, false) }
            let room = state.elements.isWaiting(element.sink) ? capacity : capacity + reserve
            if state.count >= room { return (.full, false) }
            state.elements.append(element)
            guard state.count >= state.wanted else { return (.posted, false) }
            return (.posted, state.wakeOne())
        }
        if wakes { wakeUp.signal() }
        return outcome
    }

    /// Waits for elements and takes some of them, of every sender in turn; `nil` once the mailbox is closed and empty.
    ///
    /// - Parameter wanted: So many elements are waited for; fewer, or none, are returned behind an interruption.
    func take(atMost limit: Int, atLeast wanted: Int = 1) -> [Element]? {
        while true {
            let (taken, isEnd) = state.withLock { state -> ([Element]?, Bool) in
                if state.isClosed, state.count == 0 { return (nil, true) }
                if state.count >= wanted || state.isInterrupted || state.isClosed {
                    state.isInterrupted = false
                    return (state.elements.removeFirst(limit), false)
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
}
