// From a purchase to its awards: a pure function, in exact integers throughout.
//
// The order is fixed. The lines are summed for every selection that some rule counts; rules that earn and fixed awards
// get their figures; groups are decided one after another, each with what its multipliers' bases really pay; what is
// left standing pays. A base that is `exact` stays a fraction until the end: the running sum of the base and its
// multipliers is rounded after each of them, in the order of the rules, and each is paid the difference, so that the parts add up to the whole
// rounded once. Sums below zero count as zero, so no award is ever negative.
//
// Why 128 bits suffice: a fraction's numerator is at most 2^63 of money × 2^30 points × 2^20 thousandths × 2^10
// multipliers, and the loader keeps to these bounds.

extension Program {
    /// The awards for a purchase, with the trace.
    package func evaluate(_ facts: PurchaseFacts) throws(EvaluationError) -> Evaluation {
        var run = try PurchaseRun(self, facts)
        try run.findBases()
        for contest in plan.contests { try run.decide(contest) }
        return try run.pay()
    }
}

/// One evaluation under way.
private struct PurchaseRun {
    /// What the lines of a selection come to.
    private struct Tally {
        /// Never below zero.
        var amount: Int64
        var hasLines: Bool
    }

    /// What is known of a rule so far.
    private struct Standing {
        var outcome: TraceEntry.Outcome
        /// What the rule pays, or for a multiplier what it would pay if no other multiplied.
        var points: Int64
        /// For an exact base: what the multipliers paid so far have added to its fraction.
        var multiplied: Int128 = 0
    }

    private let program: Program
    private let facts: PurchaseFacts
    /// By selection.
    private var tallies: [Tally]
    /// By rule. Those of multipliers are set when their group is decided, or at the end.
    private var standings: [Standing]
    private var awards: [Award] = []
    private var trace: [TraceEntry] = []

    init(_ program: Program, _ facts: PurchaseFacts) throws(EvaluationError) {
        self.program = program
        self.facts = facts
        self.tallies = try PurchaseRun.tallies(program, facts)
        self.standings = program.rules.map {
            let holds = $0.effective.contains(facts.occurredAt)
            return Standing(outcome: holds ? .paid : .notEffective, points: 0)
        }
    }

    private static func tallies(_ program: Program, _ facts: PurchaseFacts) throws(EvaluationError) -> [Tally] {
        let selections = program.plan.selections
        var tallies = selections.map { _ in Tally(amount: 0, hasLines: false) }
        for line in facts.lines {
            var counted = line.amount
            if program.money.base == .taxExcluded {
                let (net, overflow) = line.amount.subtractingReportingOverflow(line.tax)
                guard !overflow else { throw .amountOverflow }
                counted = net
            }
            for index in selections.indices where index == 0 || selections[index].contains(line) {
                let (sum, overflow) = tallies[index].amount.addingReportingOverflow(counted)
                guard !overflow else { throw .amountOverflow }
                tallies[index] = Tally(amount: sum, hasLines: true)
            }
        }
        for index in tallies.indices { tallies[index].amount = max(0, tallies[index].amount) }
        return tallies
    }

    /// Gives every rule that is not a multiplier its points.
    mutating func findBases() throws(EvaluationError) {
        for rule in program.rules.indices where standings[rule].outcome == .paid {
            switch program.rules[rule].action {
            case .earn(let earning):
                settle(rule, try base(of: earning, on: selection(rule), rule: rule))
            case .award(let award):
                settle(rule, tallies[selection(rule)].hasLines || award.tagged.isEmpty ? award.points : 0)
            case .multiply:
                continue
            }
        }
    }

