// What an event used of limits, caps, budgets, carried money and stamps, from what was paid in the end.

extension EvaluationRun {
    /// The changes, each key once and none of them 0.
    func usages() -> [Usage] {
        var usages: [Usage] = []
        func add(_ key: UsageKey, _ amount: Int64) {
            if amount != 0 { usages.add(Usage(key, amount)) }
        }
        for rule in plan.events[occasion.facts.event]?.rules ?? [] {
            let step = plan.steps[rule]
            let id = occasion.program.rules[rule].id
            let points = awards.reduce(0) { $1.rule == rule ? $0 + $1.points : $0 }
            // A cap that leaves nothing leaves what was collected as well.
            if standings[rule].keeps, standings[rule].points == 0 || points > 0, let key = keptKey(rule) {
                add(key, standings[rule].kept - meter.used(key.kind, key.id))
            }
            let gives = points > 0 || (standings[rule].outcome == .paid && standings[rule].rewards > 0)
            guard step.hasLimit || step.campaign >= 0, gives else { continue }
            if let limit = occasion.program.rules[rule].limit {
                switch limit.measure {
                case .count: add(meter.key(.limitCount, id, limit.window), 1)
                case .points: add(meter.key(.limitPoints, id, limit.window), points)
                }
            }
            if step.campaign >= 0, occasion.program.campaigns[step.campaign].budget != nil {
                add(meter.key(.budget, occasion.program.campaigns[step.campaign].id), points)
            }
        }
        for cap in occasion.program.caps {
            let points = awards.reduce(0) { cap.rules.contains($1.rule) ? $0 + $1.points : $0 }
            add(meter.key(.cap, cap.id, cap.window), points)
        }
        return usages
    }

    /// Under which key a rule keeps what it collects, if it does.
    private func keptKey(_ rule: Int) -> UsageKey? {
        if plan.steps[rule].carries { return meter.key(.carry, occasion.program.rules[rule].id) }
        if case .stamp(let card) = occasion.program.rules[rule].action { return meter.key(.stamps, card.card) }
        return nil
    }
}
