/// One thing that a client wants. Earlier ones are named by the number of their step, so that a history stays whole
/// when steps are taken out of it.
package enum Deed: Hashable, Sendable {
    case enroll(Int)
    case buy(Int, [Act.Line], late: Int, pay: Int, hold: Int?, receiptOf: Int?)
    case giveBack(Int, Act.Extent, byReceipt: Bool)
    case confirm(Int)
    case hold(Int, currency: String, Int, ms: Int?)
    case capture(Int, Int?)
    case release(Int)
    case redeem(Int, Int)
    case reward(Int, Int)
    case cancel(Int)
    case adjust(Int, currency: String, Int)
    case give(Int, to: Int, currency: String, Int)
    case merge(Int, from: Int)
    case draw(Int, currency: String, Int, ms: Int?)
    case settle(Int, Int, late: Int)
    case vouchers(Int, Int)
    /// One of the vouchers that a step gave.
    case voucher(Int, place: Int, givesBack: Bool)
    case standing(Int, Act.Standing)
    case code(Int)
    case refer(Int, by: Int)
    case found(Int)
    case join(Int, of: Int, spends: Bool)
    case leave(Int)
    case keep([Act.Line], late: Int)
    case claim(Int, sale: Int)
}

/// How a message travels.
package struct Journey: Hashable, Sendable {
    package struct Copy: Hashable, Sendable {
        package let node: Int
        /// How many steps it takes.
        package let delay: Int
        /// Whether it gets there.
        package let arrives: Bool
    }

    package let copies: [Copy]
    /// Whether what comes back is lost, so that the client asks again.
    package let losesReply: Bool
    /// The step whose key it is sent under, by mistake.
    package let keyOf: Int?
}

/// One step of a world.
package struct Step: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case deed(Deed, Journey)
        /// The clock jumps, back where it is below zero.
        case clock(Int)
        /// The clock goes to the next instant at which something is due, or so much before or behind it.
        case due(Int)
        /// A node is gone and comes back empty; perhaps what was under way becomes durable first.
        case crash(node: Int, finishes: Bool)
        case fault(Fault)
        /// A program is published, perhaps in the place of all that would begin later.
        case publish(Terms, lead: Int, supersedes: Bool)
        /// Somebody looks at members.
        case look
    }

    package let number: Int
    package let kind: Kind
    /// The nodes whose commits end behind it.
    package let ends: [Int]
    /// How much time passes behind it.
    package let pause: Int
}
