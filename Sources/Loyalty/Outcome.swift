public import Ledger
public import Time

/// What an accepted command did, for whoever asked.
public enum Outcome: Hashable, Sendable {
    case enrolled(Earned)
    case linked(OperationID, Identifier)
    case consented(OperationID, Consent)
    case erased(OperationID)
    case purchased(Earned)
    /// Nobody has it yet.
    case kept(KeptSale)
    /// Goods of a sale that nobody has yet came back for so much money, in minor units.
    case takenOff(KeptSale, refund: Int64)
    case happened(Earned)
    case traitsChanged(OperationID)
    case returned(Returned)
    case confirmed(OperationID, purchase: OperationID, [CurrencyPoints])
    case held(OperationID, CurrencyID, Points, until: Instant)
    case captured(OperationID, hold: OperationID, CurrencyID, captured: Points, released: Points)
    case released(OperationID, hold: OperationID, CurrencyID, released: Points)
    case drawn(Allowance)
    case settled(OperationID, allowance: OperationID, CurrencyID, used: Points, released: Points)
    case redeemed(Redeemed)
    case cancelled(OperationID, redemption: OperationID, restored: Restored?, vouchersWithdrawn: Int)
    case voucher(OperationID, Voucher)
    case adjusted(OperationID, Adjustment)
    case given(OperationID, Gift)
    case tierSet(OperationID)
    case tierUnset(OperationID)
    /// The id of the member who is an alias from now on.
    case merged(OperationID, from: ExactText)
    case unlinked(OperationID, Identifier)
    case statusChanged(OperationID, MemberStatus)
    case toppedUp(OperationID, CurrencyID, Points)
    case refunded(OperationID, topUp: OperationID, CurrencyID, Points)
    case referralCode(OperationID, ExactText)
    /// What the new member got at once, where it got something.
    case referralClaimed(OperationID, Earned?)
    case pooled(OperationID, PoolRequest)
}

/// What a return took back and gave back.
public struct Returned: Hashable, Sendable {
    public let operation: OperationID
    public let purchase: OperationID
    /// By currency; one with nothing to take back is absent.
    public let claims: [CurrencyClaim]
    /// Points that had paid what came back; `nil` where none had paid anything.
    public let restored: Restored?
    /// Stored value that had paid what came back; `nil` where none had.
    public let valueRestored: Restored?
    /// The money to give back, in minor units. What points or stored value had paid is never given back as money.
    public let refund: Int64
    /// Vouchers that the purchase had brought and that were not used yet.
    public let vouchersWithdrawn: Int
    /// Whether nothing of the purchase is left.
    public let isComplete: Bool
}

/// What became of points that were taken back.
public struct CurrencyClaim: Hashable, Sendable {
    public let currency: CurrencyID
    public let claim: Claim
}

/// Points that came back to where they had been spent from.
public struct Restored: Hashable, Sendable {
    public let currency: CurrencyID
    public let usable: Points
    /// What would have lapsed meanwhile and lapsed at once.
    public let lapsed: Points
}

/// What a redemption cost and gave.
public struct Redeemed: Hashable, Sendable {
    public let operation: OperationID
    public let currency: CurrencyID
    public let points: Points
    /// The id of the reward; `nil` for points that count as money.
    public let reward: String?
    public let vouchers: [Voucher]
}

/// What a purchase or another event earned.
public struct Earned: Hashable, Sendable {
    /// What one rule paid into one currency.
    public struct Award: Hashable, Sendable {
        /// The rule's id.
        public let rule: String
        public let points: Points
        public let currency: CurrencyID

        public init(rule: String, points: Points, currency: CurrencyID) {
            self.rule = rule
            self.points = points
            self.currency = currency
        }
    }

    public let operation: OperationID
    /// In the order of the rules; a rule that paid nothing is absent.
    public let awards: [Award]
    /// The sum of the awards per currency, in the order of the program; a currency with none is absent.
    public let earned: [CurrencyPoints]

    /// What full stamp cards give, in the order of the rules.
    public let rewards: [RewardGiven]
    /// Those of the rewards that are given as vouchers, one by one.
    public let vouchers: [Voucher]

    public init(
        operation: OperationID, awards: [Award], earned: [CurrencyPoints], rewards: [RewardGiven] = [],
        vouchers: [Voucher] = []
    ) {
        self.operation = operation
        self.awards = awards
        self.earned = earned
        self.rewards = rewards
        self.vouchers = vouchers
    }
}

/// Rewards that a rule gives.
public struct RewardGiven: Hashable, Sendable {
    /// The rule's id.
    public let rule: String
    /// The reward's id.
    public let reward: String
    /// At least 1.
    public let count: Int64
}

/// A number of points of a currency.
public struct CurrencyPoints: Hashable, Sendable {
    public let currency: CurrencyID
    public let points: Points

    public init(currency: CurrencyID, points: Points) {
        self.currency = currency
        self.points = points
    }
}
