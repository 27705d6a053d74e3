package import Time

/// The levels of a program and how members move between them.
package struct TierPolicy: Hashable, Sendable {
    /// What is counted to reach a level.
    package enum Metric: Hashable, Sendable {
        /// Points earned into the currency with this index; redeeming never lowers it.
        case earned(currency: Int)
        /// Money spent, as the rules count it, in minor units.
        case spend
        /// Purchases with at least one line that may earn.
        case visits
    }

    /// The stretch of time over which the metric counts.
    package enum Window: Hashable, Sendable {
        case calendar(CalendarPeriod)
        /// Any day and those before it, in all so long.
        case rolling(CalendarSpan)
        /// From the day of joining, or its anniversary, to the next one.
        case membershipYear
        /// All of it counts for ever, and a level never ends.
        case lifetime
    }

    /// What happens at the end of a period to a member who did not reach the level again.
    package enum Downgrade: String, Hashable, Sendable, CaseIterable {
        /// One level down.
        case oneLevel = "one_level"
        /// To the level that the metric gives.
        case recompute
        case never
    }

    package let metric: Metric
    package let window: Window
    package let downgrade: Downgrade
    /// For how long a level goes on after its period; whole days, `nil` for not at all.
    package let grace: CalendarSpan?
    /// Strictly rising; the first one starts at 0.
    package let levels: [TierLevel]

    /// The index of the highest level that a value of the metric reaches.
    package func level(reachedBy value: Int64) -> Int {
        (levels.lastIndex { $0.from <= value }) ?? 0
    }

    /// The index of a level.
    package func level(_ id: String) -> Int? {
        levels.firstIndex { $0.id == id }
    }
}

/// One level of the tiers.
package struct TierLevel: Hashable, Sendable {
    package let id: String
    /// The value of the metric from which a member has it.
    package let from: Int64
    package let title: LocalizedText
}
