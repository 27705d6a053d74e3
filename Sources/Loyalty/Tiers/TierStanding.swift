public import Rules
public import Time

/// Where a member stands among the tiers, and what counts toward them.
///
/// A member has the higher of two levels: the one that was reached, which holds for a time and is reviewed at its end, and
/// the one that somebody gave by hand, which is a floor. Reaching, reviewing and giving are in extensions.
public struct TierStanding: Hashable, Sendable {
    /// A level that a member had or has.
    public struct Period: Hashable, Sendable {
        /// The level's id.
        public let level: String
        public let since: Instant
        public let reason: TierChange.Reason
        /// The sequence of the operation that brought it; 0 where there was none.
        public let operation: Int64

        public init(level: String, since: Instant, reason: TierChange.Reason = .joined, operation: Int64 = 0) {
            self.level = level
            self.since = since
            self.reason = reason
            self.operation = operation
        }
    }

    /// A level that was given by hand, below which the member does not fall.
    public struct Floor: Hashable, Sendable {
        /// The level's id.
        public let level: String
        public let since: Instant
        /// The first instant at which it no longer holds; `nil` for as long as nobody takes it away.
        public let until: Instant?

        public init(level: String, since: Instant, until: Instant?) {
            self.level = level
            self.since = since
            self.until = until
        }
    }

    /// The latest levels that the member had, oldest first; the last one is the present one.
    public private(set) var periods: [Period]
    /// The id of the level that was reached, or to which it fell.
    public internal(set) var reached: String
    /// The first instant at which the reached level no longer holds; `nil` for the lowest one, and where levels never end.
    public internal(set) var until: Instant?
    /// The end of the window that decides then; earlier by the days of grace.
    public internal(set) var end: CivilDate?
    public internal(set) var floor: Floor?
    /// What was counted, by measure; one of them but for a while after a program changed how it counts.
    public internal(set) var tallies: [TierTally]

    /// How many levels are at hand. All of them are in the history; these are for rules, which ask for the level at the
    /// time of a purchase that may come in late.
    public static let mostPeriods = 24

    /// A standing read back from a store.
    public init(
        periods: [Period], reached: String? = nil, until: Instant?, end: CivilDate? = nil, floor: Floor? = nil,
        tallies: [TierTally] = []
    ) {
        precondition(!periods.isEmpty, "a standing has a level")
        self.periods = periods
        self.reached = reached ?? periods[periods.count - 1].level
        self.until = until
        self.end = end
        self.floor = floor
        self.tallies = tallies
    }

    /// The lowest level, from an instant on.
    public init(lowestOf policy: TierPolicy, since: Instant) {
        self.init(periods: [Period(level: policy.levels[0].id, since: since)], until: nil)
    }

    /// The present level and since when it holds.
    public var current: Period { periods[periods.count - 1] }

    /// The level at an instant; the first one at hand for earlier instants.
    public func level(at instant: Instant) -> String {
        (periods.last { $0.since <= instant } ?? periods[0]).level
    }

    /// The first instant at which something about the levels changes by itself.
    var nextDue: Instant? {
        guard let until else { return floor?.until }
        return floor?.until.map { min($0, until) } ?? until
    }

    /// What was counted by a measure.
    public func tally(_ measure: TierTally.Measure) -> TierTally {
        tallies.first { $0.measure.fits(measure) } ?? TierTally(measure)
    }

    /// Whether more can be counted in a bucket without leaving 64 bits.
    func hasRoom(for amount: Int64, in bucket: Int, of measure: TierTally.Measure) -> Bool {
        guard let index = tallies.firstIndex(where: { $0.measure.fits(measure) }) else { return true }
        return !tallies[index].total(of: bucket).addingReportingOverflow(amount).overflow
    }

    /// Changes what was counted by a measure.
    mutating func withTally<Result>(_ measure: TierTally.Measure, _ change: (inout TierTally) -> Result) -> Result {
        if let index = tallies.firstIndex(where: { $0.measure.fits(measure) }) {
            tallies[index].measure = measure
            return change(&tallies[index])
        }
        tallies.append(TierTally(measure))
        return change(&tallies[tallies.count - 1])
    }

    /// Makes the higher of the reached and the given level the present one.
    ///
    /// - Parameter levels: the levels of the program; empty where it no longer has any, which keeps things as they are.
    mutating func settle(_ levels: [TierLevel], since: Instant, reason: TierChange.Reason, operation: Int64) {
        var level = reached
        if let floor {
            func rank(_ id: String) -> Int { levels.firstIndex { $0.id == id } ?? 0 }
            guard !levels.isEmpty else { return }
            if rank(floor.level) > rank(reached) { level = floor.level }
        }
        guard level != current.level else { return }
        periods.append(Period(level: level, since: since, reason: reason, operation: operation))
        if periods.count > Self.mostPeriods { periods.removeFirst(periods.count - Self.mostPeriods) }
    }
}
