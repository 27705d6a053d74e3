import Engine
import NIOCore
import Synchronization

/// Brings replies from the engine's threads to the connections of one event loop.
///
/// However many connections a batch answers, the loop is woken once: whoever posts first schedules the delivery and
/// the others add to it.
final class ReplyMailbox: Sendable {
    struct Delivery: Sendable {
        enum Content: Sendable {
            case replies([(token: Int, reply: Reply)])
            case progress(token: Int, QueryProgress)
        }

        let connection: NIOLoopBound<ConnectionHandler>
        let content: Content
    }

    private let eventLoop: any EventLoop
    private let deliveries = Mutex<[Delivery]>([])

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func post(_ delivery: Delivery) {
        let isFirst = deliveries.withLock { waiting in
            waiting.append(delivery)
            return waiting.count == 1
        }
        guard isFirst else { return }
        eventLoop.execute {
            let deliveries = self.deliveries.withLock { waiting in
                let taken = waiting
                waiting = []
                return taken
            }
            for delivery in deliveries {
                switch delivery.content {
                case .replies(let replies): delivery.connection.value.receive(replies)
                case .progress(let token, let progress): delivery.connection.value.tell(token, progress)
                }
            }
        }
    }
}

/// Where the engine sends the replies for one connection.
final class ConnectionSink: ReplySink {
    private let connection: NIOLoopBound<ConnectionHandler>
    private let mailbox: ReplyMailbox

    init(_ connection: NIOLoopBound<ConnectionHandler>, _ mailbox: ReplyMailbox) {
        self.connection = connection
        self.mailbox = mailbox
    }

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        mailbox.post(ReplyMailbox.Delivery(connection: connection, content: .replies(replies)))
    }

    func tell(_ token: Int, _ progress: QueryProgress) {
        mailbox.post(ReplyMailbox.Delivery(connection: connection, content: .progress(token: token, progress)))
    }
}
