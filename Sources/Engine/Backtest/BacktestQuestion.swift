public import Rules
public import Time

/// What a backtest is to find out.
public struct BacktestQuestion: Sendable {
    /// The document that is tried.
    public let draft: Program
    /// The first instant of the period.
    public let from: Instant
    /// The first instant behind the period.
    public let until: Instant
    /// How long the stretches are for which sums are told; none are told where there is no such period.
    public let rows: CalendarPeriod?
    /// How many members are named at most who gain, and how many who lose, in each currency.
    public let mostMembers: Int
    /// Whether what the present documents give is compared with what was recorded, operation by operation.
    public let comparesHistory: Bool

    public init(
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
