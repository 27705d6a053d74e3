// One event on its way through the rules. The stretches of the way are extensions: `+Figures` what each rule comes to,
// `+Multipliers` what is added to that, `+Groups` who of those that compete stands, `+Limits` what limits and budgets
// leave, `+Payments` the awards and their trace, `+Caps` what caps cut, `+Usages` what all of it used.
//
// Everything that is known of a rule on the way is its standing. An outcome other than `paid` is final: whoever finds
// one leaves the rule alone.

import Time

/// One evaluation under way.
struct EvaluationRun {
    typealias Step = EvaluationPlan.Step
    typealias Part = EvaluationPlan.Part

    let program: Program
    let plan: EvaluationPlan
    let facts: Facts
    let explaining: Bool
    /// What each line comes to as the program counts money, in minor units.
    let counted: [Int64]
    var conditions: ConditionRun
    var meter: UsageMeter
    /// By rule.
    var standings: [Standing]
    /// What each line was paid by rules that pay line by line; only where the trace is wanted.
    var lineShares: [Int: [TraceEntry.LineShare]] = [:]
    var awards: [Award] = []
    var trace: [TraceEntry] = []
    /// By selection; `nil` until a rule asks.
    private var tallies: [LineTally?]

    init(
        _ program: Program, _ facts: Facts, used: [Usage], shared: [Usage], explaining: Bool
    ) throws(EvaluationError) {
        self.program = program
        plan = program.plan
        self.facts = facts
        self.explaining = explaining
        let counted = try EvaluationRun.counted(facts.order, as: program.money.base)
        self.counted = counted
        conditions = ConditionRun(program, facts, counted: counted)
        meter = UsageMeter(program, used: used, shared: shared, at: facts.occurredAt)
        tallies = [LineTally?](repeating: nil, count: plan.selections.count)
        standings = [Standing](repeating: Standing(), count: plan.steps.count)
    }

    mutating func evaluate() throws(EvaluationError) -> Evaluation {
        let amount = try tally(EvaluationPlan.allLines).amount
        conditions.findEligible()
        let eligibleAmount = try tally(EvaluationPlan.eligibleLines).amount
        if let event = plan.events[facts.event] {
            for rule in event.rules where holds(rule) { try findFigure(rule) }
            for contest in event.contests { try decide(contest) }
            for rule in event.rules { askLimits(ofBase: rule) }
            awards.reserveCapacity(event.rules.count)
            for rule in event.rules { try pay(rule) }
            for cap in program.caps.indices { try apply(cap) }
            try checkSums()
        }
        return Evaluation(
            amount: amount, eligibleAmount: eligibleAmount, awards: awards, usages: usages(),
            failures: conditions.failures, trace: trace)
    }

    /// Whether a rule has to be looked at; where not, its standing tells why.
    private mutating func holds(_ rule: Int) -> Bool {
        let step = plan.steps[rule]
        guard step.from <= facts.occurredAt, facts.occurredAt < step.until else {
            standings[rule].outcome = .notEffective
            return false
        }
        if step.campaign >= 0, let holdout = program.campaigns[step.campaign].holdout,
            holdout.keepsOut(facts.member.id)
        {
            standings[rule].outcome = .heldOut
            return false
        }
        guard step.condition >= 0 else { return true }
        do throws(ConditionFailure) {
            if try conditions.isTrue(step.condition) { return true }
            standings[rule].outcome = .conditionUnmet
        } catch {
            standings[rule].outcome = .failed(error)
        }
        return false
    }

    /// What the lines of a selection come to.
    mutating func tally(_ selection: Int) throws(EvaluationError) -> LineTally {
        if let tally = tallies[selection] { return tally }
        var tally = LineTally()
        for line in counted.indices {
            do throws(ConditionFailure) {
                guard try contains(selection, line: line) else { continue }
            } catch {
                tally.failure = error
                break
            }
            try tally.add(counted[line])
        }
        tallies[selection] = tally
        return tally
    }

    /// Whether a line belongs to a selection.
    mutating func contains(_ selection: Int, line: Int) throws(ConditionFailure) -> Bool {
        let selection = plan.selections[selection]
        if selection.isEligibleOnly, !conditions.isEligible(line: line) { return false }
        for condition in selection.conditions {
            guard try conditions.isTrue(condition, line: line) else { return false }
        }
        return true
    }

    /// What the lines come to, one by one. The sum of their tax has to fit too, since expressions may ask for it.
    private static func counted(
        _ order: Facts.Order?, as base: MoneyPolicy.Base
    ) throws(EvaluationError) -> [Int64] {
        guard let order else { return [] }
        var counted: [Int64] = []
        counted.reserveCapacity(order.lines.count)
        var tax: Int64 = 0
        for line in order.lines {
            let (net, overflow) = line.amount.subtractingReportingOverflow(line.tax)
            let (sum, overflows) = tax.addingReportingOverflow(line.tax)
            guard !overflow, !overflows else { throw .amountOverflow }
            counted.append(base == .taxExcluded ? net : line.amount)
            tax = sum
        }
        return counted
    }
}
