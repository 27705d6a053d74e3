public import Time

/// One rule of a program.
public struct Rule: Equatable, Sendable {
    /// What a rule gives.
    public enum Action: Equatable, Sendable {
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

    public let id: String
    public let event: EventName
    /// What must be true for the rule to apply.
    public let condition: Condition?
    public let action: Action
    /// The index of the campaign it belongs to.
    public let campaign: Int?
    /// How often, or how much, it may pay.
    public let limit: UsageLimit?
    /// The index of the group in which it competes.
    public let group: Int?
    /// Decides inside a group, the higher one first.
    public let priority: Int64
    public let effective: EffectivePeriod
    /// Where the rule stands in the document, counted from 1.
    public let line: Int
}

/// What a rule answers to: `purchase`, or another event by its name.
public struct EventName: Hashable, Sendable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public static let purchase = EventName("purchase")
    /// A member joined.
    public static let enroll = EventName("enroll")
    /// The start of the day on which a member was born, every year.
    public static let birthday = EventName("birthday")
    /// The start of the day on which a member joined, every year but the first.
    public static let anniversary = EventName("anniversary")

    /// A member brought another one.
    public static let referral = EventName("referral")
    /// A member was brought by another one.
    public static let referred = EventName("referred")

    /// The names with a meaning of their own; any other is an event that a program makes up.
    public static let known = ofTheEngine + ["review", "survey", "check_in"]
    /// Those that the engine itself brings about; nobody can post them.
    public static let ofTheEngine = ["purchase", "enroll", "birthday", "anniversary"] + ofReferrals
    /// Those that happen where members bring others.
    static let ofReferrals = ["referral", "referred"]
}

/// `points` for every `per` minor units.
public struct Earning: Equatable, Sendable {
    /// The figure that is counted.
    public enum Figure: String, Hashable, Sendable, CaseIterable {
        case amount = "order.amount"
        case eligibleAmount = "order.eligible_amount"
    }

    /// In the smallest unit of the currency; at least 1.
    public let points: Int64
    /// In minor units of money; at least 1.
    public let per: Int64
    public let of: Figure
    /// The index of the currency.
    public let into: Int
    /// Only lines for which this is true count; all lines without one.
    public let lines: Condition?
    /// Whether the base stays a fraction, so that it and its multipliers share one rounding.
    public let exact: Bool
    /// Whether what a step leaves over is kept for the member's next purchase.
    public let carries: Bool
    public let rounding: Rounding
}

/// A number of points, given once.
public struct FixedAward: Equatable, Sendable {
    /// In the smallest unit of the currency.
    public let points: Quantity
    /// The index of the currency.
    public let into: Int
    /// The order needs a line for which this is true; any order will do without one.
    public let lines: Condition?
}

/// Points for each eligible line.
public struct ItemAward: Equatable, Sendable {
    /// Only lines for which this is true; all eligible lines without one.
    public let lines: Condition?
    /// Per line, in the smallest unit of the currency.
    public let points: Quantity
    /// The index of the currency.
    public let into: Int
}

/// A card that fills with stamps and pays each time it is full.
public struct StampCard: Equatable, Sendable {
    /// The card's id.
    public let card: String
    /// How many stamps the order is worth.
    public let count: Quantity
    /// How many stamps fill it.
    public let size: Int64
    /// What a full card pays, in the smallest unit of the currency; 0 where it gives a reward instead.
    public let points: Int64
    /// The index of the currency.
    public let into: Int
    /// The index of the reward that a full card gives.
    public let reward: Int?
}

/// A number that the document gives, or an expression that computes it.
public enum Quantity: Equatable, Sendable {
    case fixed(Int64)
    case computed(Condition)
}

/// Adds `factor − 1` times what other rules give.
public struct Multiplier: Equatable, Sendable {
    /// The indices of the rules it multiplies, all of them of the kind `earn`.
    public let rules: [Int]
    public let factor: Factor
    /// Only the share of lines for which this is true is multiplied; everything without one.
    public let lines: Condition?
}

/// How a fraction of a point becomes a whole one.
public enum Rounding: String, Hashable, Sendable, CaseIterable {
    case floor, ceiling
    case halfUp = "half_up"
    case halfEven = "half_even"
}

/// When a rule or a campaign holds: from an instant, until but not including another.
public struct EffectivePeriod: Hashable, Sendable {
    public let from: Instant?
    public let until: Instant?

    /// Whether it holds at an instant.
    public func contains(_ instant: Instant) -> Bool {
        if let from, instant < from { return false }
        if let until, instant >= until { return false }
        return true
    }

    /// Whether both hold at some instant.
    func overlaps(_ other: EffectivePeriod) -> Bool {
        func begins(_ one: EffectivePeriod, beforeEndOf another: EffectivePeriod) -> Bool {
            guard let from = one.from, let until = another.until else { return true }
            return from < until
        }
        return begins(self, beforeEndOf: other) && begins(other, beforeEndOf: self)
    }
}

/// Rules that compete.
public struct RuleGroup: Hashable, Sendable {
    /// Who of those that would pay does.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Everyone.
        case all
        /// The one with the highest priority, then the first in the document.
        case first
        /// The one that pays most; then as `first`.
        case best
    }

    public let id: String
    public let mode: Mode
}
