import Foundation
import Logging
import Metrics
import Synchronization

/// The thread that makes batches durable and then sends their replies, one batch at a time.
///
/// It knows nothing but the batch: whatever an outcome means for what was decided meanwhile is the deciding thread's
/// business. Replies leave here, so that nobody waits for the deciding thread to notice.
///
/// A batch that was decided on top of the one under way may be left here, and is begun at once when that one is durable,
/// without a turn of the deciding thread between them.
///
/// A stepped one has no thread: a batch stays under way until somebody waits for its outcome, and is committed then.
final class Committer: Sendable {
    /// How a batch ended.
    enum Outcome {
        /// It is durable, and its replies are sent.
        case committed
        /// Nothing is written; others were there first, or an unknown outcome turned out not to be durable.
        case conflict
        /// Nothing is written, and the store says why.
        case failed(any Error)
    }

    private struct Work: Sendable {
        let batch: Batch
        let replies: Deliveries
    }

    private struct Desk {
        /// What is begun next.
        var work: Work?
        /// What is begun behind what is under way.
        var follower: Work?
        /// Those that nobody has collected, oldest first.
        var outcomes: [Outcome] = []
        var isStopped = false

        /// Takes note of how a batch ended. What should follow it is begun, or dropped.
        ///
        /// - Returns: whether there is more to do.
        mutating func end(_ outcome: Outcome) -> Bool {
            outcomes.append(outcome)
            let follower = follower.take()
            if case .committed = outcome { work = follower }
            return work != nil
        }
    }

    private let store: any Store
    private let logger: Logger
    private let commitTime: Metrics.Timer
    private let isStepped: Bool
    private let desk = Mutex(Desk())
    private let handedOver = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)

    /// Starts the thread; `whenFinished` is called behind every batch that no other one follows.
    init(store: any Store, logger: Logger, metrics: any MetricsFactory, whenFinished: @escaping @Sendable () -> Void) {
        self.store = store
        self.logger = logger
        self.commitTime = Metrics.Timer(label: "kizuna_commit_seconds", factory: metrics)
        isStepped = false
        let thread = Thread { [self] in
            while let work = next() {
                let outcome = carryOut(work)
                let goesOn = desk.withLock { $0.end(outcome) }
                if goesOn { handedOver.signal() }
                finished.signal()
                if !goesOn { whenFinished() }
            }
        }
        thread.name = "kizuna.commit"
        thread.start()
    }

    /// One without a thread.
    init(steppedOn store: any Store, logger: Logger, metrics: any MetricsFactory) {
        self.store = store
        self.logger = logger
        self.commitTime = Metrics.Timer(label: "kizuna_commit_seconds", factory: metrics)
        isStepped = true
    }

    /// Hands a batch over. The one before it must have been collected.
    func begin(_ batch: Batch, replies: Deliveries) {
        desk.withLock { desk in
            precondition(desk.work == nil && desk.outcomes.isEmpty, "one batch is committed at a time")
            desk.work = Work(batch: batch, replies: replies)
        }
        handedOver.signal()
    }

    /// Leaves a batch to be committed behind the one under way, which has not been collected. It is dropped, and has no
    /// outcome, unless that one is committed.
    func follow(_ batch: Batch, replies: Deliveries) {
        let begins = desk.withLock { desk in
            precondition(desk.follower == nil && desk.outcomes.count <= 1, "one batch follows another")
            let work = Work(batch: batch, replies: replies)
            switch desk.outcomes.first {
            case nil:
                desk.follower = work
                return false
            case .committed:
                desk.work = work
                return true
            case .conflict, .failed: return false
            }
        }
        if begins { handedOver.signal() }
    }

    /// Collects how the batch ended, once; `nil` while it is under way and `waiting` is false.
    func collect(waiting: Bool) -> Outcome? {
        if isStepped {
            guard waiting, let work = desk.withLock({ $0.work.take() }) else { return nil }
            let outcome = carryOut(work)
            _ = desk.withLock { $0.end(outcome) }
        } else if waiting {
            finished.wait()
        } else if finished.wait(timeout: .now()) == .timedOut {
            return nil
        }
        return desk.withLock { $0.outcomes.removeFirst() }
    }

    /// Ends the thread; nothing may be under way.
    func stop() {
        desk.withLock { $0.isStopped = true }
        handedOver.signal()
    }

    private func next() -> Work? {
        handedOver.wait()
        return desk.withLock { $0.isStopped ? nil : $0.work.take() }
    }

    private func carryOut(_ work: Work) -> Outcome {
        let outcome = commit(work.batch)
        if case .committed = outcome { work.replies.send() }
        return outcome
    }

    private func commit(_ batch: Batch) -> Outcome {
        let started = DispatchTime.now().uptimeNanoseconds
        defer { commitTime.recordNanoseconds(DispatchTime.now().uptimeNanoseconds &- started) }
        do {
            if batch.operations.isEmpty {
                // No block seals it, so nothing could tell whether it is there; but it may be written again.
                if !batch.kept.isEmpty { return try store.keep(batch.kept, batch.refusals) ? .committed : .conflict }
                try store.note(batch.refusals)
                return .committed
            }
            return switch try store.commit(batch) {
            case .committed: .committed
            case .conflict: .conflict
            case .unknown: becameDurable(batch.block) ? .committed : .conflict
            }
        } catch {
            return .failed(error)
        }
    }

    /// Asks until the store can tell whether a batch is there: an outcome is never guessed.
    private func becameDurable(_ block: Block) -> Bool {
        var pause = 0.05
        while true {
            do {
                return try store.hasBatch(writer: block.writer, number: block.number)
            } catch {
                logger.error(
                    "the outcome of a commit is unknown until the store answers", metadata: ["error": "\(error)"])
                Thread.sleep(forTimeInterval: pause)
                pause = min(pause * 2, 2)
            }
        }
    }
}
