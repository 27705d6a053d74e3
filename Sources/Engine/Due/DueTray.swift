import Foundation
import Loyalty
import Synchronization

/// Members for whom something is due, on their way from the thread that finds them to the lane that writes it down.
///
/// The lane takes as many as the tills leave room for. Whatever becomes of a visit is told back once; one that was
/// dropped, because its batch met others, is found again later.
final class DueTray: Sendable {
    /// How many members may wait: enough that the lane never waits for them to be found.
    private static let capacity = 1024

    /// What became of visits.
    struct Tally {
        /// Members for whom something was written.
        var written = 0
        /// Members whose visit has to be made again.
        var dropped = 0
        /// What is to be put down for members who had nothing due.
        var corrections: [DueCorrection] = []
    }

    private struct State {
        var waiting: [MemberState] = []
        /// How many are in the lane's hands.
        var taken = 0
        var tally = Tally()
        var isClosed = false
        /// Whether the finder waits for room, or for the end.
        var sleeps = false
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let whenFilled: @Sendable () -> Void

    /// - Parameter whenFilled: called when members come into an empty tray.
    init(whenFilled: @escaping @Sendable () -> Void) {
        self.whenFilled = whenFilled
    }

    // MARK: The finder's side

    /// Puts members in, once there is room; `false` where the lane takes no more.
    func put(_ members: [MemberState]) -> Bool {
        wait { $0.isClosed || $0.waiting.count < Self.capacity }
        let (isOpen, wasEmpty) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            defer { state.waiting += members }
            return (true, state.waiting.isEmpty)
        }
        if isOpen, wasEmpty, !members.isEmpty { whenFilled() }
        return isOpen
    }

    /// Waits until every visit has ended, and tells how they ended since this was asked last.
    func settled() -> Tally {
        wait { $0.waiting.isEmpty && $0.taken == 0 }
        return state.withLock { state in
            defer { state.tally = Tally() }
            return state.tally
        }
    }

    private func wait(until isFulfilled: (borrowing State) -> Bool) {
        while true {
            let isDone = state.withLock { state in
                state.sleeps = !isFulfilled(state)
                return !state.sleeps
            }
            if isDone { return }
            wakeUp.wait()
        }
    }

    // MARK: The lane's side

    /// Whether nobody waits.
    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    /// Takes the members that have waited longest.
    func take(atMost limit: Int) -> [MemberState] {
        change { state in
            let count = min(limit, state.waiting.count)
            let members = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            state.taken += count
            return members
        }
    }

    /// Tells that visits ended with something written, or have to be made again.
    func end(written: Int = 0, dropped: Int = 0) {
        guard written + dropped > 0 else { return }
        change { state in
            state.taken -= written + dropped
            state.tally.written += written
            state.tally.dropped += dropped
        }
    }

    /// Tells that a visit ended with nothing due.
    func end(with correction: DueCorrection) {
        change { state in
            state.taken -= 1
            state.tally.corrections.append(correction)
        }
    }

    /// Lets nobody in any more, and forgets who waits.
    func close() {
        change { state in
            state.isClosed = true
            state.tally.dropped += state.waiting.count
            state.waiting = []
        }
    }

    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, wakes) = state.withLock { state in
            let result = body(&state)
            defer { state.sleeps = false }
            return (result, state.sleeps)
        }
        if wakes { wakeUp.signal() }
        return result
    }
}
