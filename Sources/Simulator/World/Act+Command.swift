import Ledger
import Loyalty
import Rules
import Time

extension Act {
    /// The same in the words of the engine.
    var command: Command {
        switch self {
        case .enroll(let id, let card):
            .enroll(Enrollment(id: ExactText(id), name: nil, identifiers: [Self.identifier(card)]))
        case .buy(let card, let receipt, let lines, let at, let payment):
            .purchase(
                member: Self.identifier(card),
                Purchase(
                    receipt: Self.number(receipt), channel: "pos", occurredAt: Instant(at), currency: "JPY",
                    items: lines.map {
                        Purchase.Item(sku: "s", quantity: Int64($0.quantity), amount: Int64($0.amount))
                    },
                    payment: payment.map(Self.payment)))
        case .giveBack(let sale, let extent, let at):
            .return(sale.reference, Return(extent.extent, occurredAt: Instant(at)))
        case .confirm(let sale, let at): .confirm(sale.reference, occurredAt: Instant(at))
        case .hold(let card, let currency, let points, let ms):
            .hold(
                member: Self.identifier(card),
                HoldRequest(
                    currency: CurrencyID(currency), points: Points(Int64(points)), timeoutMs: ms.map(Int64.init)))
        case .capture(let place, let points): .capture(place.id, points.map { Points(Int64($0)) })
        case .release(let place): .release(place.id)
        case .redeem(let card, let points):
            .redeem(member: Self.identifier(card), .points(CurrencyID("a"), Points(Int64(points))))
        case .reward(let card, let quantity):
            .redeem(member: Self.identifier(card), .reward("mug", quantity: Int64(quantity)))
        case .cancel(let place): .cancel(place.id)
        case .adjust(let card, let currency, let points):
            .adjust(
                member: Self.identifier(card),
                Adjustment(currency: CurrencyID(currency), points: Int64(points), reason: "simulated"))
        case .give(let card, let other, let currency, let points):
            .give(
                member: Self.identifier(card), to: Self.identifier(other),
                Gift(currency: CurrencyID(currency), points: Points(Int64(points))))
        case .merge(let card, let other): .merge(member: Self.identifier(card), from: Self.identifier(other))
        }
    }

    private static func identifier(_ card: String) -> Identifier { Identifier(.card, ExactText(card)) }

    fileprivate static func number(_ receipt: String) -> ReceiptNumber {
        ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt))
    }

    private static func payment(_ payment: Payment) -> Loyalty.Payment {
        switch payment {
        case .free(let points): Loyalty.Payment(currency: CurrencyID("a"), points: Points(Int64(points)))
        case .held(let points, let hold):
            Loyalty.Payment(currency: CurrencyID("a"), points: Points(Int64(points)), hold: hold.id)
        }
    }
}

extension Act.Place {
    var id: OperationID { OperationID(member: MemberNumber(Int64(member)), sequence: Int64(sequence)) }

    init(_ id: OperationID) {
        self.init(member: Int(id.member.value), sequence: Int(id.sequence))
    }
}

extension Act.Sale {
    fileprivate var reference: Reference {
        switch self {
        case .operation(let place): .operation(place.id)
        case .receipt(let receipt): .receipt(Act.number(receipt))
        }
    }
}

extension Act.Extent {
    fileprivate var extent: Return.Extent {
        switch self {
        case .everything: .everything
        case .line(let index, let quantity): .lines([Return.Line(index: index, quantity: quantity.map(Int64.init))])
        case .amount(let money): .amount(Int64(money))
        }
    }
}

extension Instant {
    init(_ milliseconds: Int) { self.init(milliseconds: Int64(milliseconds)) }
}
