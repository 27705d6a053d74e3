/// What a purchase earns under a program, and why.
package struct Evaluation: Hashable, Sendable {
    /// The sum of the lines as the program counts money, with or without tax, in minor units.
    package let amount: Int64
    /// The part of it that comes from lines that may earn.
    package let eligibleAmount: Int64
    /// In the order of the rules; one for every rule and currency, each of at least one point.
    package let awards: [Award]
    /// In the order of the rules: every rule that answers to purchases, with one entry for each rule it multiplies.
    package let trace: [TraceEntry]

    /// The points that all awards together put into a currency; evaluation has made sure that the sum fits.
    package func points(into currency: Int) -> Int64 {
        awards.reduce(0) { $1.currency == currency ? $0 + $1.points : $0 }
    }
}

/// Points that a rule gives.
package struct Award: Hashable, Sendable {
    /// The index of the rule.
    package let rule: Int
    /// The index of the currency.
    package let currency: Int
    /// At least 1.
    package var points: Int64
}

/// What became of one rule, or of one rule that a multiplier names.
package struct TraceEntry: Hashable, Sendable {
    /// Why a rule paid or did not.
    package enum Outcome: Hashable, Sendable {
        case paid
        /// The purchase was before or after the time for which the rule holds.
        case notEffective
        /// What counted was too little for a point, or no line had the tag.
        case nothingCounted
        /// Another rule of its group, with this index, was preferred.
        case lost(to: Int)
        /// The rule that would have been multiplied paid nothing.
        case baseUnpaid
    }

    /// The index of the rule.
    package let rule: Int
    /// The index of the rule that was multiplied; `nil` for other rules, and for a multiplier that did not get as far.
    package let multiplied: Int?
    package let outcome: Outcome
    /// The money that counted, in minor units.
    package let counted: Int64
    /// What was paid.
    package let points: Int64

    init(rule: Int, multiplied: Int? = nil, outcome: Outcome, counted: Int64 = 0, points: Int64 = 0) {
        self.rule = rule
        self.multiplied = multiplied
        self.outcome = outcome
        self.counted = counted
        self.points = points
    }
}

/// Why a purchase cannot be evaluated.
package enum EvaluationError: Error, Hashable, Sendable {
    /// The sums of the lines do not fit 64 bits.
    case amountOverflow
    /// The points of the rule with this index, or the sum they lead to, do not fit 64 bits.
    case pointsOverflow(rule: Int)
}
