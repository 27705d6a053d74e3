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
}
