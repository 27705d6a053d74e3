import Engine
import NIOCore
import Synchronization

/// Whether the store answers: asked at most once at a time and once a second, however many ask.
final class Readiness: ReplySink {
    private struct State {
        var isReady = false
        var askedAt: NIODeadline?
        var isAsking = false
        var isDraining = false
        var waiting: [CheckedContinuation<Bool, Never>] = []
    }

    private let engine: Engine
    private let patience: TimeAmount
    private let state = Mutex(State())

    init(engine: Engine, patience: TimeAmount) {
        self.engine = engine
        self.patience = patience
    }

    /// From now on the server is not ready, because it goes down.
    func drain() {
        state.withLock { $0.isDraining = true }
    }

    /// Whether calls can be answered now.
    func check(on eventLoop: any EventLoop) async -> Bool {
        await withCheckedContinuation { continuation in
            let (known, asks) = state.withLock { state -> (Bool?, Bool) in
                if state.isDraining { return (false, false) }
                let age = state.askedAt.map { .now() - $0 }
                if !state.isAsking, let age, age < .seconds(1) { return (state.isReady, false) }
                // A store that has been silent for so long is not ready, whatever it says later.
                if state.isAsking, let age, age >= patience { return (false, false) }
                state.waiting.append(continuation)
                defer {
                    if !state.isAsking { state.askedAt = .now() }
                    state.isAsking = true
                }
                return (nil, !state.isAsking)
            }
            if let known { continuation.resume(returning: known) }
            guard asks else { return }
            eventLoop.scheduleTask(in: patience) { self.wakeUp(isReady: false) }
            let query = Query(sink: self, token: 0) { reader, _ in
                _ = try reader.writers()
                return .answered(result: [])
            }
            if engine.submit(query) != nil { finish(isReady: false) }
        }
    }

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        if case .answered? = replies.first?.reply { finish(isReady: true) } else { finish(isReady: false) }
    }

    private func finish(isReady: Bool) {
        state.withLock { state in
            state.isAsking = false
            state.isReady = isReady
        }
        wakeUp(isReady: isReady)
    }

    private func wakeUp(isReady: Bool) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: isReady) }
    }
}
