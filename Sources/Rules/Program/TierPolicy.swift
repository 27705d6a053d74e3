/// The levels of a program and how members move between them.
package struct TierPolicy: Hashable, Sendable {
    /// What is counted to reach a level.
    package enum Metric: Hashable, Sendable {
        /// Points earned into the currency with this index; redeeming never lowers it.
        case earned(currency: Int)
        /// Money spent, as the rules count it, in minor units.
        case spend
    }

    /// The stretch of time over which the metric counts.
    package enum Window: String, Hashable, Sendable, CaseIterable {
        case calendarYear = "calendar_year"
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
