/// What is missing to a rule's next points.
package struct Missing: Hashable, Sendable {
    /// What has to grow.
    package enum Measure: Hashable, Sendable {
        /// Money in minor units.
        case money
        case stamps
    }

    /// The index of the rule.
    package let rule: Int
    package let measure: Measure
    /// At least 1.
    package let amount: Int64
}

extension Program {
    /// What was missing at an evaluation, which must have its trace, to the next step of each rule that counts in steps
    /// and to the next full card.
    ///
    /// - Parameter used: what the member had used before it.
    package func missing(at evaluation: Evaluation, used: [Usage]) -> [Missing] {
        evaluation.trace.compactMap { entry in
            guard entry.outcome == .paid || entry.outcome == .nothingCounted || entry.outcome == .collected else {
                return nil
            }
            func kept(_ kind: UsageKey.Kind, _ id: String) -> Int64 {
                (used + evaluation.usages).reduce(0) {
                    $1.key.kind == kind && $1.key.id == id ? $0 + $1.amount : $0
                }
            }
            switch rules[entry.rule].action {
            case .earn(let earning) where earning.exact:
                // Alone: what multiplies it brings the next point no later.
                let over = Int128(entry.counted) * Int128(earning.points) % Int128(earning.per)
                let missing = (Int128(earning.per) - over + Int128(earning.points) - 1) / Int128(earning.points)
                return Missing(rule: entry.rule, measure: .money, amount: Int64(missing))
            case .earn(let earning):
                let over = earning.carries ? kept(.carry, rules[entry.rule].id) : entry.counted % earning.per
                return Missing(rule: entry.rule, measure: .money, amount: earning.per - over)
            case .stamp(let card):
                return Missing(rule: entry.rule, measure: .stamps, amount: card.size - kept(.stamps, card.card))
            case .award, .multiply, .eachItem:
                return nil
            }
        }
    }
}
