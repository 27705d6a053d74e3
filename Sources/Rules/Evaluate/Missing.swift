public import Time

/// What is missing to a rule's next points.
public struct Missing: Hashable, Sendable {
    /// What has to grow.
    public enum Measure: Hashable, Sendable {
        /// Money in minor units.
        case money
        case stamps
    }

    /// The index of the rule.
    public let rule: Int
    public let measure: Measure
    /// At least 1.
    public let amount: Int64
}

extension Program {
    /// What was missing at an evaluation, which must have its trace, to the next step of each rule that counts in steps
    /// and to the next full card. Of a rule that more would bring nothing, because its limit, a cap or its budget is used
    /// up, nothing is missing, and nothing to a card that is full and waits to give its reward.
    ///
    /// - Parameters:
    ///   - used: what the member had used before it.
    ///   - shared: what all members together had used before it.
    ///   - instant: when it was.
    public func missing(
        at evaluation: Evaluation, used: [Usage], shared: [Usage] = [], at instant: Instant
    ) -> [Missing] {
        evaluation.trace.compactMap { entry in
            guard entry.outcome == .paid || entry.outcome == .nothingCounted || entry.outcome == .collected,
                !isUsedUp(entry.rule, at: evaluation, used: used, shared: shared, at: instant)
            else { return nil }
            func kept(_ kind: UsageKey.Kind, _ id: String) -> Int64 {
                (used + evaluation.usages).reduce(0) {
                    $1.key.kind == kind && $1.key.id == id ? $0 + $1.amount : $0
                }
            }
            switch rules[entry.rule].action {
            case .earn(let earning) where earning.exact:
                let multipliers = evaluation.trace.filter {
                    $0.multiplied == entry.rule
                        && !isUsedUp($0.rule, at: evaluation, used: used, shared: shared, at: instant)
                }
                let amount = missing(to: entry, of: earning, with: multipliers)
                return Missing(rule: entry.rule, measure: .money, amount: amount)
            case .earn(let earning):
                let over = earning.carries ? kept(.carry, rules[entry.rule].id) : entry.counted % earning.per
                return Missing(rule: entry.rule, measure: .money, amount: earning.per - over)
            case .stamp(let card):
                let stamps = card.size - kept(.stamps, card.card)
                return stamps > 0 ? Missing(rule: entry.rule, measure: .stamps, amount: stamps) : nil
            case .award, .multiply, .eachItem:
                return nil
            }
        }
    }

    /// The least further money that brings a point more of an exact base and what multiplies it, rounded together. A
    /// multiplier of some lines only is not taken to see any of it.
    private func missing(to base: TraceEntry, of earning: Earning, with multipliers: [TraceEntry]) -> Int64 {
        // In parts of `per × 1000`, in which evaluation adds them up: of every minor unit, and of what counted.
        var each = Int128(earning.points) * 1000
        var sum = Int128(base.counted) * each
        for entry in multipliers {
            guard case .multiply(let multiplier) = rules[entry.rule].action else { continue }
            let more = Int128(earning.points) * Int128(multiplier.factor.thousandths - 1000)
            sum += Int128(entry.counted) * more
            if multiplier.lines == nil { each += more }
        }
        let denominator = Int128(earning.per) * 1000
        let next = earning.rounding.divide(sum, by: denominator) + 1
        let short = earning.rounding.least(next, by: denominator) - sum
        return Int64((short + each - 1) / each)
    }

    /// Whether a rule can pay no more at an event, however much it counts.
    private func isUsedUp(
        _ rule: Int, at evaluation: Evaluation, used: [Usage], shared: [Usage], at instant: Instant
    ) -> Bool {
        func sum(_ usages: [Usage], _ kind: UsageKey.Kind, _ id: String, _ window: UsageWindow = .lifetime) -> Int64 {
            usages.sum(of: kind, id, window, at: instant, in: zone)?.amount ?? 0
        }
        let after = used + evaluation.usages
        if let limit = rules[rule].limit {
            switch limit.measure {
            // The event itself is one of those that may be paid.
            case .count(let most):
                if sum(used, .limitCount, rules[rule].id, limit.window) >= most { return true }
            case .points(let most):
                if sum(after, .limitPoints, rules[rule].id, limit.window) >= most { return true }
            }
        }
        if caps.contains(where: { $0.rules.contains(rule) && sum(after, .cap, $0.id, $0.window) >= $0.points }) {
            return true
        }
        guard let campaign = rules[rule].campaign.map({ campaigns[$0] }), let budget = campaign.budget else {
            return false
        }
        return sum(shared + evaluation.usages, .budget, campaign.id) >= budget.points
    }
}
