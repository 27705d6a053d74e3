package import Ledger
import Loyalty
package import Rules
package import Time

/// The same figure under the present documents and under the draft.
package struct BacktestPair<Value: Hashable & Sendable>: Hashable, Sendable {
    package let current: Value
    package let draft: Value

    package init(current: Value, draft: Value) {
        self.current = current
        self.draft = draft
    }
}

extension BacktestPair where Value: FixedWidthInteger {
    /// How much more it is under the draft.
    package var change: Value { draft &- current }

    /// Whether there is nothing in either course.
    package var isZero: Bool { current == 0 && draft == 0 }
}

extension BacktestPair where Value == Int64? {
    /// How much more it is under the draft; `nil` where one of both is absent.
    package var change: Int64? {
        guard let current, let draft else { return nil }
        return draft &- current
    }
}

/// What a backtest found. All points are in the smallest unit of their currency; sums that do not fit 64 bits show as
/// the greatest number that does.
package struct BacktestReport: Hashable, Sendable {
    /// What a rule paid into a currency.
    package struct Rule: Hashable, Sendable {
        package let rule: String
        package let currency: CurrencyID
        package let points: BacktestPair<Int64>
        /// At how many events.
        package let times: BacktestPair<Int64>
    }

    /// What became of the points of a currency.
    package struct Currency: Hashable, Sendable {
        package let currency: CurrencyID
        /// In the period.
        package let earned: BacktestPair<Int64>
        /// In the period.
        package let expired: BacktestPair<Int64>
        /// Awards that returns took back in the period.
        package let takenBack: BacktestPair<Int64>
        /// What all members together have at the end.
        package let outstanding: BacktestPair<Int64>
        /// What that is worth as payment, in minor units, rounded down, by the document that each course has in force at
        /// the end; absent where that one does not take the currency as payment.
        package let liability: BacktestPair<Int64?>
        /// How many members earned more in the period, and how many less.
        package let gaining: Int64
        package let losing: Int64
        /// Those with the greatest difference, the greatest first.
        package let gainers: [Member]
        package let losers: [Member]
    }

    /// What a member earned in the period.
    package struct Member: Hashable, Sendable {
        package let number: MemberNumber
        package let id: ExactText
        package let earned: BacktestPair<Int64>
    }

    /// What a campaign paid in the period.
    package struct Campaign: Hashable, Sendable {
        package let campaign: String
        package let used: BacktestPair<Int64>
        /// Absent where the document has no such campaign or no budget for it.
        package let budget: BacktestPair<Int64?>
    }

    /// What became of a reward in the period.
    package struct Reward: Hashable, Sendable {
        package let reward: String
        /// How many full stamp cards gave.
        package let given: BacktestPair<Int64>
        /// How many were had for points, those that were given back later included.
        package let redeemed: BacktestPair<Int64>
        /// By how many the stock fell.
        package let used: BacktestPair<Int64>
        /// How many there are in all; absent where the document has no such reward or no stock of it.
        package let stock: BacktestPair<Int64?>
    }

    /// Who moved to a level in the period, and who has it at the end.
    package struct Level: Hashable, Sendable {
        package let level: String
        package let ups: BacktestPair<Int64>
        package let downs: BacktestPair<Int64>
        package let members: BacktestPair<Int64>
    }

    /// One stretch of the period.
    package struct Row: Hashable, Sendable {
        package let start: Instant
        package let sales: BacktestSales
        /// By the index of the currency.
        package let earned: [BacktestPair<Int64>]
    }

    /// Commands that a course does not accept, by reason.
    package struct Refusals: Hashable, Sendable {
        package let reason: String
        package let times: BacktestPair<Int64>
    }

    /// An expression of the draft that had no value.
    package struct Failure: Hashable, Sendable {
        package let failure: ConditionFailure
        package let times: Int64
    }

    package let from: Instant
    package let until: Instant
    /// The instant of the end, up to which time passes in both courses.
    package let end: Instant
    package let rowPeriod: CalendarPeriod?
    /// How many operations were decided again, those before and behind the period included.
    package let operations: Int64
    package let members: Int64
    package let sales: BacktestSales
    package let currencies: [Currency]
    /// In the order of the draft, then those only earlier documents have; rules that paid nothing in both are absent.
    package let rules: [Rule]
    package let campaigns: [Campaign]
    /// In the order of the draft; rewards that nobody had in either course and of which there is no stock are absent.
    package let rewards: [Reward]
    package let levels: [Level]
    package let rows: [Row]
    package let refusals: [Refusals]
    package let failures: [Failure]
    /// `nil` where it was not asked for.
    package let comparison: BacktestComparison?
}
