import JSON
public import Ledger
public import Loyalty
public import Rules
public import Time

/// The words for what became of a rule.
enum TraceWords {
    static let all = [
        "paid", "not_effective", "held_out", "condition_unmet", "failed", "nothing_counted", "collected", "lost",
        "base_unpaid", "limit_reached", "budget_spent", "capped",
    ]

    static func word(for outcome: TraceEntry.Outcome) -> String {
        switch outcome {
        case .paid: "paid"
        case .notEffective: "not_effective"
        case .heldOut: "held_out"
        case .conditionUnmet: "condition_unmet"
        case .failed: "failed"
        case .nothingCounted: "nothing_counted"
        case .collected: "collected"
        case .lost: "lost"
        case .baseUnpaid: "base_unpaid"
        case .limitReached: "limit_reached"
        case .budgetSpent: "budget_spent"
        case .capped: "capped"
        }
    }
}

extension ResultShapes {
    /// The result of `purchase.quote`.
    ///
    /// - Parameters:
    ///   - shared: what all members together had used before.
    ///   - level: what is missing to the next level behind the sale.
    func quote(
        _ evaluation: Evaluation, for member: MemberState, shared: [Usage], _ level: MissingToLevel?,
        at instant: Instant
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 2048)
        json.beginObject()
        if !member.isYetToJoin { json.member("member", member.id.text) }
        write(evaluation, used: member.usages, shared: shared, level, at: instant, to: &json)
        json.endObject()
        return json.take()
    }

    /// The result of `rules.simulate`, under this program.
    ///
    /// - Parameters:
    ///   - member: the member's id; `nil` for one that is made up.
    ///   - used: what the member had used before.
    ///   - shared: what all members together had used before.
    ///   - level: what is missing to the next level behind the sale; only of a real member that is known.
    public func simulation(
        _ evaluation: Evaluation, member: String?, tier: Int?, used: [Usage], shared: [Usage],
        level: MissingToLevel? = nil, at instant: Instant
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 2048)
        json.beginObject()
        json.member("program", program.id)
        if let member { json.member("member", member) }
        if let tier, let level = program.tiers?.levels[tier] { json.member("tier", level.id) }
        write(evaluation, used: used, shared: shared, level, at: instant, to: &json)
        json.endObject()
        return json.take()
    }

    /// The result of `operation.explain`, under this program, which must be the operation's own.
    ///
    /// - Parameters:
    ///   - other: the id of the other member whom it concerns; `nil` where there is none.
    ///   - purchase: what it took something back of; `nil` where it is no return.
    ///   - evaluation: how its rules came to what they paid; `nil` where none were asked.
    public func explanation(
        of operation: Operation, by member: ExactText, with other: ExactText?, returning purchase: OperationRecord?,
        _ evaluation: Evaluation?
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.member("operation", operation.id.description)
        json.member("kind", operation.kind.name)
        json.member("member", member.text)
        if let other { json.member("with", other.text) }
        if let about = operation.subject { json.member("about", about.description) }
        if let change = operation.change { json.member("change", change) }
        json.key("occurred_at")
        write(operation.occurredAt, to: &json)
        json.key("posted_at")
        write(operation.postedAt, to: &json)
        json.member("version", operation.ruleSetVersion)
        json.member("money", program.money.currency.code)
        json.key("opened")
        json.beginArray()
        for lot in operation.movements.opened {
            json.beginObject()
            json.member("lot", lot.number)
            json.member("currency", lot.currency.text)
            json.member("points", lot.remaining.count)
            if let expiresAt = lot.expiresAt {
                json.key("expires_at")
                write(expiresAt, to: &json)
            }
            json.endObject()
        }
        json.endArray()
        json.key("lapsed")
        json.beginArray()
        for transfer in operation.movements.transfers where transfer.to == .expired {
            json.beginObject()
            json.member("lot", transfer.lot)
            json.member("currency", transfer.currency.text)
            json.member("points", transfer.amount.count)
            json.endObject()
        }
        json.endArray()
        write(movesOf: operation, to: &json)
        write(operation.tierChanges, to: &json)
        if let purchase { write(returnedBy: operation.id, of: purchase, to: &json) }
        if let reason = operation.detail?.text("reason") { json.member("reason", reason) }
        if let evaluation {
            json.key("complete")
            json.bool(Self.agrees(evaluation, with: operation, in: program))
            writeSums(evaluation, to: &json)
        }
        json.endObject()
        return json.take()
    }

    /// What came back by a return, line by line.
    private func write(returnedBy id: OperationID, of record: OperationRecord, to json: inout JSONWriter) {
        guard let purchase = record.operation.purchase else { return }
        let lines = record.whatCameBack(by: id, of: purchase)
        json.key("returned")
        json.beginArray()
        for (index, (item, line)) in zip(purchase.items, lines).enumerated() where line.quantity > 0 || line.amount > 0
        {
            json.beginObject()
            json.member("line", Int64(index))
            json.member("sku", item.sku)
            json.member("quantity", line.quantity)
            json.member("amount", line.amount)
            json.endObject()
        }
        json.endArray()
    }

    /// Between which accounts points moved, in the order in which they first did.
    private func write(movesOf operation: Operation, to json: inout JSONWriter) {
        struct Way: Hashable {
            let currency: CurrencyID
            let from: Account
            let to: Account
        }
        var sums: [Way: Int64] = [:]
        var ways: [Way] = []
        for transfer in operation.movements.transfers {
            let way = Way(currency: transfer.currency, from: transfer.from, to: transfer.to)
            if sums[way] == nil { ways.append(way) }
            sums[way, default: 0] += transfer.amount.count
        }
        json.key("moved")
        json.beginArray()
        for way in ways {
            json.beginObject()
            json.member("currency", way.currency.text)
            json.member("from", way.from.name)
            json.member("to", way.to.name)
            json.member("points", sums[way] ?? 0)
            json.endObject()
        }
        json.endArray()
    }

    /// Whether what was recorded is what the rules come to, which only what was erased since can change.
    private static func agrees(_ evaluation: Evaluation, with operation: Operation, in program: Program) -> Bool {
        program.currencies.enumerated().allSatisfy { index, currency in
            let opened = operation.movements.opened.filter { $0.currency.text == currency.id }
            return opened.reduce(0) { $0 + $1.original.count } == evaluation.points(into: index)
        } && evaluation.usages == operation.usages
    }

    private func write(
        _ evaluation: Evaluation, used: [Usage], shared: [Usage], _ level: MissingToLevel?, at instant: Instant,
        to json: inout JSONWriter
    ) {
        json.key("at")
        write(instant, to: &json)
        writeSums(evaluation, to: &json)
        json.key("missing")
        json.beginArray()
        for missing in program.missing(at: evaluation, used: used, shared: shared, at: instant) {
            json.beginObject()
            json.member("rule", program.rules[missing.rule].id)
            json.member(missing.measure == .money ? "money" : "stamps", missing.amount)
            json.endObject()
        }
        json.endArray()
        guard let level else { return }
        json.key("next_tier")
        json.beginObject()
        json.member("id", level.level)
        json.member("missing", level.missing)
        json.endObject()
    }

    private func writeSums(_ evaluation: Evaluation, to json: inout JSONWriter) {
        json.member("amount", evaluation.amount)
        json.member("eligible_amount", evaluation.eligibleAmount)
        // What was never recorded has no operation; its name is not written.
        let none = OperationID(member: MemberNumber(0), sequence: 0)
        write(Earned(operation: none, evaluation, of: program), to: &json)
        write(evaluation.trace, to: &json)
    }

    private func write(_ trace: [TraceEntry], to json: inout JSONWriter) {
        json.key("rules")
        json.beginArray()
        for entry in trace {
            json.beginObject()
            json.member("rule", program.rules[entry.rule].id)
            if let multiplied = entry.multiplied { json.member("multiplied", program.rules[multiplied].id) }
            json.member("outcome", TraceWords.word(for: entry.outcome))
            switch entry.outcome {
            case .lost(let winner): json.member("by", program.rules[winner].id)
            case .capped(let cap): json.member("by", program.caps[cap].id)
            case .failed(let failure):
                json.member("expression", failure.path)
                json.member("reason", failure.message)
            default: break
            }
            json.member("counted", entry.counted)
            if case .stamp = program.rules[entry.rule].action { json.member("unit", "stamps") }
            json.member("points", entry.points)
            if let currency = program.currency(of: entry) { json.member("into", currency.id) }
            write(entry.cuts, to: &json)
            write(entry.lines, to: &json)
            json.endObject()
        }
        json.endArray()
    }

    private func write(_ cuts: [TraceEntry.Cut], to json: inout JSONWriter) {
        guard !cuts.isEmpty else { return }
        json.key("cuts")
        json.beginArray()
        for cut in cuts {
            json.beginObject()
            switch cut {
            case .limit: json.member("by", "limit")
            case .budget: json.member("by", "budget")
            case .cap(let index, _):
                json.member("by", "cap")
                json.member("cap", program.caps[index].id)
            }
            json.member("points", cut.points)
            json.endObject()
        }
        json.endArray()
    }

    private func write(_ lines: [TraceEntry.LineShare], to json: inout JSONWriter) {
        guard !lines.isEmpty else { return }
        json.key("lines")
        json.beginArray()
        for share in lines {
            json.beginObject()
            json.member("line", Int64(share.line))
            json.member("counted", share.counted)
            if let points = share.points { json.member("points", points) }
            json.endObject()
        }
        json.endArray()
    }
}

extension Program {
    /// The currency of what a rule pays; a multiplier pays in that of the rule that it multiplies. `nil` where no points
    /// are paid, whatever is bought.
    fileprivate func currency(of entry: TraceEntry) -> PointCurrency? {
        switch rules[entry.multiplied ?? entry.rule].action {
        case .earn(let earning): currencies[earning.into]
        case .award(let award): currencies[award.into]
        case .eachItem(let award): currencies[award.into]
        case .stamp(let card): card.points > 0 ? currencies[card.into] : nil
        case .multiply: nil
        }
    }
}
