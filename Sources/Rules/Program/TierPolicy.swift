public import Time

/// The levels of a program and how members move between them.
public struct TierPolicy: Hashable, Sendable {
    /// What is counted to reach a level.
    public enum Metric: Hashable, Sendable {
        /// Points earned into the currency with this index; redeeming never lowers it.
        case earned(currency: Int)
        /// Money spent, as the rules count it, in minor units.
        case spend
        /// Purchases with at least one line that may earn.
        case visits
    }

    /// The stretch of time over which the metric counts.
    public enum Window: Hashable, Sendable {
        case calendar(CalendarPeriod)
        /// Any day and those before it, in all so long.
        case rolling(CalendarSpan)
        /// From the day of joining, or its anniversary, to the next one.
        case membershipYear
        /// All of it counts for ever, and a level never ends.
        case lifetime
    }

    /// What happens at the end of a period to a member who did not reach the level again.
    public enum Downgrade: String, Hashable, Sendable, CaseIterable {
        /// One level down.
        case oneLevel = "one_level"
        /// To the level that the metric gives.
        case recompute
        case never
    }

    public let metric: Metric
    public let window: Window
    public let downgrade: Downgrade
    /// For how long a level goes on after its period; whole days, `nil` for not at all.
    public let grace: CalendarSpan?
    /// Strictly rising; the first one starts at 0.
    public let levels: [TierLevel]

    /// The index of the highest level that a value of the metric reaches.
    public func level(reachedBy value: Int64) -> Int {
        (levels.lastIndex { $0.from <= value }) ?? 0
    }

    /// The index of a level.
    public func level(_ id: String) -> Int? {
        levels.firstIndex { $0.id == id }
    }
}

/// One level of the tiers.
public struct TierLevel: Hashable, Sendable {
    public let id: String
    /// The value of the metric from which a member has it.
    public let from: Int64
    public let title: LocalizedText
}
