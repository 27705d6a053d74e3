import JSON
import Ledger
import Loyalty
import Rules
import Time

// What became of points behind earning.

extension ResultShapes {
    /// The members of the result of a command that spends, reserves, takes back or gives back.
    func write(spending outcome: Outcome, for member: MemberState, to json: inout JSONWriter) {
        switch outcome {
        case .returned(let returned): write(returned, for: member, to: &json)
        case .confirmed(let operation, let purchase, let points):
            write(operation, "purchase", purchase, for: member, to: &json)
            write(points: points, "confirmed", to: &json)
        case .held(let operation, let currency, let points, let until):
            write(operation, "hold", operation, for: member, to: &json)
            json.member("currency", currency.text)
            json.member("points", points.count)
            json.key("until")
            write(until, to: &json)
        case .captured(let operation, let hold, let currency, let captured, let released):
            write(operation, "hold", hold, for: member, to: &json)
            json.member("currency", currency.text)
            json.member("captured", captured.count)
            json.member("released", released.count)
        case .released(let operation, let hold, let currency, let released):
            write(operation, "hold", hold, for: member, to: &json)
            json.member("currency", currency.text)
            json.member("released", released.count)
        case .settled(let operation, let allowance, let currency, let used, let released):
            write(operation, "allowance", allowance, for: member, to: &json)
            json.member("currency", currency.text)
            json.member("used", used.count)
            json.member("released", released.count)
        case .redeemed(let redeemed):
            write(redeemed.operation, "redemption", redeemed.operation, for: member, to: &json)
            json.member("currency", redeemed.currency.text)
            json.member("points", redeemed.points.count)
            if let reward = redeemed.reward { json.member("reward", reward) }
            write(redeemed.vouchers, to: &json)
        case .cancelled(let operation, let redemption, let restored, let withdrawn):
            write(operation, "redemption", redemption, for: member, to: &json)
            write(restored, "given_back", to: &json)
            write(withdrawn: withdrawn, to: &json)
        case .adjusted(let operation, let adjustment):
            write(operation, "adjustment", operation, for: member, to: &json)
            json.member("currency", adjustment.currency.text)
            json.member("points", adjustment.points)
        case .given(let operation, let gift):
            write(operation, "transfer", operation, for: member, to: &json)
            json.member("currency", gift.currency.text)
            json.member("points", gift.points.count)
        case .toppedUp(let operation, let currency, let amount):
            write(operation, "top_up", operation, for: member, to: &json)
            json.member("value", currency.text)
            json.member("amount", amount.count)
        case .refunded(let operation, let topUp, let currency, let amount):
            write(operation, "top_up", topUp, for: member, to: &json)
            json.member("value", currency.text)
            json.member("refund", amount.count)
        case .referralClaimed(let operation, let welcome):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            if let welcome { write(points: welcome.earned, "earned", to: &json) }
        case .consented, .erased: return
        case .voucher(let operation, let voucher):
            json.member("operation", operation.description)
            json.member("member", member.id.text)
            json.key("voucher")
            // How it stands now: a voucher whose use is told here cannot have lapsed.
            write(voucher, at: nil, to: &json)
            return
        case .enrolled, .linked, .purchased, .happened, .traitsChanged, .merged, .unlinked, .statusChanged, .tierSet,
            .tierUnset, .referralCode, .pooled, .kept, .takenOff, .drawn:
            return
        }
        write(balancesOf: member, to: &json)
        switch outcome {
        case .returned, .adjusted: write(tierOf: member, to: &json)
        default: break
        }
    }

    private func write(
        _ operation: OperationID, _ name: String, _ about: OperationID, for member: MemberState,
        to json: inout JSONWriter
    ) {
        json.member("operation", operation.description)
        json.member(name, about.description)
        json.member("member", member.id.text)
    }

    private func write(points: [CurrencyPoints], _ name: String, to json: inout JSONWriter) {
        json.key(name)
        json.beginObject()
        for points in points { json.member(points.currency.text, points.points.count) }
        json.endObject()
    }

    private func write(_ returned: Returned, for member: MemberState, to json: inout JSONWriter) {
        write(returned.operation, "purchase", returned.purchase, for: member, to: &json)
        json.member("complete", returned.isComplete)
        json.member("refund", returned.refund)
        json.key("taken_back")
        json.beginObject()
        for claim in returned.claims {
            json.key(claim.currency.text)
            json.beginObject()
            json.member("taken", claim.claim.taken.count)
            json.member("owed", claim.claim.owed.count)
            json.member("waived", claim.claim.waived.count)
            json.endObject()
        }
        json.endObject()
        write(returned.restored, "given_back", to: &json)
        write(returned.valueRestored, "value_back", to: &json)
        write(withdrawn: returned.vouchersWithdrawn, to: &json)
    }

    private func write(_ restored: Restored?, _ name: String, to json: inout JSONWriter) {
        guard let restored else { return }
        json.key(name)
        json.beginObject()
        json.member("currency", restored.currency.text)
        json.member("usable", restored.usable.count)
        json.member("lapsed", restored.lapsed.count)
        json.endObject()
    }

    private func write(withdrawn vouchers: Int, to json: inout JSONWriter) {
        if vouchers > 0 { json.member("vouchers_withdrawn", Int64(vouchers)) }
    }

    /// The member `vouchers`, where there are any.
    func write(_ vouchers: [Voucher], to json: inout JSONWriter) {
        guard !vouchers.isEmpty else { return }
        json.key("vouchers")
        json.beginArray()
        for voucher in vouchers { write(voucher, at: nil, to: &json) }
        json.endArray()
    }

