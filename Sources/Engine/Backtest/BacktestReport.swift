public import Ledger
import Loyalty
public import Rules
public import Time

/// The same figure under the present documents and under the draft.
public struct BacktestPair<Value: Hashable & Sendable>: Hashable, Sendable {
    public let current: Value
    public let draft: Value

    public init(current: Value, draft: Value) {
        self.current = current
        self.draft = draft
    }
}

extension BacktestPair where Value: FixedWidthInteger {
    /// How much more it is under the draft.
    public var change: Value { draft &- current }

    /// Whether there is nothing in either course.
    public var isZero: Bool { current == 0 && draft == 0 }
}

extension BacktestPair where Value == Int64? {
    /// How much more it is under the draft; `nil` where one of both is absent.
    public var change: Int64? {
        guard let current, let draft else { return nil }
        return draft &- current
    }
}

/// What a backtest found. All points are in the smallest unit of their currency; sums that do not fit 64 bits show as
/// the greatest number that does.
public struct BacktestReport: Hashable, Sendable {
    /// What a rule paid into a currency.
    public struct Rule: Hashable, Sendable {
        public let rule: String
        public let currency: CurrencyID
        public let points: BacktestPair<Int64>
        /// At how many events.
        public let times: BacktestPair<Int64>
    }

    /// What became of the points of a currency.
    public struct Currency: Hashable, Sendable {
        public let currency: CurrencyID
        /// In the period.
        public let earned: BacktestPair<Int64>
        /// In the period.
        public let expired: BacktestPair<Int64>
        /// Awards that returns took back in the period.
        public let takenBack: BacktestPair<Int64>
        /// What all members together have at the end.
        public let outstanding: BacktestPair<Int64>
        /// What that is worth as payment, in minor units, rounded down, by the document that each course has in force at
        /// the end; absent where that one does not take the currency as payment.
        public let liability: BacktestPair<Int64?>
        /// How many members earned more in the period, and how many less.
        public let gaining: Int64
        public let losing: Int64
        /// Those with the greatest difference, the greatest first.
        public let gainers: [Member]
        public let losers: [Member]
    }

    /// What a member earned in the period.
    public struct Member: Hashable, Sendable {
        public let number: MemberNumber
        public let id: ExactText
        public let earned: BacktestPair<Int64>
    }

    /// What a campaign paid in the period.
    public struct Campaign: Hashable, Sendable {
        public let campaign: String
        public let used: BacktestPair<Int64>
        /// Absent where the document has no such campaign or no budget for it.
        public let budget: BacktestPair<Int64?>
    }

    /// What became of a reward in the period.
    public struct Reward: Hashable, Sendable {
        public let reward: String
        /// How many full stamp cards gave.
        public let given: BacktestPair<Int64>
        /// How many were had for points, those that were given back later included.
        public let redeemed: BacktestPair<Int64>
        /// By how many the stock fell.
        public let used: BacktestPair<Int64>
        /// How many there are in all; absent where the document has no such reward or no stock of it.
        public let stock: BacktestPair<Int64?>
    }

    /// Who moved to a level in the period, and who has it at the end.
    public struct Level: Hashable, Sendable {
        public let level: String
        public let ups: BacktestPair<Int64>
        public let downs: BacktestPair<Int64>
        public let members: BacktestPair<Int64>
    }

    /// One stretch of the period.
    public struct Row: Hashable, Sendable {
        public let start: Instant
        public let sales: BacktestSales
        /// By the index of the currency.
        public let earned: [BacktestPair<Int64>]
    }

    /// Commands that a course does not accept, by reason.
    public struct Refusals: Hashable, Sendable {
        public let reason: String
        public let times: BacktestPair<Int64>
    }

    /// An expression of the draft that had no value.
    public struct Failure: Hashable, Sendable {
        public let failure: ConditionFailure
        public let times: Int64
    }

    public let from: Instant
    public let until: Instant
    /// The instant of the end, up to which time passes in both courses.
    public let end: Instant
    public let rowPeriod: CalendarPeriod?
    /// How many operations were decided again, those before and behind the period included.
    public let operations: Int64
    public let members: Int64
    public let sales: BacktestSales
    public let currencies: [Currency]
    /// In the order of the draft, then those only earlier documents have; rules that paid nothing in both are absent.
    public let rules: [Rule]
    public let campaigns: [Campaign]
    /// In the order of the draft; rewards that nobody had in either course and of which there is no stock are absent.
    public let rewards: [Reward]
    public let levels: [Level]
    public let rows: [Row]
    public let refusals: [Refusals]
    public let failures: [Failure]
    /// `nil` where it was not asked for.
    public let comparison: BacktestComparison?
}
