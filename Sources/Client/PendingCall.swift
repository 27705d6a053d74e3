package import JSON
import Synchronization

/// A call that is on its way, and the place where its answer arrives.
package final class PendingCall: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<JSONValue, any Error>)
        case settled(Result<JSONValue, any Error>)
    }

    private let state = Mutex(State.open)

    init() {}

    /// Waits for the answer; one task may.
    ///
    /// - Throws: `RPCFailure` for a refusal, `ConnectionFailure` where none came, `CancellationError`.
    package func answer() async throws -> JSONValue {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<JSONValue, any Error>? = state.withLock { state in
                    if case .settled(let result) = state { return result }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state = .awaited(continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            takeContinuation()?.resume(throwing: CancellationError())
        }
    }

    /// Whether the server has answered, with a result or a refusal.
    package var isAnswered: Bool {
        state.withLock { state in
            guard case .settled(let result) = state else { return false }
            if case .failure(let error) = result { return error is RPCFailure }
            return true
        }
    }

    /// Brings the answer.
    func settle(_ result: Result<JSONValue, any Error>) {
        let continuation: CheckedContinuation<JSONValue, any Error>? = state.withLock { state in
            defer { state = .settled(result) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: result)
    }

    private func takeContinuation() -> CheckedContinuation<JSONValue, any Error>? {
        state.withLock { state in
            guard case .awaited(let continuation) = state else { return nil }
            state = .open
            return continuation
        }
    }
}
