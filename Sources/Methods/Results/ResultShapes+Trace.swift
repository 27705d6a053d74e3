import JSON
import Ledger
import Loyalty
import Rules
import Time

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
    func quote(_ evaluation: Evaluation, for member: MemberState, at instant: Instant) -> [UInt8] {
        var json = JSONWriter(reserving: 2048)
        json.beginObject()
        json.member("member", member.id.text)
        json.key("at")
        write(instant, to: &json)
        json.member("amount", evaluation.amount)
        json.member("eligible_amount", evaluation.eligibleAmount)
        let next = OperationID(member: member.number, sequence: member.version + 1)
        write(Earned(operation: next, evaluation, of: program), to: &json)
        write(evaluation.trace, to: &json)
        json.key("missing")
        json.beginArray()
        for missing in program.missing(at: evaluation, used: member.usages) {
            json.beginObject()
            json.member("rule", program.rules[missing.rule].id)
            json.member(missing.measure == .money ? "money" : "stamps", missing.amount)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.take()
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
            json.member("points", entry.points)
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
