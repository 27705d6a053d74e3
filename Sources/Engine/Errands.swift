import Foundation
import Logging

/// Something that an administrator wants done, and where the reply goes.
public struct Errand: Sendable {
    /// Does it, and answers.
    public typealias Body = @Sendable (any Store, @escaping Clock) throws -> Reply

    public let body: Body
    public let sink: any ReplySink
    /// What the sink calls this errand.
    public let token: Int

    public init(sink: any ReplySink, token: Int, body: @escaping Body) {
        self.body = body
        self.sink = sink
        self.token = token
    }
}

/// The thread that does what administrators want done, one thing after another. Checking a document may take a good
/// part of a second, so it must not keep commands or queries waiting.
final class ErrandThread: Sendable {
    /// How many errands may wait.
    private static let queueLimit = 64
    /// How many more may wait that are the only one of their sender, so that nobody's documents keep an administrator from
    /// revoking a key.
    private static let queueReserve = 64

    private let mailbox = Mailbox<Errand>(capacity: ErrandThread.queueLimit, reserve: ErrandThread.queueReserve)
    private let finished = DispatchSemaphore(value: 0)

    /// How many errands wait.
    var queueDepth: Int { mailbox.count }

    init(store: any Store, clock: @escaping Clock, logger: Logger) {
        let mailbox = mailbox
        let finished = finished
        let thread = Thread {
            while let errands = mailbox.take(atMost: 1) {
                for errand in errands {
                    errand.sink.deliver([(errand.token, ErrandThread.reply(to: errand, store, clock, logger))])
                }
            }
            finished.signal()
        }
        thread.name = "kizuna.errands"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Queues an errand, or tells why not. Never waits.
    func submit(_ errand: Errand) -> Unavailability? {
        switch mailbox.post(errand) {
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

    private static func reply(to errand: Errand, _ store: any Store, _ clock: @escaping Clock, _ logger: Logger)
        -> Reply
    {
        do {
            return try errand.body(store, clock)
        } catch let refusal as PublishingRefusal {
            return .declined(refusal)
        } catch {
            logger.error("an errand failed", metadata: ["error": "\(error)"])
            return .unavailable(Unavailability(error))
        }
    }
}
