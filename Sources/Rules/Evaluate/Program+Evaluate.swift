// From a purchase to its awards: a pure function, in exact integers throughout.
//
// The order is fixed. The lines are summed for every selection that some rule counts; rules that earn and fixed awards
// get their figures; groups are decided one after another, each with what its multipliers' bases really pay; what is
// left standing pays. A base that is `exact` stays a fraction until the end: the running sum of the base and its
// multipliers is rounded after each of them, in the order of the rules, and each is paid the difference, so that the
// parts add up to the whole rounded once. Sums below zero count as zero, so no award is ever negative.
//
// Why 128 bits suffice: a fraction's numerator is at most 2^63 of money × 2^30 points × 2^20 thousandths × 2^10
// multipliers, and the loader keeps to these bounds.

import Time

extension Program {
    /// The awards for a purchase, with the trace.
    package func evaluate(_ facts: PurchaseFacts) throws(EvaluationError) -> Evaluation {
        var run = PurchaseRun(plan, tallies: try tallies(facts), at: facts.occurredAt)
        try run.findBases()
        for contest in plan.contests { try run.decide(contest) }
        return try run.pay(currencies: currencies.count)
    }

    /// What the lines of each selection come to.
    private func tallies(_ facts: PurchaseFacts) throws(EvaluationError) -> [Tally] {
        var tallies = [Tally](repeating: Tally(), count: plan.selections.count)
        let lines = facts.lines.span
        for index in lines.indices {
            var counted = lines[index].amount
            if money.base == .taxExcluded {
                let (net, overflow) = counted.subtractingReportingOverflow(lines[index].tax)
                guard !overflow else { throw .amountOverflow }
                counted = net
            }
            try tallies[0].add(counted)
            for selection in 1..<max(1, tallies.count) where plan.selections[selection].contains(lines[index].tags) {
                try tallies[selection].add(counted)
            }
        }
        return tallies
    }
}

/// The money and the lines of a selection.
private struct Tally {
    private var sum: Int64 = 0
    private(set) var hasLines = false

    /// The sum, or 0 where it is below.
    var amount: Int64 { max(0, sum) }

    mutating func add(_ counted: Int64) throws(EvaluationError) {
        let (next, overflow) = sum.addingReportingOverflow(counted)
        guard !overflow else { throw .amountOverflow }
        sum = next
        hasLines = true
    }
}

/// One evaluation under way.
private struct PurchaseRun {
    private typealias Step = EvaluationPlan.Step
    private typealias Part = EvaluationPlan.Part

    /// What is known of a rule so far.
    private struct Standing {
        var outcome: TraceEntry.Outcome
        /// What the rule pays, or for a multiplier what it would pay if no other multiplied.
        var points: Int64 = 0
        /// For an exact base: what the multipliers paid so far have added to its fraction.
        var multiplied: Int128 = 0
    }

    private let plan: EvaluationPlan
    /// By selection.
    private let tallies: [Tally]
    /// By rule. Points of multipliers are found when their group is decided, or at the end.
    private var standings: [Standing] = []
    private var awards: [Award] = []
    private var trace: [TraceEntry] = []

    init(_ plan: EvaluationPlan, tallies: [Tally], at instant: Instant) {
        self.plan = plan
        self.tallies = tallies
        standings.reserveCapacity(plan.steps.count)
        for index in plan.steps.indices {
            let holds = plan.steps[index].from <= instant && instant < plan.steps[index].until
            standings.append(Standing(outcome: holds ? .paid : .notEffective))
        }
    }

    /// Gives every rule that is not a multiplier its points.
    mutating func findBases() throws(EvaluationError) {
        for rule in standings.indices where standings[rule].outcome == .paid {
            let step = plan.steps[rule]
            switch step.kind {
            case .earn: settle(rule, try base(of: step, on: step.selection, rule: rule))
            case .award: settle(rule, step.needsLine && !tallies[step.selection].hasLines ? 0 : step.points)
            case .multiply: continue
            }
        }
    }

    /// Lets one rule of a group stand. A rule that would pay nothing does not compete.
    mutating func decide(_ contest: EvaluationPlan.Contest) throws(EvaluationError) {
        var winner: Int?
        for rule in contest.rules {
            try prepare(rule)
            guard standings[rule].outcome == .paid else { continue }
            guard let best = winner else {
                winner = rule
                continue
            }
            if contest.mode == .best, standings[rule].points > standings[best].points { winner = rule }
        }
        guard let winner else { return }
        for rule in contest.rules where rule != winner {
            // The fraction of an exact base is lost as well, though it is less than a point.
            if standings[rule].outcome == .paid || canBeMultiplied(rule) { standings[rule].outcome = .lost(to: winner) }
        }
    }

    /// Pays what stands, in the order of the rules.
    mutating func pay(currencies: Int) throws(EvaluationError) -> Evaluation {
        trace.reserveCapacity(standings.count + plan.parts.count)
        awards.reserveCapacity(standings.count)
        for rule in standings.indices {
            let step = plan.steps[rule]
            let standing = standings[rule]
            switch (standing.outcome, step.kind) {
            case (.paid, .multiply):
                try pay(step, rule: rule)
            case (.paid, _):
                awards.append(Award(rule: rule, currency: step.currency, points: standing.points))
                trace.append(
                    TraceEntry(
                        rule: rule, outcome: .paid, counted: tallies[step.selection].amount, points: standing.points))
            case (_, .multiply):
                trace.append(TraceEntry(rule: rule, outcome: standing.outcome))
            case (_, _):
                trace.append(
                    TraceEntry(rule: rule, outcome: standing.outcome, counted: tallies[step.selection].amount))
            }
        }
        try checkSums(currencies: currencies)
        return Evaluation(
            amount: tallies[0].amount, eligibleAmount: tallies[0].amount, awards: awards, trace: trace)
    }

