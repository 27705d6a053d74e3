package import Ledger
package import Loyalty
import Rules
import Time

extension Command {
    /// The command that led to an operation, as far as deciding it again needs to know.
    ///
    /// A card stands in for the identifier that was used, which the ledger does not keep; only whether it was known
    /// matters, and a purchase that made its member named a card.
    ///
    /// - Parameter state: the member before it.
    package init(recorded operation: Operation, of id: ExactText, on state: MemberState?) {
        let member = Identifier(.card, id)
        let about = OperationID(member: operation.id.member, sequence: operation.about ?? 0)
        let detail = operation.detail ?? Detail()
        switch operation.kind {
        case .enroll: self = .enroll(Enrollment(id: id, name: nil, identifiers: []))
        case .consent: self = .consent(member: member, Consent(operation))
        // By the id, which an erased member still has.
        case .erase: self = .erase(member: Identifier(.member, id))
        case .purchase:
            if let purchase = operation.purchase {
                self = .purchase(member: member, purchase)
            } else {
                self = .link(Linking(member: member, identifier: member))
            }
        case .event:
            self = .event(
                member: member,
                Happening(
                    name: operation.event ?? EventName(""), occurredAt: operation.occurredAt,
                    attributes: operation.seen.attributes))
        case .traits: self = .traits(member: member, TraitsChange())
        case .return: self = .return(.operation(about), Return(operation))
        case .confirm: self = .confirm(.operation(about), occurredAt: operation.occurredAt)
        case .hold:
            let until = detail.integer("until") ?? 0
            self = .hold(
                member: member,
                HoldRequest(
                    currency: CurrencyID(detail.text("currency") ?? ""), points: Points(detail.integer("points") ?? 0),
                    timeoutMs: until - operation.postedAt.milliseconds))
        case .capture: self = .capture(about, detail.integer("points").map(Points.init))
        case .release: self = .release(about)
        case .redeem:
            self = .redeem(
                member: member, RedemptionRequest(detail) ?? .reward("", quantity: 0))
        case .cancel: self = .cancel(about)
        case .voucher:
            let given = state?.vouchers.filter { $0.operation == about.sequence } ?? []
            let place = Int(detail.integer("place") ?? -1)
            self = .voucher(
                code: given.indices.contains(place) ? given[place].code : "",
                VoucherUse(rawValue: detail.integer("use") ?? 0) ?? .redeem)
        case .adjust:
            self = .adjust(
                member: member,
                Adjustment(
                    currency: CurrencyID(detail.text("currency") ?? ""), points: detail.integer("points") ?? 0,
                    reason: detail.text("reason") ?? ""))
        case .give:
            self = .give(
                member: member, to: Identifier(.card, ExactText("\(detail.integer("receiver") ?? 0)")),
                Gift(
                    currency: CurrencyID(detail.text("currency") ?? ""), points: Points(detail.integer("points") ?? 0)))
        case .link, .due, .celebrate, .receive: self = .link(Linking(member: member, identifier: member))
        }
    }
}