    /// A voucher as it stands at an instant.
    private func write(_ voucher: Voucher, at now: Instant?, to json: inout JSONWriter) {
        let isOver = now.flatMap { now in voucher.expiresAt.map { $0 <= now } } ?? false
        let isEarly = now.flatMap { now in voucher.usableFrom.map { now < $0 } } ?? false
        json.beginObject()
        json.member("voucher", voucher.code.text)
        json.member("reward", voucher.reward)
        json.member("status", voucher.used != nil ? "used" : isOver ? "expired" : isEarly ? "waiting" : "open")
        if let usableFrom = voucher.usableFrom {
            json.key("usable_from")
            write(usableFrom, to: &json)
        }
        if let expiresAt = voucher.expiresAt {
            json.key("expires_at")
            write(expiresAt, to: &json)
        }
        json.endObject()
    }

    /// The result of `voucher.get`.
    func voucher(_ voucher: Voucher, of member: MemberState, at now: Instant) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("voucher")
        write(voucher, at: now, to: &json)
        json.endObject()
        return json.take()
    }

    /// The result of `purchase.get`; `nil` for an operation that is no purchase.
    func purchase(_ record: OperationRecord, of member: MemberState) -> [UInt8]? {
        guard record.operation.kind == .purchase, let purchase = record.operation.purchase else { return nil }
        let (sale, returns) = record.whatIsLeft(of: purchase)
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("purchase", record.operation.id.description)
        json.member("member", member.id.text)
        json.member("store", purchase.receipt.store.text)
        json.member("terminal", purchase.receipt.terminal.text)
        json.member("receipt", purchase.receipt.number.text)
        json.key("occurred_at")
        write(purchase.occurredAt, to: &json)
        json.member("currency", purchase.currency)
        json.member("amount", purchase.amount ?? 0)
        json.member("complete", sale.isEmpty)
        json.key("items")
        json.beginArray()
        for (index, (item, kept)) in zip(purchase.items, sale.lines).enumerated() {
            json.beginObject()
            json.member("line", Int64(index))
            json.member("sku", item.sku)
            json.member("quantity", item.quantity)
            json.member("amount", item.amount)
            json.member("quantity_left", kept.quantity)
            json.member("amount_left", kept.amount)
            json.endObject()
        }
        json.endArray()
        json.key("returns")
        json.beginArray()
        for operation in returns { json.string(operation.description) }
        json.endArray()
        json.endObject()
        return json.take()
    }

    /// The result of `redemption.quote`.
    ///
    /// - Parameter pool: the pool of the member, whose points count as well.
    func redemptionQuote(for member: MemberState, _ pool: Pool?, amount: Int64) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("member", member.id.text)
        json.member("offered", program.redemption.pay != nil)
        if let pay = program.redemption.pay {
            let id = CurrencyID(program.currencies[pay.currency].id)
            let balance = member.ledger.balance(of: id)
            let available =
                pool?.available(id, to: member) ?? (balance.debt > .zero ? 0 : balance.available.count)
            let most = pay.mostPoints(on: amount, available: available)
            let worth = pay.money(for: most) ?? 0
            json.member("currency", id.text)
            json.member("available", available)
            json.member("minimum", pay.minimum)
            json.member("step", pay.step)
            json.member("most", most)
            json.member("worth", worth)
            json.member("to_pay", amount - worth)
        }
        json.endObject()
        return json.take()
    }

    /// The result of `pool.get`.
    func pool(of member: MemberState, _ pool: Pool?) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("member", member.id.text)
        if let pool { write(pool, for: member, to: &json) }
        json.endObject()
        return json.take()
    }

    /// The member `pool`.
    func write(_ pool: Pool, for member: MemberState, to json: inout JSONWriter) {
        let currencies = program.currencies.filter { $0.kind == .spendable }.map { CurrencyID($0.id) }
        json.key("pool")
        json.beginObject()
        json.member("kind", pool.kind.rawValue)
        json.member("owner", pool.owner.id.text)
        let role = pool.members.first { $0.state.number == member.number }?.role
        json.member("role", role?.rawValue ?? "owner")
        json.key("members")
        json.beginArray()
        for (state, role) in pool.members {
            json.beginObject()
            json.member("member", state.id.text)
            json.member("role", role?.rawValue ?? "owner")
            write(
                points: currencies.map { CurrencyPoints(currency: $0, points: state.ledger.balance(of: $0).available) },
                "available", to: &json)
            json.endObject()
        }
        json.endArray()
        write(
            points: currencies.map { CurrencyPoints(currency: $0, points: Points(pool.available($0))) }, "available",
            to: &json)
        json.endObject()
    }

    /// The result of `reward.list`.
    ///
    /// - Parameter pool: the pool of the member, whose points count as well.
    func rewards(for member: MemberState, _ pool: Pool?, shared: [Usage], at now: Instant) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("rewards")
        json.beginArray()
        for reward in program.redemption.rewards where reward.cost > 0 {
            let available = pool?.available(CurrencyID(program.currencies[reward.currency].id), to: member)
            let terms = member.terms(of: reward, in: program, shared: shared, at: now, available: available)
            json.beginObject()
            json.member("reward", reward.id)
            write(reward.title, to: &json)
            json.member("currency", program.currencies[reward.currency].id)
            json.member("cost", terms.cost)
            json.member("voucher", reward.voucher != nil)
            json.member("available", terms.isAvailable)
            if terms.missing > 0 { json.member("missing", terms.missing) }
            if let left = terms.left { json.member("left", left) }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.take()
    }
}