    /// Pays a multiplier, rule by rule that it names.
    private mutating func pay(_ multiplier: Step, rule: Int) throws(EvaluationError) {
        let firstAward = awards.count
        for part in plan.parts[multiplier.parts] {
            let base = plan.steps[part.base]
            let counted = tallies[part.selection].amount
            guard canBeMultiplied(part.base) else {
                trace.append(
                    TraceEntry(rule: rule, multiplied: part.base, outcome: .baseUnpaid, counted: counted))
                continue
            }
            let points: Int64
            if base.isExact {
                let before = exactNumerator(of: base) + standings[part.base].multiplied
                let term = exactTerm(multiplier, part)
                standings[part.base].multiplied += term
                points = try exactDifference(from: before, to: before + term, base, rule: rule)
            } else {
                points = try bonus(multiplier, part, rule: rule)
            }
            trace.append(
                TraceEntry(
                    rule: rule, multiplied: part.base, outcome: points > 0 ? .paid : .nothingCounted,
                    counted: counted, points: points))
            if points > 0 { try award(points, into: base.currency, rule: rule, from: firstAward) }
        }
    }

    /// Adds to the award of a rule into a currency, which is one of those from an index on, or makes one.
    private mutating func award(
        _ points: Int64, into currency: Int, rule: Int, from first: Int
    ) throws(EvaluationError) {
        guard let index = awards[first...].firstIndex(where: { $0.currency == currency }) else {
            awards.append(Award(rule: rule, currency: currency, points: points))
            return
        }
        let (sum, overflow) = awards[index].points.addingReportingOverflow(points)
        guard !overflow else { throw .pointsOverflow(rule: rule) }
        awards[index].points = sum
    }

    /// Makes sure that the awards into each currency add up.
    private func checkSums(currencies: Int) throws(EvaluationError) {
        for currency in 0..<currencies {
            var sum: Int64 = 0
            for award in awards where award.currency == currency {
                let (next, overflow) = sum.addingReportingOverflow(award.points)
                guard !overflow else { throw .pointsOverflow(rule: award.rule) }
                sum = next
            }
        }
    }
}

// The figures of single rules.
extension PurchaseRun {
    /// The points of a base over a selection: whole steps, or the fraction rounded as if nothing multiplied it.
    private func base(of step: Step, on selection: Int, rule: Int) throws(EvaluationError) -> Int64 {
        let amount = tallies[selection].amount
        if step.isExact {
            let numerator = Int128(amount) * Int128(step.points)
            return try points(step.rounding.divide(numerator, by: Int128(step.per)), rule: rule)
        }
        let (points, overflow) = (amount / step.per).multipliedReportingOverflow(by: step.points)
        guard !overflow else { throw .pointsOverflow(rule: rule) }
        return points
    }

    /// What a multiplier adds to a base of whole steps.
    private func bonus(_ multiplier: Step, _ part: Part, rule: Int) throws(EvaluationError) -> Int64 {
        let base = plan.steps[part.base]
        let points = Int128(try self.base(of: base, on: part.selection, rule: rule))
        let multiplied = base.rounding.divide(points * Int128(multiplier.thousandths), by: 1000)
        return try self.points(multiplied - points, rule: rule)
    }

    /// An exact base in fractions of `per × 1000`.
    private func exactNumerator(of base: Step) -> Int128 {
        Int128(tallies[base.selection].amount) * Int128(base.points) * 1000
    }

    /// What a multiplier adds, in the same fractions.
    private func exactTerm(_ multiplier: Step, _ part: Part) -> Int128 {
        let points = Int128(plan.steps[part.base].points)
        return Int128(tallies[part.selection].amount) * points * Int128(multiplier.thousandths - 1000)
    }

    private func exactDifference(
        from before: Int128, to after: Int128, _ base: Step, rule: Int
    ) throws(EvaluationError) -> Int64 {
        let denominator = Int128(base.per) * 1000
        let rounded = (base.rounding.divide(before, by: denominator), base.rounding.divide(after, by: denominator))
        return try points(rounded.1 - rounded.0, rule: rule)
    }

    /// Whether a multiplier finds something there. An exact base has its fraction, even if that is less than a point.
    private func canBeMultiplied(_ rule: Int) -> Bool {
        switch standings[rule].outcome {
        case .paid: true
        case .nothingCounted: plan.steps[rule].isExact
        case .notEffective, .lost, .baseUnpaid: false
        }
    }

    /// Gives a multiplier the points with which it competes: what it would pay if no other multiplied.
    private mutating func prepare(_ rule: Int) throws(EvaluationError) {
        let multiplier = plan.steps[rule]
        guard multiplier.kind == .multiply, standings[rule].outcome == .paid else { return }
        var sum: Int128 = 0
        for part in plan.parts[multiplier.parts] where canBeMultiplied(part.base) {
            let base = plan.steps[part.base]
            if base.isExact {
                let before = exactNumerator(of: base)
                sum += Int128(
                    try exactDifference(from: before, to: before + exactTerm(multiplier, part), base, rule: rule))
            } else {
                sum += Int128(try bonus(multiplier, part, rule: rule))
            }
        }
        settle(rule, try points(sum, rule: rule))
    }

    private mutating func settle(_ rule: Int, _ points: Int64) {
        standings[rule].outcome = points > 0 ? .paid : .nothingCounted
        standings[rule].points = points
    }

    private func points(_ value: Int128, rule: Int) throws(EvaluationError) -> Int64 {
        guard let points = Int64(exactly: value) else { throw .pointsOverflow(rule: rule) }
        return points
    }
}
