public import Engine
import JSON
import Ledger
public import Loyalty
import Rules
import Time

// The shapes of results, as docs/using describes them. Times are written with the offset of the program's zone, amounts
// are integers in the smallest unit, and no result of a changing call holds personal data, because it is kept for ever.

/// Writes what a program's members have and did, as JSON, in the words of one rule set.
public struct ResultShapes: Sendable {
    let program: Program
    private let keys: AllowanceKeys?

    /// - Parameter keys: what signs allowances; without them, nothing does.
    public init(_ ruleSet: RuleSet, signingBy keys: AllowanceKeys? = nil) {
        self.program = ruleSet.program
        self.keys = keys
    }

    /// The result of an accepted command: an object less its `replayed` member.
    ///
    /// - Parameter member: `nil` for what happened to a sale that nobody claimed yet.
    public func result(of outcome: Outcome, for member: MemberState?) -> [UInt8] {
        var json = JSONWriter(reserving: 768)
        json.beginObject()
        if let member { write(outcome, for: member, to: &json) } else { write(kept: outcome, to: &json) }
        json.endObject()
        return json.take()
    }

    private func write(kept outcome: Outcome, to json: inout JSONWriter) {
        let kept: KeptSale
        switch outcome {
        case .kept(let sale): kept = sale
        case .takenOff(let sale, let refund):
            kept = sale
            json.member("complete", sale.sale.isEmpty)
            json.member("refund", refund)
        default: preconditionFailure("a member's outcome is written with the member")
        }
        json.key("receipt")
        json.beginObject()
        json.member("store", kept.purchase.receipt.store.text)
        json.member("terminal", kept.purchase.receipt.terminal.text)
        json.member("number", kept.purchase.receipt.number.text)
        json.endObject()
        json.key("claimable_until")
        write(kept.until, to: &json)
    }

    private func write(_ outcome: Outcome, for member: MemberState, to json: inout JSONWriter) {
        switch outcome {
        case .enrolled(let welcome):
            json.member("operation", welcome.operation.description)
            json.member("member", member.id.text)
            json.key("enrolled_at")
            write(member.enrolledAt, to: &json)
            if !welcome.awards.isEmpty { write(welcome, to: &json) }
        case .linked(let operation, let identifier):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            json.member("linked", identifier.kind.text)
        case .consented(let operation, let consent):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            json.member("purpose", consent.purpose)
            json.member("granted", consent.isGranted)
        case .erased(let operation):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
        case .purchased(let purchase):
            json.member("operation", purchase.operation.description)
            json.member("purchase", purchase.operation.description)
            json.member("member", member.id.text)
            write(purchase, to: &json)
            write(balancesOf: member, to: &json)
            write(tierOf: member, to: &json)
        case .happened(let earned):
            json.member("operation", earned.operation.description)
            json.member("member", member.id.text)
            write(earned, to: &json)
            write(balancesOf: member, to: &json)
            write(tierOf: member, to: &json)
        case .referralCode(let operation, let code):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            json.member("code", code.text)
        case .tierSet(let operation), .tierUnset(let operation):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            write(tierOf: member, to: &json)
        case .merged(let operation, let other):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            json.member("merged", other.text)
            write(balancesOf: member, to: &json)
            write(tierOf: member, to: &json)
        case .unlinked(let operation, let identifier):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            json.member("unlinked", identifier.kind.text)
        case .statusChanged(let operation, let status):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            write(status, to: &json)
            write(balancesOf: member, to: &json)
        case .traitsChanged(let operation), .pooled(let operation, _):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
        case .drawn(let allowance):
            json.member("operation", allowance.operation.description)
            json.member("allowance", allowance.operation.description)
            write(allowance, for: member, to: &json)
            if let token = keys?.token(saying: claims(of: allowance, for: member)) { json.member("token", token) }
            write(balancesOf: member, to: &json)
        case .returned, .confirmed, .settled, .held, .captured, .released, .redeemed, .cancelled, .voucher, .adjusted,
            .given,
            .toppedUp, .refunded, .referralClaimed:
            write(spending: outcome, for: member, to: &json)
        case .kept, .takenOff: write(kept: outcome, to: &json)
        }
    }

    private func write(_ allowance: Allowance, for member: MemberState, to json: inout JSONWriter) {
        json.member("member", member.id.text)
        json.member("store", allowance.till.store.text)
        json.member("terminal", allowance.till.terminal.text)
        json.member("currency", allowance.currency.text)
        json.member("points", allowance.points.count)
        json.key("valid_until")
        write(allowance.validUntil, to: &json)
        json.key("until")
        write(allowance.until, to: &json)
    }

    /// What the token of an allowance says; times are whole seconds, as tokens have them.
    private func claims(of allowance: Allowance, for member: MemberState) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("iss", program.id)
        json.member("jti", allowance.operation.description)
        json.member("sub", member.id.text)
        json.member("iat", allowance.drawnAt.milliseconds / 1000)
        json.member("exp", allowance.validUntil.milliseconds / 1000)
        json.member("store", allowance.till.store.text)
        json.member("terminal", allowance.till.terminal.text)
        json.member("currency", allowance.currency.text)
        json.member("points", allowance.points.count)
        json.endObject()
        return json.take()
    }

    /// The members `status` and `points_until`.
    func write(_ status: MemberStatus, to json: inout JSONWriter) {
        json.member("status", status.name)
        guard case .closed(let until) = status else { return }
        json.key("points_until")
        write(until, to: &json)
    }

    func write(_ sum: Earned, to json: inout JSONWriter) {
        json.key("earned")
        json.beginObject()
        for earned in sum.earned { json.member(earned.currency.text, earned.points.count) }
        json.endObject()
        json.key("awards")
        json.beginArray()
        for award in sum.awards {
            json.beginObject()
            json.member("rule", award.rule)
            json.member("points", award.points.count)
            json.member("into", award.currency.text)
            json.endObject()
        }
        json.endArray()
        guard !sum.rewards.isEmpty else { return }
        json.key("rewards")
        json.beginArray()
        for given in sum.rewards {
            json.beginObject()
            json.member("rule", given.rule)
            json.member("reward", given.reward)
            json.member("count", given.count)
            json.endObject()
        }
        json.endArray()
        write(sum.vouchers, to: &json)
    }

    /// The member `balances`: every currency of the program, then those that earlier rule sets had.
    func write(balancesOf member: MemberState, to json: inout JSONWriter) {
        json.key("balances")
        json.beginObject()
        for currency in program.currencies { write(currency.id, of: member, to: &json) }
        for balance in member.ledger.balances where program.currency(balance.currency.text) == nil {
            write(balance.currency.text, of: member, to: &json)
        }
        json.endObject()
    }

    private func write(_ currency: String, of member: MemberState, to json: inout JSONWriter) {
        let balance = member.ledger.balance(of: CurrencyID(currency))
        json.key(currency)
        json.beginObject()
        json.member("available", balance.available.count)
        json.member("pending", balance.pending.count)
        json.member("held", balance.held.count)
        json.member("debt", balance.debt.count)
        if let (points, instant) = member.ledger.nextExpiry(of: balance.currency) {
            json.key("next_expiry")
            json.beginObject()
            json.member("points", points.count)
            json.key("at")
            write(instant, to: &json)
            json.endObject()
        }
        json.endObject()
    }

    /// An instant with the offset of the program's zone.
    func write(_ instant: Instant, to json: inout JSONWriter) {
        json.string(instant.rfc3339(in: program.zone))
    }
}
