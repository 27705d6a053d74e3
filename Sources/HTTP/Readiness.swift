import Engine
import NIOCore
import Synchronization

/// Whether the store answers: asked at most once at a time and once a second, however many ask.
final class Readiness: ReplySink {
    private struct State {
        var isReady = false
        var askedAt: NIODeadline?
        var isAsking = false
        /// How often the store was asked.
        var questions = 0
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
            let (known, question) = state.withLock { state -> (Bool?, Int?) in
                if state.isDraining { return (false, nil) }
                let age = state.askedAt.map { .now() - $0 }
                if !state.isAsking, let age, age < .seconds(1) { return (state.isReady, nil) }
                // A store that has been silent for so long is not ready, whatever it says later.
                if state.isAsking, let age, age >= patience { return (false, nil) }
                state.waiting.append(continuation)
                if state.isAsking { return (nil, nil) }
                state.isAsking = true
                state.askedAt = .now()
                state.questions += 1
                return (nil, state.questions)
            }
            if let known { continuation.resume(returning: known) }
            guard let question else { return }
            eventLoop.scheduleTask(in: patience) { self.giveUp(question) }
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

    /// Waits no longer for the answer to a question, unless it came.
    private func giveUp(_ question: Int) {
        let isOpen = state.withLock { $0.isAsking && $0.questions == question }
        if isOpen { wakeUp(isReady: false) }
    }

    private func wakeUp(isReady: Bool) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: isReady) }
    }
}
