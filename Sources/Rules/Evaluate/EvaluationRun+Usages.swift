// What an event used of limits, caps, budgets, carried money and stamps, from what was paid in the end.

extension EvaluationRun {
    /// The changes, each key once and none of them 0.
    func usages() -> [Usage] {
        var usages: [Usage] = []
        func add(_ key: UsageKey, _ amount: Int64) {
            if amount != 0 { usages.add(Usage(key, amount)) }
        }
        for rule in plan.event(occasion.facts.event)?.rules ?? [] {
            let step = plan.steps[rule]
            guard step.keeps || step.hasLimit || step.campaign >= 0 else { continue }
            let meters = plan.meters[rule]
            let points = awards.reduce(0) { $1.rule == rule ? $0 + $1.points : $0 }
            // A cap that leaves nothing leaves what was collected as well.
            if standings[rule].keeps, standings[rule].points == 0 || points > 0, let kept = meters.kept {
                add(meter.key(kept.kind, kept.id), standings[rule].kept - meter.used(kept.kind, kept.id))
            }
            let gives = points > 0 || (standings[rule].outcome == .paid && standings[rule].rewards > 0)
            guard step.hasLimit || step.campaign >= 0, gives else { continue }
            if let limit = meters.limit {
                switch limit.measure {
                case .count: add(meter.key(.limitCount, meters.rule, limit.window), 1)
                case .points: add(meter.key(.limitPoints, meters.rule, limit.window), points)
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
}
