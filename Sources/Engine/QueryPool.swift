import Foundation
import Logging
package import Time

/// A question that changes nothing.
package struct Query: Sendable {
    /// Reads one view of the store and answers; the instant is now.
    package typealias Body = @Sendable (any StoreReader, Instant) throws -> Reply

    package let body: Body
    package let sink: any ReplySink
    /// What the sink calls this query.
    package let token: Int

    package init(sink: any ReplySink, token: Int, body: @escaping Body) {
        self.body = body
        self.sink = sink
        self.token = token
    }
}

/// A few threads that answer queries, each with a view of the store of its own, so that reading never waits for
/// writing.
final class QueryPool: Sendable {
    /// How many queries share one view of the store.
    private static let groupLimit = 16
    /// How many queries may wait.
    private static let queueLimit = 4096

    private let mailbox = Mailbox<Query>(capacity: QueryPool.queueLimit)
    private let threads: Int
    private let finished = DispatchSemaphore(value: 0)

    init(threads: Int, store: any Store, clock: @escaping Clock, logger: Logger) {
        self.threads = threads
        for number in 1...threads {
            let mailbox = mailbox
            let finished = finished
            let thread = Thread {
                while let queries = mailbox.take(atMost: QueryPool.groupLimit) {
                    QueryPool.answer(queries, from: store, at: clock(), logger)
                }
                finished.signal()
            }
            thread.name = "kizuna.query.\(number)"
            thread.start()
        }
    }

    /// Queues a query, or tells why not. Never waits.
    func submit(_ query: Query) -> Unavailability? {
        switch mailbox.post(query) {
        case .posted: nil
        case .full: .overloaded
        case .closed: .shuttingDown
        }
    }

    /// Takes nothing more in, and returns once everything inside is answered.
    func drain() {
        mailbox.close()
        for _ in 0..<threads { finished.wait() }
        for _ in 0..<threads { finished.signal() }
    }

    private static func answer(_ queries: [Query], from store: any Store, at now: Instant, _ logger: Logger) {
        var replies: [Reply] = []
        do {
            replies = try store.read { reader in
                queries.map { query in
                    do {
                        return try query.body(reader, now)
                    } catch {
                        logger.error("a query failed", metadata: ["error": "\(error)"])
                        return .unavailable(.storeFailed)
                    }
                }
            }
        } catch {
            logger.error("the store could not be read", metadata: ["error": "\(error)"])
            replies = queries.map { _ in .unavailable(.storeFailed) }
        }
        for (query, reply) in zip(queries, replies) { query.sink.deliver([(query.token, reply)]) }
    }
}
