// Who of the rules that compete stands.

extension EvaluationRun {
    /// Lets one rule of a group stand. A rule that would pay nothing does not compete.
    mutating func decide(_ contest: EvaluationPlan.Contest) throws(EvaluationError) {
        var winner: Int?
        for rule in contest.rules {
            try findFigure(ofMultiplier: rule)
            guard standings[rule].outcome == .paid else { continue }
            guard let best = winner else {
                winner = rule
                continue
            }
            if contest.mode == .best, standings[rule].points > standings[best].points { winner = rule }
        }
        guard let winner else { return }
        for rule in contest.rules where rule != winner {
            // What is less than a point is lost as well: the fraction of an exact base, carried money, stamps.
            if standings[rule].keeps || canBeMultiplied(rule) { standings[rule].outcome = .lost(to: winner) }
        }
    }

    /// Gives a multiplier the points with which it competes: what it would pay if no other multiplied.
    private mutating func findFigure(ofMultiplier rule: Int) throws(EvaluationError) {
        guard plan.steps[rule].kind == .multiply, standings[rule].outcome == .paid,
            try findGains(of: rule)
        else { return }
        let sum = gains.reduce(into: Int128(0)) { $0 += Int128($1.points) }
        settle(rule, try points(sum, rule: rule), counted: 0)
    }
}
