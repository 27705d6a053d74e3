import Foundation
import Logging
public import Time

/// A question that changes nothing.
public struct Query: Sendable {
    /// Reads one view of the store and answers; the instant is now.
    public typealias Body = @Sendable (any StoreReader, Instant) throws -> Reply
    /// The same for what takes seconds, and may tell meanwhile how far it is.
    public typealias LongBody =
        @Sendable (any StoreReader, Instant, _ tell: (QueryProgress) -> Void) throws -> Reply

    public let body: Body
    public let sink: any ReplySink
    /// What the sink calls this query.
    public let token: Int
    /// Whether it takes seconds, so that it must not keep others from their turn.
    public let isLong: Bool

    public init(sink: any ReplySink, token: Int, isLong: Bool = false, body: @escaping Body) {
        self.body = body
        self.isLong = isLong
        self.sink = sink
        self.token = token
    }

    /// A query that takes seconds.
    public init(sink: any ReplySink, token: Int, longBody: @escaping LongBody) {
        self.init(sink: sink, token: token, isLong: true) { reader, now in
            try longBody(reader, now) { sink.tell(token, $0) }
        }
    }
}

/// How far a query is that takes seconds.
public struct QueryProgress: Hashable, Sendable {
    /// How many operations it has looked at.
    public let operations: Int64
    /// How many there are.
    public let total: Int64

    public init(operations: Int64, total: Int64) {
        self.operations = operations
        self.total = total
    }
}

/// A few threads that answer queries, each with a view of the store of its own, so that reading never waits for
/// writing.
final class QueryPool: Sendable {
    private let mailbox: Mailbox<Query>
    private let threads: Int
    private let finished = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - groupLimit: how many queries share one view of the store.
    ///   - queueLimit: how many queries may wait.
    ///   - reserve: how many more that are the only one of their sender.
    init(
        threads: Int, groupLimit: Int = 16, queueLimit: Int = 4096, reserve: Int = 4096, reads: QueryReads,
        clock: @escaping Clock, logger: Logger
    ) {
        mailbox = Mailbox(capacity: queueLimit, reserve: reserve)
        self.threads = threads
        for number in 1...threads {
            let mailbox = mailbox
            let finished = finished
            let thread = Thread {
                while let queries = mailbox.take(atMost: groupLimit) {
                    QueryPool.answer(queries, from: reads, at: clock(), logger)
                }
                finished.signal()
            }
            thread.name = "kizuna.query.\(number)"
            thread.start()
        }
    }

    /// How many queries wait.
    var queueDepth: Int { mailbox.count }

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

    private static func answer(_ queries: [Query], from reads: QueryReads, at now: Instant, _ logger: Logger) {
        var replies: [Reply] = []
        do {
            replies = try reads.read { reader in
                queries.map { query in
                    do {
                        return try query.body(reader, now)
                    } catch {
                        logger.error("a query failed", metadata: ["error": "\(error)"])
                        return .unavailable(Unavailability(error))
                    }
                }
            }
        } catch {
            logger.error("the store could not be read", metadata: ["error": "\(error)"])
            replies = queries.map { _ in .unavailable(Unavailability(error)) }
        }
        for (query, reply) in zip(queries, replies) { query.sink.deliver([(query.token, reply)]) }
    }
}
