/// What a client asks for, in the words of the model.
package enum Act: Hashable, Sendable {
    /// One operation: the number of its member, and its place.
    package struct Place: Hashable, Sendable, CustomStringConvertible {
        package var member: Int
        package var sequence: Int

        package var description: String { "\(member)-\(sequence)" }
    }

    /// An earlier purchase, by its operation or by its receipt.
    package enum Sale: Hashable, Sendable {
        case operation(Place)
        case receipt(String)
    }

    package struct Line: Hashable, Sendable {
        package var quantity: Int
        package var amount: Int
    }

    package enum Extent: Hashable, Sendable {
        case everything
        case line(Int, quantity: Int?)
        case amount(Int)
    }

    package enum Payment: Hashable, Sendable {
        case free(Int)
        case held(Int, Place)

        var points: Int {
            switch self {
            case .free(let points), .held(let points, _): points
            }
        }
    }

    case enroll(id: String, card: String)
    case buy(card: String, receipt: String, [Line], at: Int, paying: Payment?)
    case giveBack(Sale, Extent, at: Int)
    case confirm(Sale, at: Int)
    case hold(card: String, currency: String, Int, ms: Int?)
    case capture(Place, Int?)
    case release(Place)
    case redeem(card: String, Int)
    case reward(card: String, Int)
    case cancel(Place)
    case adjust(card: String, currency: String, Int)
    case give(card: String, to: String, currency: String, Int)
    case merge(card: String, from: String)
    case draw(card: String, currency: String, Int, ms: Int?)
    case settle(Place, used: Int, at: Int)
    /// So many vouchers for points.
    case vouchers(card: String, Int)
    case voucher(code: String, givesBack: Bool)
    case standing(card: String, Standing)
    case code(card: String)
    case refer(card: String, code: String)
    case pool(card: String, Pooling)
    /// A sale without a member.
    case keep(receipt: String, [Line], at: Int)
    case claim(card: String, receipt: String)

    package enum Standing: Hashable, Sendable {
        case suspended
        case closed(grace: Int)
        case active
    }

    package enum Pooling: Hashable, Sendable {
        case found
        case join(owner: String, spends: Bool)
        case leave
    }

    /// Whether it may use what others in a pool have.
    var usesPool: Bool {
        switch self {
        case .hold, .draw, .redeem, .reward, .vouchers, .giveBack, .buy(_, _, _, _, .free): true
        default: false
        }
    }

    /// Whether it is about a receipt, under which there may be a sale without a member.
    var isAboutKept: Bool {
        switch self {
        case .keep, .claim, .buy, .giveBack(.receipt, _, _): true
        default: false
        }
    }

    /// Whether it spends points.
    var spends: Bool {
        switch self {
        case .hold, .draw, .redeem, .reward, .vouchers, .capture, .buy(_, _, _, _, _?): true
        default: false
        }
    }
}
