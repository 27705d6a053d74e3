import Engine
import NIOCore
import Synchronization

/// Brings replies from the engine's threads to the connections of one event loop.
///
/// However many connections a batch answers, the loop is woken once: whoever posts first schedules the delivery and
/// the others add to it.
final class ReplyMailbox: Sendable {
    struct Delivery: Sendable {
        let connection: NIOLoopBound<ConnectionHandler>
        let replies: [(token: Int, reply: Reply)]
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
            for delivery in deliveries { delivery.connection.value.receive(delivery.replies) }
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
        mailbox.post(ReplyMailbox.Delivery(connection: connection, replies: replies))
    }
}
