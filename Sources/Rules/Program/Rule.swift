package import Time

/// One rule of a program.
package struct Rule: Equatable, Sendable {
    /// What a rule gives.
    package enum Action: Equatable, Sendable {
        /// So many points for every so much money.
        case earn(Earning)
        /// A number of points, once.
        case award(FixedAward)
        /// More of what other rules give.
        case multiply(Multiplier)
        /// Points for each line by itself.
        case eachItem(ItemAward)
        /// Stamps on a card that pays when it is full.
        case stamp(StampCard)
    }

    package let id: String
    package let event: EventName
    /// What must be true for the rule to apply.
    package let condition: Condition?
    package let action: Action
    /// The index of the campaign it belongs to.
    package let campaign: Int?
    /// How often, or how much, it may pay.
    package let limit: UsageLimit?
    /// The index of the group in which it competes.
    package let group: Int?
    /// Decides inside a group, the higher one first.
    package let priority: Int64
    package let effective: EffectivePeriod
    /// Where the rule stands in the document, counted from 1.
    package let line: Int
}

/// What a rule answers to: `purchase`, or another event by its name.
package struct EventName: Hashable, Sendable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package static let purchase = EventName("purchase")
    /// A member joined.
    package static let enroll = EventName("enroll")
    /// The start of the day on which a member was born, every year.
    package static let birthday = EventName("birthday")
    /// The start of the day on which a member joined, every year but the first.
    package static let anniversary = EventName("anniversary")

    /// A member brought another one.
    package static let referral = EventName("referral")
    /// A member was brought by another one.
    package static let referred = EventName("referred")

    /// The names with a meaning of their own; any other is an event that a program makes up.
    package static let known = ofTheEngine + ["review", "survey", "check_in"]
    /// Those that the engine itself brings about; nobody can post them.
    package static let ofTheEngine = ["purchase", "enroll", "birthday", "anniversary"] + ofReferrals
    /// Those that happen where members bring others.
    static let ofReferrals = ["referral", "referred"]
}

/// `points` for every `per` minor units.
package struct Earning: Equatable, Sendable {
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
    /// Only lines for which this is true count; all lines without one.
    package let lines: Condition?
    /// Whether the base stays a fraction, so that it and its multipliers share one rounding.
    package let exact: Bool
    /// Whether what a step leaves over is kept for the member's next purchase.
    package let carries: Bool
    package let rounding: Rounding
}

/// A number of points, given once.
package struct FixedAward: Equatable, Sendable {
    /// In the smallest unit of the currency.
    package let points: Quantity
    /// The index of the currency.
    package let into: Int
    /// The order needs a line for which this is true; any order will do without one.
    package let lines: Condition?
}

/// Points for each eligible line.
package struct ItemAward: Equatable, Sendable {
    /// Only lines for which this is true; all eligible lines without one.
    package let lines: Condition?
    /// Per line, in the smallest unit of the currency.
    package let points: Quantity
    /// The index of the currency.
    package let into: Int
}

/// A card that fills with stamps and pays each time it is full.
package struct StampCard: Equatable, Sendable {
    /// The card's id.
    package let card: String
    /// How many stamps the order is worth.
    package let count: Quantity
    /// How many stamps fill it.
    package let size: Int64
    /// What a full card pays, in the smallest unit of the currency; 0 where it gives a reward instead.
    package let points: Int64
    /// The index of the currency.
    package let into: Int
    /// The index of the reward that a full card gives.
    package let reward: Int?
}

/// A number that the document gives, or an expression that computes it.
package enum Quantity: Equatable, Sendable {
    case fixed(Int64)
    case computed(Condition)
}

/// Adds `factor − 1` times what other rules give.
package struct Multiplier: Equatable, Sendable {
    /// The indices of the rules it multiplies, all of them of the kind `earn`.
    package let rules: [Int]
    package let factor: Factor
    /// Only the share of lines for which this is true is multiplied; everything without one.
    package let lines: Condition?
}

/// How a fraction of a point becomes a whole one.
package enum Rounding: String, Hashable, Sendable, CaseIterable {
    case floor, ceiling
    case halfUp = "half_up"
    case halfEven = "half_even"
}

/// When a rule or a campaign holds: from an instant, until but not including another.
package struct EffectivePeriod: Hashable, Sendable {
    package let from: Instant?
    package let until: Instant?

    /// Whether it holds at an instant.
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
