package import Time

/// Something that a document says happens to one member, step by step, and what must come of it.
package struct Scenario: Sendable {
    package let name: String
    /// Where the test stands in the document, counted from 1.
    package let line: Int
    /// Who joins at first: id, attributes, tags, segments, and points to begin with.
    package let member: Facts.Member
    package let joinedAt: Instant
    /// What all members together used before.
    package let shared: [Usage]
    package let steps: [Step]

    /// One thing that happens, or time that passes.
    package struct Step: Sendable {
        package let line: Int
        package let at: Instant
        package let action: Action
        package let expected: Expected
    }

    package enum Action: Sendable {
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
    package enum Extent: Sendable {
        case everything
        case lines([Line])
        /// In minor units.
        case amount(Int64)

        package struct Line: Sendable {
            /// From 0.
            package let index: Int
            package let quantity: Int64?
            package let amount: Int64?
        }
    }

    /// What must hold behind a step. Only what is named is compared, but for what was earned: every currency that was
    /// must be among `earned` where that is given.
    package struct Expected: Sendable {
        package var isRefused = false
        package var earned: [ProgramTest.Expectation]?
        package var rules: [ProgramTest.Expectation] = []
        package var takenBack: [ProgramTest.Expectation] = []
        /// In minor units.
        package var refund: Int64?
        package var available: [ProgramTest.Expectation] = []
        package var pending: [ProgramTest.Expectation] = []
        package var debt: [ProgramTest.Expectation] = []
        /// The index of the level.
        package var tier: Int?
        /// How many can be used.
        package var vouchers: Int64?
        /// What who referred the member has.
        package var referrer: [ProgramTest.Expectation] = []
        /// What the member's pool has.
        package var pool: [ProgramTest.Expectation] = []
    }
}
