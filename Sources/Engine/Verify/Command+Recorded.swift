public import Ledger
public import Loyalty
import Rules
import Time

extension Command {
    /// The command that led to an operation, as far as deciding it again needs to know.
    ///
    /// A card stands in for the identifier that was used, which the ledger does not keep; only whether it was known
    /// matters, and a purchase that made its member named a card.
    ///
    /// - Parameter vouchers: those that the member had before it.
    public init(recorded operation: Operation, of id: ExactText, vouchers: [Voucher]) {
        let member = Identifier(.card, id)
        let about = OperationID(reference: operation.about ?? 0, in: operation.id.member)
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
        case .allowance: self = .draw(member: member, AllowanceRequest(operation))
        case .settle:
            self = .settle(
                about,
                Settlement(used: Points(detail.integer("points") ?? 0), usedAt: operation.occurredAt))
        case .release: self = .release(about)
        case .redeem:
            self = .redeem(
                member: member, RedemptionRequest(detail) ?? .reward("", quantity: 0))
        case .cancel: self = .cancel(about)
        case .voucher:
            let given = vouchers.filter { $0.operation == operation.about }
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
        case .grant:
            self = .setTier(
                member: member,
                TierSetting(
                    level: detail.text("level") ?? "",
                    until: detail.integer("until").map(Instant.init(milliseconds:)),
                    reason: detail.text("reason") ?? ""))
        case .revoke: self = .unsetTier(member: member, reason: detail.text("reason") ?? "")
        case .merge:
            self = .merge(member: member, from: Identifier(.card, ExactText("\(detail.integer("loser") ?? 0)")))
        case .unlink: self = .unlink(member)
        case .status: self = .status(member: member, StatusChange(detail))
        case .topUp:
            if let topUp = TopUp(operation) {
                self = .topUp(member: member, topUp)
            } else {
                self = .link(Linking(member: member, identifier: member))
            }
        case .refund: self = .refund(about, detail.integer("amount").map(Points.init))
        case .refer where ReferralNote(operation) == .code: self = .referralCode(member: member)
        case .refer:
            self = .claimReferral(member: member, code: ExactText("\(detail.integer("member") ?? 0)"))
        case .pool: self = .pool(member: member, PoolRequest(operation) ?? .leave)
        case .link, .due, .celebrate, .receive, .surrender, .referral, .referralBack, .lend, .borrow:
            self = .link(Linking(member: member, identifier: member))
        }
    }
}