    /// Lets one rule of a group stand. A rule that would pay nothing does not compete.
    mutating func decide(_ contest: EvaluationPlan.Contest) throws(EvaluationError) {
        var winner: Int?
        for rule in contest.rules {
            if case .multiply(let multiplier) = program.rules[rule].action {
                try prepare(multiplier, rule: rule)
            }
            guard standings[rule].outcome == .paid else { continue }
            guard let best = winner else {
                winner = rule
                continue
            }
            if contest.mode == .best, standings[rule].points > standings[best].points { winner = rule }
        }
        guard let winner else { return }
        for rule in contest.rules where rule != winner && wantsToPay(rule) {
            standings[rule].outcome = .lost(to: winner)
        }
    }

    /// Whether a rule would pay, or has a fraction of a point that multipliers could bring to a whole one.
    private func wantsToPay(_ rule: Int) -> Bool {
        if case .earn(let earning) = program.rules[rule].action { return stands(rule, earning) }
        return standings[rule].outcome == .paid
    }

    /// Pays what stands, in the order of the rules.
    mutating func pay() throws(EvaluationError) -> Evaluation {
        trace.reserveCapacity(program.rules.count)
        awards.reserveCapacity(program.rules.count)
        for rule in program.rules.indices {
            switch program.rules[rule].action {
            case .earn(let earning): try payOne(rule, into: earning.into)
            case .award(let award): try payOne(rule, into: award.into)
            case .multiply(let multiplier): try pay(multiplier, rule: rule)
            }
        }
        try checkSums()
        return Evaluation(
            amount: tallies[0].amount, eligibleAmount: tallies[0].amount, awards: awards, trace: trace)
    }

    private mutating func payOne(_ rule: Int, into currency: Int) throws(EvaluationError) {
        let standing = standings[rule]
        let counted = tallies[selection(rule)].amount
        guard standing.outcome == .paid else {
            trace.append(TraceEntry(rule: rule, outcome: standing.outcome, counted: counted))
            return
        }
        awards.append(Award(rule: rule, currency: currency, points: standing.points))
        trace.append(TraceEntry(rule: rule, outcome: .paid, counted: counted, points: standing.points))
    }

    private mutating func pay(_ multiplier: Multiplier, rule: Int) throws(EvaluationError) {
        switch standings[rule].outcome {
        case .notEffective, .lost, .nothingCounted, .baseUnpaid:
            trace.append(TraceEntry(rule: rule, outcome: standings[rule].outcome))
            return
        case .paid:
            break
        }
        let firstAward = awards.count
        for (part, base) in multiplier.rules.enumerated() {
            guard case .earn(let earning) = program.rules[base].action else { continue }
            let counted = tallies[selection(rule, part)].amount
            guard stands(base, earning) else {
                trace.append(TraceEntry(rule: rule, multiplied: base, outcome: .baseUnpaid, counted: counted))
                continue
            }
            let points =
                earning.exact
                ? try exactShare(multiplier.factor, of: earning, part: part, base: base, rule: rule)
                : try bonus(multiplier.factor, of: earning, part: part, base: base, rule: rule)
            let outcome: TraceEntry.Outcome = points > 0 ? .paid : .nothingCounted
            trace.append(
                TraceEntry(rule: rule, multiplied: base, outcome: outcome, counted: counted, points: points))
            guard points > 0 else { continue }
            try add(points, into: earning.into, rule: rule, from: firstAward)
        }
    }

