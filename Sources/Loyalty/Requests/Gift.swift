public import Ledger
import Time

/// Points that a member gives to another one.
public struct Gift: Hashable, Sendable {
    public let currency: CurrencyID
    /// Greater than zero.
    public let points: Points

    public init(currency: CurrencyID, points: Points) {
        self.currency = currency
        self.points = points
    }
}

/// What arrives of a gift: the points with the time at which they were earned and the one at which they lapse.
public struct Parcel: Hashable, Sendable {
    /// The points of one lot of the giver.
    struct Part: Hashable, Sendable {
        let points: Points
        let earnedAt: Instant
        let expiresAt: Instant?
    }

    let currency: CurrencyID
    /// The giver's operation.
    let origin: OperationID
    let parts: [Part]

    init(currency: CurrencyID, origin: OperationID, parts: [Part]) {
        self.currency = currency
        self.origin = origin
        self.parts = parts
    }

    /// Reads itself back from the operation by which it arrived.
    public init?(_ operation: Operation) {
        guard operation.kind == .receive, let detail = operation.detail, let currency = detail.text("currency"),
            let giver = detail.integer("giver"), let sequence = detail.integer("operation")
        else { return nil }
        let parts = detail.integers("parts")
        guard parts.count % 3 == 0 else { return nil }
        self.init(
            currency: CurrencyID(currency), origin: OperationID(member: MemberNumber(giver), sequence: sequence),
            parts: stride(from: 0, to: parts.count, by: 3).map {
                Part(
                    points: Points(parts[$0]), earnedAt: Instant(milliseconds: parts[$0 + 1]),
                    expiresAt: parts[$0 + 2] == .max ? nil : Instant(milliseconds: parts[$0 + 2]))
            })
    }

    var detail: Detail {
        var detail = Detail()
        detail.add("currency", currency.text)
        detail.add("giver", origin.member.value)
        detail.add("operation", origin.sequence)
        detail.add(
            "parts",
            parts.flatMap { [$0.points.count, $0.earnedAt.milliseconds, $0.expiresAt?.milliseconds ?? .max] })
        return detail
    }
}
