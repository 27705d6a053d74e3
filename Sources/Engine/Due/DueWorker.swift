import Ledger
import Logging
import Loyalty
import Time

// What time brings about shows at once, whether or not it is written down; this writes it down, so that stored
// balances, totals and history follow the calendar even where nobody asks.
//
// One engine of a store does it at a time, by a lease that runs out by itself. It finds members whose due time has
// passed, in order, and puts them on the lane's tray; deciding, sealing and writing are the lane's, as for every
// command. There is nothing to keep about how far it has come: whoever was written is no longer due. So it may be
// killed at any point, and goes on where it was.

/// Writes down what fell due, for all members of a store.
struct DueWorker {
    private let store: any Store
    private let lane: Lane
    private let rules: RuleDirectory
    private let clock: Clock
    private let meter: DueMeter
    private let logger: Logger
    /// Until when this engine has the work to itself, as far as it knows.
    private var leasedUntil = Instant.distantPast

    /// Members that are looked at together.
    private static let pageSize = 256
    /// For how long the work is set aside, in milliseconds: after a crash others wait no longer than that.
    private static let leaseMs: Int64 = 10_000

    init(store: any Store, lane: Lane, rules: RuleDirectory, clock: @escaping Clock, meter: DueMeter, logger: Logger) {
        self.store = store
        self.lane = lane
        self.rules = rules
        self.clock = clock
        self.meter = meter
        self.logger = logger
    }

    /// Writes down everything that is due by now, unless another engine does or it is told to stop.
    ///
    /// - Returns: what was done.
    mutating func pass(until isStopped: () -> Bool) throws -> DueTally {
        var tally = DueTally()
        let book = rules.book
        let (survey, oldest) = try store.read { reader in
            (try reader.dueSurvey(), try reader.due(upTo: clock(), after: .start, limit: 1).first?.dueAt)
        }
        meter.recordLag(since: oldest, at: clock())
        let isSurveyed = survey.upTo == DueSurvey.end && survey.ruleSet >= book.newestVersion
        guard oldest != nil || !isSurveyed, try keepLease() else { return tally }
        if !isSurveyed { tally.corrected += try look(from: survey, under: book, until: isStopped) }
        try writeAll(under: book, into: &tally, until: isStopped)
        meter.recordLag(since: tally.isUnfinished ? oldest : nil, at: clock())
        return tally
    }

    /// Lets others have the work.
    mutating func release() {
        guard leasedUntil > clock() else { return }
        do {
            _ = try store.leaseDueWork(to: lane.writer, at: clock(), until: .distantPast)
        } catch {
            logger.info("the lease of due work runs out by itself", metadata: ["error": "\(error)"])
        }
        leasedUntil = .distantPast
    }

    /// Whether this engine has the work to itself; asks for more time where little is left.
    private mutating func keepLease() throws -> Bool {
        let now = clock()
        if leasedUntil.milliseconds(since: now) > Self.leaseMs / 2 { return true }
        let until = now + Self.leaseMs
        let isMine = try store.leaseDueWork(to: lane.writer, at: now, until: until)
        leasedUntil = isMine ? until : .distantPast
        return isMine
    }

    // MARK: Writing

    private mutating func writeAll(
        under book: RuleBook, into tally: inout DueTally, until isStopped: () -> Bool
    ) throws {
        var place = DuePlace.start
        let now = clock()
        while !isStopped(), try keepLease() {
            let page = try store.read { try $0.due(upTo: now, after: place, limit: Self.pageSize) }
            guard let last = page.last, let lastDue = last.dueAt else { break }
            place = DuePlace(at: lastDue, member: last.state.number)
            // Times that have moved on since they were put down need no visit.
            var corrections: [DueCorrection] = []
            var members: [MemberState] = []
            for member in page.map(\.state) {
                let next = member.nextDue(under: book)
                if let next, next <= now {
                    members.append(member)
                } else {
                    corrections.append(
                        DueCorrection(DueTime(member: member.number, at: next), version: member.version))
                }
            }
            try correct(corrections, into: &tally)
            guard lane.due.put(members) else { break }
        }
        let visits = lane.due.settled()
        tally.written += visits.written
        tally.dropped += visits.dropped
        try correct(visits.corrections, into: &tally)
    }

    private func correct(_ corrections: [DueCorrection], into tally: inout DueTally) throws {
        guard !corrections.isEmpty else { return }
        try store.schedule(corrections, survey: nil)
        tally.corrected += corrections.count
    }

    // MARK: Looking through

    /// Looks through all members for due times that are missing, or later than they are under the present rules.
    ///
    /// - Returns: how many were put right.
    private mutating func look(
        from survey: DueSurvey, under book: RuleBook, until isStopped: () -> Bool
    ) throws -> Int {
        var corrected = 0
        var last = survey.ruleSet >= book.newestVersion ? survey.upTo : MemberNumber(0)
        let knownBook = survey.upTo == DueSurvey.end ? book.upTo(version: survey.ruleSet) : nil
        if let knownBook, knownBook.celebrations == book.celebrations { last = DueSurvey.end }
        var pages = 0
        while true {
            guard !isStopped(), try keepLease() else { return corrected }
            pages += 1
            let page =
                last == DueSurvey.end ? [] : try store.read { try $0.scheduled(after: last, limit: Self.pageSize) }
            let corrections = page.compactMap { member -> DueCorrection? in
                guard let next = member.state.nextDue(under: book), member.dueAt.map({ next < $0 }) ?? true else {
                    return nil
                }
                return DueCorrection(DueTime(member: member.state.number, at: next), version: member.state.version)
            }
            last = page.count < Self.pageSize ? DueSurvey.end : page.last?.state.number ?? DueSurvey.end
            corrected += corrections.count
            if !corrections.isEmpty || last == DueSurvey.end || pages % 16 == 0 {
                try store.schedule(corrections, survey: DueSurvey(ruleSet: book.newestVersion, upTo: last))
            }
            if last == DueSurvey.end { return corrected }
        }
    }
}

/// What was done about what fell due.
public struct DueTally: Hashable, Sendable {
    /// Members for whom something was written.
    public var written = 0
    /// Members who come again, because others changed them at the same time.
    public var dropped = 0
    /// Due times that were put right.
    public var corrected = 0

    public init(written: Int = 0, dropped: Int = 0, corrected: Int = 0) {
        self.written = written
        self.dropped = dropped
        self.corrected = corrected
    }

    /// Whether something is left to do at once.
    var isUnfinished: Bool { dropped > 0 }
}
