import Foundation
import Logging
import Synchronization

/// The thread that writes down what is due, pass after pass, with a pause where there was nothing.
final class DueThread: Sendable {
    private let worker: Mutex<DueWorker>
    private let isStopped = Atomic<Bool>(false)
    private let wakeUp = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)
    private let logger: Logger

    private static let pause = DispatchTimeInterval.seconds(1)

    /// - Parameter runs: whether it works by itself; otherwise only when it is asked.
    init(_ worker: DueWorker, runs: Bool, logger: Logger) {
        self.worker = Mutex(worker)
        self.logger = logger
        guard runs else {
            finished.signal()
            return
        }
        let thread = Thread { [self] in
            while !isStopped.load(ordering: .relaxed) {
                if !workOnce() { _ = wakeUp.wait(timeout: .now() + Self.pause) }
            }
            self.worker.withLock { $0.release() }
            finished.signal()
        }
        thread.name = "kizuna.due"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Writes down what is due by now.
    func pass() throws -> DueTally {
        try worker.withLock { try $0.pass { isStopped.load(ordering: .relaxed) } }
    }

    /// Ends the work; what the lane has of it is still written.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        wakeUp.signal()
        finished.wait()
        finished.signal()
    }

    /// - Returns: whether there was something to do.
    private func workOnce() -> Bool {
        do {
            return try pass().written > 0
        } catch {
            // It does not show in any balance, and the next pass may fare better.
            logger.warning("what is due could not be written down yet", metadata: ["error": "\(error)"])
            return false
        }
    }
}
