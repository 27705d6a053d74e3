// One event on its way through the rules. The stretches of the way are extensions: `+Figures` what each rule comes to,
// `+Multipliers` what is added to that, `+Groups` who of those that compete stands, `+Limits` what limits and budgets
// leave, `+Payments` the awards and their trace, `+Caps` what caps cut, `+Usages` what all of it used.
//
// Everything that is known of a rule on the way is its standing. An outcome other than `paid` is final: whoever finds
// one leaves the rule alone.

import Time

/// One evaluation under way. It cannot be copied, which would cost more than most rules do.
struct EvaluationRun: ~Copyable {
    typealias Step = EvaluationPlan.Step
    typealias Part = EvaluationPlan.Part

    let occasion: Occasion
    let plan: EvaluationPlan
    let explaining: Bool
    var conditions: ConditionRun
    var meter: UsageMeter
    /// By rule.
    var standings: [Standing]
    /// What the multiplier that is looked at adds to each rule it names.
    var gains: [Gain] = []
    /// What limits and budgets took away, and from which rule.
    var cuts: [(rule: Int, cut: TraceEntry.Cut)] = []
    /// What each line was paid by rules that pay line by line; only where the trace is wanted.
    var lineShares: [Int: [TraceEntry.LineShare]] = [:]
    var awards: [Award] = []
    var rewards: [RewardAward] = []
    var trace: [TraceEntry] = []
    /// By selection; `nil` until a rule asks.
    private var tallies: [LineTally?]

    init(
        _ occasion: Occasion, used: [Usage], shared: [Usage], explaining: Bool,
        knowing earlier: SharedAnswers.Earlier? = nil
    ) {
        self.occasion = occasion
        plan = occasion.program.plan
        self.explaining = explaining
        conditions = ConditionRun(occasion, knowing: earlier)
        meter = UsageMeter(occasion, used: used, shared: shared)
        tallies = plan.uncounted
        standings = plan.untouched
    }

    mutating func evaluate() throws(EvaluationError) -> Evaluation {
        let amount = try tally(EvaluationPlan.allLines).amount
        conditions.findEligible()
        let eligible = try tally(EvaluationPlan.eligibleLines)
        if let event = plan.event(occasion.facts.event) {
            for rule in event.rules where holds(rule) { try findFigure(rule) }
            for contest in event.contests { try decide(contest) }
            for rule in event.rules { askLimits(ofBase: rule) }
            awards.reserveCapacity(event.rules.count)
            for rule in event.rules { try pay(rule) }
            for cap in occasion.program.caps.indices { try apply(cap) }
            try checkSums()
        }
        let usages = usages()
        var draws = meter.draws
        for index in draws.indices {
            draws[index].used = usages.first { $0.key == draws[index].key }?.amount ?? 0
        }
        return Evaluation(
            amount: amount, eligibleAmount: eligible.amount, hasEligibleLines: eligible.hasLines, awards: awards,
            rewards: rewards, usages: usages, draws: draws, failures: conditions.failures,
            trace: trace)
    }

    /// Whether a rule has to be looked at; where not, its standing tells why.
    private mutating func holds(_ rule: Int) -> Bool {
        let step = plan.steps[rule]
        guard step.from <= occasion.facts.occurredAt, occasion.facts.occurredAt < step.until else {
            standings[rule].outcome = .notEffective
            return false
        }
        if step.campaign >= 0, let holdout = occasion.program.campaigns[step.campaign].holdout,
            holdout.keepsOut(occasion.facts.member.id)
        {
            standings[rule].outcome = .heldOut
            return false
        }
        guard step.condition >= 0 else { return true }
        do throws(ConditionRun.Failed) {
            if try conditions.isTrue(step.condition) { return true }
            standings[rule].outcome = .conditionUnmet
        } catch {
            standings[rule].outcome = .failed(error.failure)
        }
        return false
    }

    /// What the lines of a selection come to.
    mutating func tally(_ selection: Int) throws(EvaluationError) -> LineTally {
        if let tally = tallies[selection] { return tally }
        var tally = LineTally()
        for line in occasion.counted.indices {
            do throws(ConditionRun.Failed) {
                guard try contains(selection, line: line) else { continue }
            } catch {
                tally.failure = error
                break
            }
            try tally.add(occasion.counted[line])
        }
        tallies[selection] = tally
        return tally
    }

    /// Whether a line belongs to a selection.
    mutating func contains(_ selection: Int, line: Int) throws(ConditionRun.Failed) -> Bool {
        let lines = plan.selections[selection]
        if lines.isEligibleOnly, !conditions.isEligible(line: line) { return false }
        for place in lines.conditions {
            guard try conditions.isTrue(plan.lineConditions[place], line: line) else { return false }
        }
        return true
    }

    /// What limit and budget took away from a rule.
    func cuts(of rule: Int) -> [TraceEntry.Cut] {
        cuts.isEmpty ? [] : cuts.compactMap { $0.rule == rule ? $0.cut : nil }
    }
}
