/// What an event earns under a program, and why.
public struct Evaluation: Hashable, Sendable {
    /// The sum of the lines as the program counts money, with or without tax, in minor units.
    public let amount: Int64
    /// The part of it that comes from lines that may earn.
    public let eligibleAmount: Int64
    /// Whether there is a line that may earn at all.
    public let hasEligibleLines: Bool
    /// In the order of the rules; one for every rule and currency, each of at least one point.
    public let awards: [Award]
    /// In the order of the rules: what full stamp cards give.
    public let rewards: [RewardAward]
    /// What was used of limits, caps, budgets, carried money and stamps: changes, none of them 0.
    public let usages: [Usage]
    /// What was asked of budgets, each once.
    public let draws: [BudgetDraw]
    /// Expressions that had no value.
    public let failures: [ConditionFailure]
    /// In the order of the rules: every rule that answers to the event, with one entry for each rule it multiplies;
    /// empty unless it was asked for.
    public let trace: [TraceEntry]

    /// The most rewards that one rule gives at one event; further stamps stay on the card.
    public static let mostRewards: Int64 = 10

    /// The points that all awards together put into a currency; evaluation has made sure that the sum fits.
    public func points(into currency: Int) -> Int64 {
        awards.reduce(0) { $1.currency == currency ? $0 + $1.points : $0 }
    }
}

/// What rules of one event asked of a budget. It decides what they pay even where a cap then leaves less of it.
public struct BudgetDraw: Hashable, Sendable {
    public let key: UsageKey
    /// What the budget has in all.
    public let limit: Int64
    /// What the rules took together, before caps.
    public internal(set) var points: Int64
    /// Whether less was left than a rule would have paid.
    public internal(set) var isShort: Bool
    /// What was used of it in the end.
    public internal(set) var used: Int64 = 0

    public init(key: UsageKey, limit: Int64, points: Int64, isShort: Bool, used: Int64 = 0) {
        self.key = key
        self.limit = limit
        self.points = points
        self.isShort = isShort
        self.used = used
    }
}

/// Points that a rule gives.
public struct Award: Hashable, Sendable {
    /// The index of the rule.
    public let rule: Int
    /// The index of the currency.
    public let currency: Int
    /// At least 1.
    public var points: Int64
}

/// Rewards that full stamp cards give.
public struct RewardAward: Hashable, Sendable {
    /// The index of the rule.
    public let rule: Int
    /// The index of the reward.
    public let reward: Int
    /// At least 1.
    public let count: Int64
}

/// What became of one rule, or of one rule that a multiplier names.
public struct TraceEntry: Hashable, Sendable {
    /// Why a rule paid or did not.
    public enum Outcome: Hashable, Sendable {
        case paid
        /// The event was before or after the time for which the rule or its campaign holds.
        case notEffective
        /// The member is kept out of the rule's campaign, to measure its effect.
        case heldOut
        /// `when` was not true.
        case conditionUnmet
        /// An expression of the rule had no value.
        case failed(ConditionFailure)
        /// What counted was too little for a point, or no line did.
        case nothingCounted
        /// Nothing is paid yet, but what counted is kept for the next time: carried money, stamps.
        case collected
        /// Another rule of its group, with this index, was preferred.
        case lost(to: Int)
        /// The rule that would have been multiplied paid nothing.
        case baseUnpaid
        /// The rule's limit was used up before.
        case limitReached
        /// The campaign's budget was used up before, or the award did not fit.
        case budgetSpent
        /// A cap, with this index, left nothing.
        case capped(by: Int)
    }

    /// What took a part of an award away.
    public enum Cut: Hashable, Sendable {
        case limit(points: Int64)
        case budget(points: Int64)
        /// The index of the cap.
        case cap(Int, points: Int64)

        /// How many points were taken away.
        public var points: Int64 {
            switch self {
            case .limit(let points), .budget(let points), .cap(_, let points): points
            }
        }

        /// The same cut of another size.
        func with(points: Int64) -> Cut {
            switch self {
            case .limit: .limit(points: points)
            case .budget: .budget(points: points)
            case .cap(let index, _): .cap(index, points: points)
            }
        }
    }

    /// One line of the order that a rule counted.
    public struct LineShare: Hashable, Sendable {
        /// The index of the line.
        public let line: Int
        /// The money of the line that counted, in minor units.
        public let counted: Int64
        /// What the line was paid by itself; `nil` for rules that pay for all their lines together.
        public let points: Int64?
    }

    /// The index of the rule.
    public let rule: Int
    /// The index of the rule that was multiplied; `nil` for other rules, and for a multiplier that did not get as far.
    public let multiplied: Int?
    public var outcome: Outcome
    /// The money that counted, in minor units; for stamps, how many there were.
    public let counted: Int64
    /// What was paid.
    public var points: Int64
    public var cuts: [Cut] = []
    /// The lines that counted, where not all of them did or each was paid by itself.
    public var lines: [LineShare] = []

    init(rule: Int, multiplied: Int? = nil, outcome: Outcome, counted: Int64 = 0, points: Int64 = 0) {
        self.rule = rule
        self.multiplied = multiplied
        self.outcome = outcome
        self.counted = counted
        self.points = points
    }
}

/// Why an event cannot be evaluated.
public enum EvaluationError: Error, Hashable, Sendable {
    /// The sums of the lines do not fit 64 bits.
    case amountOverflow
    /// The points of the rule with this index, or the sum they lead to, do not fit 64 bits.
    case pointsOverflow(rule: Int)
}

extension Evaluation {
    /// What an event earns that no rule answers to.
    public static let nothing = Evaluation(
        amount: 0, eligibleAmount: 0, hasEligibleLines: false, awards: [], rewards: [], usages: [], draws: [],
        failures: [], trace: [])
}
