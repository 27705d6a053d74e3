package import Time

/// One rule of a program.
package struct Rule: Hashable, Sendable {
    /// What a rule answers to.
    package enum Event: String, Hashable, Sendable, CaseIterable {
        case purchase
    }

    /// What a rule gives.
    package enum Action: Hashable, Sendable {
        /// So many points for every so much money.
        case earn(Earning)
        /// A fixed number of points.
        case award(FixedAward)
        /// More of what other rules give.
        case multiply(Multiplier)
    }

    package let id: String
    package let event: Event
    package let action: Action
    /// The index of the group in which it competes.
    package let group: Int?
    /// Decides inside a group, the higher one first.
    package let priority: Int64
    package let effective: EffectivePeriod
    /// Where the rule stands in the document, counted from 1.
    package let line: Int
}

/// `points` for every `per` minor units.
package struct Earning: Hashable, Sendable {
    /// The figure that is counted.
    package enum Figure: String, Hashable, Sendable, CaseIterable {
        case amount = "order.amount"
        case eligibleAmount = "order.eligible_amount"
    }

    /// In the smallest unit of the currency; at least 1.
    package let points: Int64
    /// In minor units of money; at least 1.
    package let per: Int64
    package let of: Figure
    /// The index of the currency.
    package let into: Int
    /// Only lines with one of these tags count; all lines when empty.
    package let tagged: [String]
    /// Whether the base stays a fraction, so that it and its multipliers share one rounding.
    package let exact: Bool
    package let rounding: Rounding
}

/// A number of points, given once.
package struct FixedAward: Hashable, Sendable {
    /// In the smallest unit of the currency; at least 1.
    package let points: Int64
    /// The index of the currency.
    package let into: Int
    /// The order needs a line with one of these tags; any order will do when empty.
    package let tagged: [String]
}

/// Adds `factor − 1` times what other rules give.
package struct Multiplier: Hashable, Sendable {
    /// The indices of the rules it multiplies, all of them of the kind `earn`.
    package let rules: [Int]
    package let factor: Factor
    /// Only the share of lines with one of these tags is multiplied; everything when empty.
    package let tagged: [String]
}

/// How a fraction of a point becomes a whole one.
package enum Rounding: String, Hashable, Sendable, CaseIterable {
    case floor, ceiling
    case halfUp = "half_up"
    case halfEven = "half_even"
}

/// When a rule holds: from an instant, until but not including another.
package struct EffectivePeriod: Hashable, Sendable {
    package let from: Instant?
    package let until: Instant?

    /// Whether the rule holds at an instant.
    package func contains(_ instant: Instant) -> Bool {
        if let from, instant < from { return false }
        if let until, instant >= until { return false }
        return true
    }
}

/// Rules that compete.
package struct RuleGroup: Hashable, Sendable {
    /// Who of those that would pay does.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Everyone.
        case all
        /// The one with the highest priority, then the first in the document.
        case first
        /// The one that pays most; then as `first`.
        case best
    }

    package let id: String
    package let mode: Mode
}
