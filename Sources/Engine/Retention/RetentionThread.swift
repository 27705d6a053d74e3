import Foundation
import Logging
import Synchronization

/// The thread that lets go of what is too old, now and then: a pass never takes more than a hundredth of the time.
final class RetentionThread: Sendable {
    private let worker: RetentionWorker
    private let isStopped = Atomic<Bool>(false)
    private let wakeUp = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)
    private let logger: Logger

    private static let leastPause = 3600.0

    /// - Parameter runs: whether it works by itself; otherwise only when it is asked.
    init(_ worker: RetentionWorker, runs: Bool, logger: Logger) {
        self.worker = worker
        self.logger = logger
        guard runs else {
            finished.signal()
            return
        }
        let thread = Thread { [self] in
            while !isStopped.load(ordering: .relaxed) {
                let start = Date()
                do {
                    _ = try pass()
                } catch {
                    // The next pass may fare better.
                    logger.warning("what is too old could not be let go of yet", metadata: ["error": "\(error)"])
                }
                _ = wakeUp.wait(timeout: .now() + max(Self.leastPause, -start.timeIntervalSinceNow * 100))
            }
            finished.signal()
        }
        thread.name = "kizuna.retention"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Lets go of what is too old by now.
    func pass() throws -> RetentionTally {
        try worker.pass { isStopped.load(ordering: .relaxed) }
    }

    /// Ends the work; what the lane has of it is still written.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        wakeUp.signal()
        finished.wait()
        finished.signal()
    }
}
