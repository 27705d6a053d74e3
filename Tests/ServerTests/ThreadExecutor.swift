import Dispatch
import Testing

// Tests that wait in a socket for what another task must bring about would, on a machine with few cores, occupy every
// thread of Swift's pool and so keep that task from running. They run on threads of their own instead.

/// Runs a task on threads that may wait.
final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()

    private let queue = DispatchQueue(label: "kizuna.tests", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// A trait that lets tests wait without holding others up.
struct OnThreads: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadExecutor.shared) { try await function() }
    }
}

extension Trait where Self == OnThreads {
    /// Runs the tests on threads that may wait.
    static var onThreads: OnThreads { OnThreads() }
}
