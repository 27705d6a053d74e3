public import Time

/// Something that a document says happens to one member, step by step, and what must come of it.
public struct Scenario: Sendable {
    public let name: String
    /// Where the test stands in the document, counted from 1.
    public let line: Int
    /// Who joins at first: id, attributes, tags, segments, and points to begin with.
    public let member: Facts.Member
    public let joinedAt: Instant
    /// What all members together used before.
    public let shared: [Usage]
    public let steps: [Step]

    /// One thing that happens, or time that passes.
    public struct Step: Sendable {
        public let line: Int
        public let at: Instant
        public let action: Action
        public let expected: Expected
    }

    public enum Action: Sendable {
        /// A sale under a name, and the points and the stored value that pay a part of it.
        case purchase(name: String, Facts.Order, pay: Int64?, value: Int64?)
        /// Goods of a sale by its name.
        case giveBack(name: String, Extent)
        /// The points of a sale by its name no longer wait for it.
        case confirm(name: String)
        case event(EventName, [Attribute])
        case redeemPoints(name: String?, Int64)
        /// So many of the reward with this index.
        case redeemReward(name: String?, Int, quantity: Int64)
        /// A redemption by its name is undone.
        case cancel(name: String)
        /// Money that is paid in, under a name, into the currency with this index.
        case topUp(name: String, currency: Int, amount: Int64)
        /// Money that is paid out of a top-up by its name; all that is left where there is no amount.
        case refund(name: String, amount: Int64?)
        /// The member names the code of somebody else.
        case claim
        /// The member joins the pool of somebody who has so much of each currency.
        case joinPool(PoolPolicy.Kind?, PoolRole, balances: [ProgramTest.Expectation])
        case timePasses
    }

    /// What came back of a sale.
    public enum Extent: Sendable {
        case everything
        case lines([Line])
        /// In minor units.
        case amount(Int64)

        public struct Line: Sendable {
            /// From 0.
            public let index: Int
            public let quantity: Int64?
            public let amount: Int64?
        }
    }

    /// What must hold behind a step. Only what is named is compared, but for what was earned: every currency that was
    /// must be among `earned` where that is given.
    public struct Expected: Sendable {
        public var isRefused = false
        public var earned: [ProgramTest.Expectation]?
        public var rules: [ProgramTest.Expectation] = []
        public var takenBack: [ProgramTest.Expectation] = []
        /// In minor units.
        public var refund: Int64?
        public var available: [ProgramTest.Expectation] = []
        public var pending: [ProgramTest.Expectation] = []
        public var debt: [ProgramTest.Expectation] = []
        /// The index of the level.
        public var tier: Int?
        /// How many can be used.
        public var vouchers: Int64?
        /// What who referred the member has.
        public var referrer: [ProgramTest.Expectation] = []
        /// What the member's pool has.
        public var pool: [ProgramTest.Expectation] = []
    }
}
