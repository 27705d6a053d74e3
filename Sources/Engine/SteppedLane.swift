public import Logging
import Loyalty
public import Metrics
import Time

/// A lane without threads: whoever drives it says when commands are decided and when a commit ends, so that a history
/// can be repeated to the letter, fingerprints included, which are recorded as they are. Everything else is the lane that
/// serves.
///
/// To let it crash is to drop it: what it decided and did not commit is gone.
public struct SteppedLane: ~Copyable {
    private var worker: LaneWorker

    /// Registers a writer of its own.
    ///
    /// - Parameter drawCode: draws the codes of vouchers.
    public init(
        store: any Store, clock: @escaping Clock, drawID: @escaping IDSource, drawCode: @escaping IDSource,
        rules: RuleDirectory, describe: @escaping ResultWriter, logger: Logger,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, cacheCapacity: Int
    ) throws {
        worker = LaneWorker(
            store: store, writer: try store.registerWriter(at: clock()),
            committer: Committer(steppedOn: store, logger: logger, metrics: metrics), due: DueTray {}, clock: clock,
            drawID: drawID, drawCode: drawCode, drawSalt: { nil }, rules: rules, describe: describe, logger: logger,
            metrics: metrics,
            cacheCapacity: cacheCapacity)
    }

    /// Whether anything is decided and not answered.
    public var isBusy: Bool { worker.isBusy }

    /// How many more commands it takes before a commit must end.
    public var room: Int { worker.room }

    /// Decides commands, on top of what is under way where something is. They are no more than there is room for.
    public mutating func decide(_ submissions: [Submission]) {
        precondition(submissions.count <= room, "a batch has its limit")
        worker.carryOn(with: submissions)
    }

    /// Lets the commit under way end, sends its replies, and begins the next one where commands wait for it.
    public mutating func finishCommit() {
        worker.finishCommit()
    }
}
