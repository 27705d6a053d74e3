import Engine
import Foundation
import MemoryStore
import Synchronization

/// Holds commits back until the test lets them go on, so that a test says what happens while a batch is under way.
final class HeldCommits: Sendable {
    private struct State {
        var isHolding = false
        var arrived = 0
        var accepted = 0
        /// What happens to the next commits, one after the other.
        var faults: [MemoryStore.Fault?] = []
    }

    private let state = Mutex(State())
    private let mayGoOn = DispatchSemaphore(value: 0)

    /// How many commits have come to the store.
    var arrived: Int { state.withLock { $0.arrived } }

    /// How many commands were accepted, durable or not.
    var accepted: Int { state.withLock { $0.accepted } }

    /// The store's hook.
    func meet(_ batch: Batch) -> MemoryStore.Fault? {
        let isHolding = state.withLock { state in
            state.arrived += 1
            return state.isHolding
        }
        if isHolding { mayGoOn.wait() }
        return state.withLock { $0.faults.isEmpty ? nil : $0.faults.removeFirst() }
    }

    /// The harness's hook.
    func countAccepted() { state.withLock { $0.accepted += 1 } }

    /// Holds every commit from now on.
    func hold() { state.withLock { $0.isHolding = true } }

    /// Lets the commit that is held go on, and holds the next one.
    func letOneGo() { mayGoOn.signal() }

    /// Lets the commit that is held meet a fault, and holds no more.
    func letAllGo(_ faults: [MemoryStore.Fault?]) {
        state.withLock { state in
            state.isHolding = false
            state.faults = faults
        }
        mayGoOn.signal()
    }

    /// Waits until something has come about.
    func wait(until condition: () -> Bool) {
        let end = ContinuousClock.now + .seconds(60)
        while !condition() {
            precondition(ContinuousClock.now < end, "what a test waits for comes about within a minute")
            Thread.sleep(forTimeInterval: 0.0005)
        }
    }
}
