import Foundation
import Logging
import Loyalty
import Metrics

/// The way of commands: one thread decides them, one more makes them durable.
///
/// While a batch is written and flushed, the deciding thread takes what arrives and decides it on the state as that
/// batch leaves it. Commands that arrive while a batch commits form the next one, so a busy lane batches by itself and
/// an idle one answers at once.
final class Lane: Sendable {
    /// More commands in a batch make every one of them wait longer and gain little.
    static let batchLimit = 128
    /// How many commands may wait.
    static let queueLimit = 4096

    private let mailbox: Mailbox<Submission>
    private let finished = DispatchSemaphore(value: 0)
    /// The number of this engine's blocks.
    let writer: WriterID
    /// Where members wait for whom something is due.
    let due: DueTray

    /// Starts the threads.
    init(
        store: any Store, clock: @escaping Clock, drawID: @escaping IDSource, drawSalt: @escaping SaltSource,
        rules: RuleDirectory, describe: @escaping ResultWriter, logger: Logger, metrics: any MetricsFactory,
        cacheCapacity: Int
    ) throws {
        let mailbox = Mailbox<Submission>(capacity: Lane.queueLimit, reserve: Lane.queueLimit)
        let finished = finished
        self.mailbox = mailbox
        let writer = try store.registerWriter(at: clock())
        let due = DueTray { mailbox.interrupt() }
        self.writer = writer
        self.due = due
        let committer = Committer(store: store, logger: logger, metrics: metrics) { mailbox.interrupt() }
        let box = Unshared(
            LaneWorker(
                store: store, writer: writer, committer: committer, due: due, clock: clock, drawID: drawID,
                drawCode: {
                    var generator = SystemRandomNumberGenerator()
                    return VoucherCode.draw(using: &generator)
                },
                drawSalt: drawSalt, rules: rules,
                describe: describe, logger: logger, metrics: metrics, cacheCapacity: cacheCapacity))
        let thread = Thread {
            var worker = box.take()
            worker.run(mailbox)
            committer.stop()
            finished.signal()
        }
        thread.name = "kizuna.lane"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// How many commands wait.
    var queueDepth: Int { mailbox.count }

    /// Queues a command, or tells why not. Never waits.
    func submit(_ submission: Submission) -> Unavailability? {
        switch mailbox.post(submission) {
        case .posted: nil
        case .full: .overloaded
        case .closed: .shuttingDown
        }
    }

    /// Takes nothing more in, and returns once everything inside is answered.
    func drain() {
        mailbox.close()
        finished.wait()
        finished.signal()
    }
}

/// Hands a value over to the one thread that will own it.
///
/// `@unchecked Sendable` because the value is written before the thread starts and taken once, by that thread.
private final class Unshared<Value: ~Copyable>: @unchecked Sendable {
    private var value: Value?

    init(_ value: consuming Value) {
        self.value = consume value
    }

    func take() -> Value {
        guard let value = value.take() else { preconditionFailure("the value is taken once") }
        return value
    }
}