    /// Adds to the award of a rule into a currency, which is one of those from an index on, or makes one.
    private mutating func add(
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
    private func checkSums() throws(EvaluationError) {
        for currency in program.currencies.indices {
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
    /// The points of a base: whole steps, or the fraction rounded as if nothing multiplied it.
    private func base(of earning: Earning, on selection: Int, rule: Int) throws(EvaluationError) -> Int64 {
        let amount = tallies[selection].amount
        if earning.exact {
            let numerator = Int128(amount) * Int128(earning.points)
            return try points(earning.rounding.divide(numerator, by: Int128(earning.per)), rule: rule)
        }
        let (points, overflow) = (amount / earning.per).multipliedReportingOverflow(by: earning.points)
        guard !overflow else { throw .pointsOverflow(rule: rule) }
        return points
    }

    /// What a multiplier adds to a base of whole steps.
    private func bonus(
        _ factor: Factor, of earning: Earning, part: Int, base: Int, rule: Int
    ) throws(EvaluationError) -> Int64 {
        let selection = selection(rule, part)
        let points =
            selection == self.selection(base)
            ? standings[base].points : try self.base(of: earning, on: selection, rule: rule)
        let multiplied = earning.rounding.divide(Int128(points) * Int128(factor.thousandths), by: 1000)
        return try self.points(multiplied - Int128(points), rule: rule)
    }

    /// What a multiplier adds to an exact base when it is the only one.
    private func exactBonus(
        _ factor: Factor, of earning: Earning, part: Int, base: Int, rule: Int
    ) throws(EvaluationError) -> Int64 {
        let before = exactNumerator(of: base, earning)
        let after = before + exactTerm(factor, of: earning, part: part, rule: rule)
        return try exactDifference(from: before, to: after, earning, rule: rule)
    }

    /// What a multiplier adds to an exact base and the multipliers that were paid before it.
    private mutating func exactShare(
        _ factor: Factor, of earning: Earning, part: Int, base: Int, rule: Int
    ) throws(EvaluationError) -> Int64 {
        let before = exactNumerator(of: base, earning) + standings[base].multiplied
        let term = exactTerm(factor, of: earning, part: part, rule: rule)
        standings[base].multiplied += term
        return try exactDifference(from: before, to: before + term, earning, rule: rule)
    }

    /// An exact base in fractions of `per × 1000`.
    private func exactNumerator(of base: Int, _ earning: Earning) -> Int128 {
        Int128(tallies[selection(base)].amount) * Int128(earning.points) * 1000
    }

    /// What a multiplier adds, in the same fractions.
    private func exactTerm(_ factor: Factor, of earning: Earning, part: Int, rule: Int) -> Int128 {
        let amount = Int128(tallies[selection(rule, part)].amount)
        return amount * Int128(earning.points) * Int128(factor.thousandths - 1000)
    }

    private func exactDifference(
        from before: Int128, to after: Int128, _ earning: Earning, rule: Int
    ) throws(EvaluationError) -> Int64 {
        let denominator = Int128(earning.per) * 1000
        let rounding = earning.rounding
        return try points(
            rounding.divide(after, by: denominator) - rounding.divide(before, by: denominator), rule: rule)
    }

    /// Whether a base can be multiplied. The fraction of an exact one can, even while it is less than a point.
    private func stands(_ base: Int, _ earning: Earning) -> Bool {
        standings[base].outcome == .paid || (earning.exact && standings[base].outcome == .nothingCounted)
    }

    /// Gives a multiplier the points with which it competes: what it would pay if no other multiplied.
    private mutating func prepare(_ multiplier: Multiplier, rule: Int) throws(EvaluationError) {
        guard standings[rule].outcome == .paid else { return }
        var sum: Int128 = 0
        for (part, base) in multiplier.rules.enumerated() {
            guard case .earn(let earning) = program.rules[base].action else { continue }
            guard stands(base, earning) else { continue }
            sum += Int128(
                earning.exact
                    ? try exactBonus(multiplier.factor, of: earning, part: part, base: base, rule: rule)
                    : try bonus(multiplier.factor, of: earning, part: part, base: base, rule: rule))
        }
        settle(rule, try points(sum, rule: rule))
    }

    private mutating func settle(_ rule: Int, _ points: Int64) {
        standings[rule] = Standing(outcome: points > 0 ? .paid : .nothingCounted, points: points)
    }

    private func selection(_ rule: Int, _ part: Int = 0) -> Int {
        program.plan.selectionsOfRule[rule][part]
    }

    private func points(_ value: Int128, rule: Int) throws(EvaluationError) -> Int64 {
        guard let points = Int64(exactly: value) else { throw .pointsOverflow(rule: rule) }
        return points
    }
}
