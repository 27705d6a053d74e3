package import Rules
package import Time

/// What a backtest is to find out.
package struct BacktestQuestion: Sendable {
    /// The document that is tried.
    package let draft: Program
    /// The first instant of the period.
    package let from: Instant
    /// The first instant behind the period.
    package let until: Instant
    /// How long the stretches are for which sums are told; none are told where there is no such period.
    package let rows: CalendarPeriod?
    /// How many members are named at most who gain, and how many who lose, in each currency.
    package let mostMembers: Int
    /// Whether what the present documents give is compared with what was recorded, operation by operation.
    package let comparesHistory: Bool

    package init(
        draft: Program, from: Instant, until: Instant, rows: CalendarPeriod? = nil, mostMembers: Int = 10,
        comparesHistory: Bool = true
    ) {
        precondition(from < until, "a period has a length")
        self.draft = draft
        self.from = from
        self.until = until
        self.rows = rows
        self.mostMembers = mostMembers
        self.comparesHistory = comparesHistory
    }

    /// Whether something that happened at an instant falls into the period.
    func contains(_ instant: Instant) -> Bool { from <= instant && instant < until }
}
