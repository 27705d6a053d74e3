// What limits and budgets leave.

extension EvaluationRun {
    /// Asks the limits of a rule that is not a multiplier. Multipliers are asked when they pay: what they pay hangs on
    /// what was left of their bases.
    mutating func askLimits(ofBase rule: Int) {
        guard plan.steps[rule].kind != .multiply, standings[rule].outcome == .paid else { return }
        if standings[rule].rewards > 0 {
            if meter.left(byLimitOf: rule) == 0 { standings[rule].outcome = .limitReached }
            return
        }
        standings[rule].points = allow(standings[rule].points, rule: rule)
    }

    /// What a rule may pay of its points by its limit and its campaign's budget; where that is nothing, its standing
    /// tells why.
    mutating func allow(_ points: Int64, rule: Int) -> Int64 {
        let step = plan.steps[rule]
        var allowed = points
        if step.hasLimit, let left = meter.left(byLimitOf: rule), left < allowed {
            guard left > 0 else {
                standings[rule].outcome = .limitReached
                return 0
            }
            cuts.append((rule, .limit(points: allowed - left)))
            allowed = left
        }
        guard step.campaign >= 0, let left = meter.left(ofBudget: step.campaign) else { return allowed }
        let isShort = left < allowed
        if isShort {
            guard left > 0, occasion.program.campaigns[step.campaign].budget?.whenShort == .partial else {
                meter.take(0, fromBudget: step.campaign, isShort: true)
                standings[rule].outcome = .budgetSpent
                return 0
            }
            cuts.append((rule, .budget(points: allowed - left)))
            allowed = left
        }
        meter.take(allowed, fromBudget: step.campaign, isShort: isShort)
        return allowed
    }
}
