import Ledger
package import Loyalty
import Rules
import Time

extension Act {
    /// The same in the words of the engine.
    package var command: Command {
        switch self {
        case .enroll(let id, let card):
            .enroll(Enrollment(id: ExactText(id), name: nil, identifiers: [Self.identifier(card)]))
        case .buy(let card, let receipt, let lines, let at, let payment):
            .purchase(member: Self.identifier(card), Self.purchase(receipt, lines, at, payment))
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
        case .draw(let card, let currency, let points, let ms):
            .draw(
                member: Self.identifier(card),
                AllowanceRequest(
                    currency: CurrencyID(currency), points: Points(Int64(points)), validMs: ms.map(Int64.init),
                    till: AllowanceRequest.Till(store: "s", terminal: "1")))
        case .settle(let place, let used, let at):
            .settle(place.id, Settlement(used: Points(Int64(used)), usedAt: Instant(at)))
        case .vouchers(let card, let quantity):
            .redeem(member: Self.identifier(card), .reward("slip", quantity: Int64(quantity)))
        case .voucher(let code, let givesBack): .voucher(code: ExactText(code), givesBack ? .giveBack : .redeem)
        case .standing(let card, let standing): .status(member: Self.identifier(card), standing.change)
        case .code(let card): .referralCode(member: Self.identifier(card))
        case .refer(let card, let code): .claimReferral(member: Self.identifier(card), code: ExactText(code))
        case .pool(let card, .found): .pool(member: Self.identifier(card), .create(.household))
        case .pool(let card, .join(let owner, let spends)):
            .pool(
                member: Self.identifier(card), .join(owner: Self.identifier(owner), spends ? .spend : .earn))
        case .pool(let card, .leave): .pool(member: Self.identifier(card), .leave)
        case .keep(let receipt, let lines, let at):
            .keep(Self.purchase(receipt, lines, at, nil))
        case .claim(let card, let receipt): .claim(member: Self.identifier(card), Self.number(receipt))
        }
    }

    private static func purchase(_ receipt: String, _ lines: [Line], _ at: Int, _ payment: Payment?) -> Purchase {
        Purchase(
            receipt: number(receipt), channel: "pos", occurredAt: Instant(at), currency: "JPY",
            items: lines.map { Purchase.Item(sku: "s", quantity: Int64($0.quantity), amount: Int64($0.amount)) },
            payment: payment.map(Self.payment))
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
    package var id: OperationID { OperationID(member: MemberNumber(Int64(member)), sequence: Int64(sequence)) }

    package init(_ id: OperationID) {
        self.init(member: Int(id.member.value), sequence: Int(id.sequence))
    }
}

extension Act.Standing {
    fileprivate var change: StatusChange {
        switch self {
        case .suspended: .suspend
        case .closed(let grace): .close(graceMs: Int64(grace))
        case .active: .reinstate
        }
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
