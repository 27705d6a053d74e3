public import Ledger
public import Logging
public import Loyalty
public import Metrics
public import Time

/// Tells what time it is.
public typealias Clock = @Sendable () -> Instant

/// Draws an id that no member has and nobody can guess.
public typealias IDSource = @Sendable () -> ExactText

/// Writes what is answered to an accepted command, in the words of the rule set in force now: a JSON object less its
/// `replayed` member.
public typealias ResultWriter = @Sendable (Outcome, MemberState?, RuleSet) -> [UInt8]

/// The shell around deciding: it queues commands, carries them out in batches, and answers queries.
///
/// Nothing here knows what a purchase is; that is `Loyalty`'s. Nothing here knows sockets or SQL either.
public final class Engine: Sendable {
    private let lane: Lane
    private let queries: QueryPool
    private let errands: ErrandThread
    /// Takes one query at a time, and lets one more wait.
    private let longQueries: QueryPool
    private let due: DueThread
    private let retention: RetentionThread
    public let clock: Clock

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - drawSalt: draws what fingerprints are mixed with.
    ///   - cacheCapacity: how many members are kept in memory.
    ///   - reads: where queries read; in the store if not given.
    ///   - writesDue: whether what time brings about is written down by itself. It shows at once in any case.
    ///   - retention: for how long what is personal is kept; without it what goes by itself goes only where others come.
    public init(
        store: any Store, rules: RuleDirectory, clock: @escaping Clock, drawID: @escaping IDSource,
        drawSalt: @escaping SaltSource = Salt.systemSource(), describe: @escaping ResultWriter, logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory,
        cacheCapacity: Int = 200_000, queryThreads: Int = 2, reads: QueryReads? = nil, writesDue: Bool = false,
        retention: RetentionTerms? = nil
    ) throws {
        self.clock = clock
        self.lane = try Lane(
            store: store, clock: clock, drawID: drawID, drawSalt: drawSalt, rules: rules, describe: describe,
            logger: logger,
            metrics: metrics, cacheCapacity: cacheCapacity)
        let reads = reads ?? QueryReads(store)
        self.queries = QueryPool(threads: queryThreads, reads: reads, clock: clock, logger: logger)
        self.errands = ErrandThread(store: store, clock: clock, logger: logger)
        self.longQueries = QueryPool(
            threads: 1, groupLimit: 1, queueLimit: 1, reserve: 0, reads: reads, clock: clock, logger: logger)
        self.due = DueThread(
            DueWorker(
                store: store, lane: lane, rules: rules, clock: clock, meter: DueMeter(factory: metrics),
                logger: logger), runs: writesDue, logger: logger)
        self.retention = RetentionThread(
            RetentionWorker(store: store, lane: lane, clock: clock, terms: retention ?? .forEver, logger: logger),
            runs: retention != nil, logger: logger)
    }

    /// Queues a command. The reply goes to its sink once the command is durable; `nil` means that it will come.
    public func submit(_ submission: Submission) -> Unavailability? {
        lane.submit(submission)
    }

    /// Queues a query. The reply goes to its sink; `nil` means that it will come.
    public func submit(_ query: Query) -> Unavailability? {
        query.isLong ? longQueries.submit(query) : queries.submit(query)
    }

    /// Queues an errand. The reply goes to its sink; `nil` means that it will come.
    public func submit(_ errand: Errand) -> Unavailability? {
        errands.submit(errand)
    }

    /// What waits for a thread.
    public var queueDepths: [(queue: String, depth: Int)] {
        [
            ("commands", lane.queueDepth), ("queries", queries.queueDepth),
            ("long_queries", longQueries.queueDepth), ("errands", errands.queueDepth),
        ]
    }

    /// Writes down what is due by now, and waits for it.
    public func writeDue() throws -> DueTally {
        try due.pass()
    }

    /// Lets go of what is older than it is to be kept, and waits for it.
    public func applyRetention() throws -> RetentionTally {
        try retention.pass()
    }

    /// Takes nothing more in, and returns once everything that was taken is answered.
    public func drain() {
        due.stop()
        retention.stop()
        lane.drain()
        errands.drain()
        queries.drain()
        longQueries.drain()
    }
}
