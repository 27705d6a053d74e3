// From an event to its awards: a pure function, in exact integers throughout.
//
// The order is fixed. Rules that hold and whose condition is true get their figures: what earns, fixed awards, awards
// for items, stamps. Groups are decided one after another, each with what its multipliers' bases really pay. Limits
// and budgets are asked, bases before multipliers, so that nothing multiplies what was not paid. What is left standing
// pays, and caps cut from the last rule backwards. A base that is `exact` stays a fraction until the end: the running
// sum of the base and its multipliers is rounded after each of them, in the order of the rules, and each is paid the
// difference, so that the parts add up to the whole rounded once. Limits, budgets and caps are whole points, so cutting
// after that rounding is the same as before it. Sums below zero count as zero, so no award is ever negative.
//
// Why 128 bits suffice: a fraction's numerator is at most 2^63 of money × 2^30 points × 2^20 thousandths × 2^10
// multipliers, and the loader keeps to these bounds.

import Time

extension Program {
    /// The awards for an event.
    ///
    /// - Parameters:
    ///   - used: what the member used of limits, caps, carried money and stamps before.
    ///   - shared: what all members together used of budgets.
    ///   - explaining: whether the trace is wanted.
    package func evaluate(
        _ facts: Facts, used: [Usage] = [], shared: [Usage] = [], explaining: Bool = true
    ) throws(EvaluationError) -> Evaluation {
        var run = EvaluationRun(self, facts, used: used, shared: shared, explaining: explaining)
        return try run.evaluate()
    }
}

/// The money and the lines of a selection.
private struct Tally {
    private var sum: Int64 = 0
    private(set) var hasLines = false
    var failure: ConditionFailure?

    /// The sum, or 0 where it is below.
    var amount: Int64 { max(0, sum) }

    mutating func add(_ counted: Int64) throws(EvaluationError) {
        let (next, overflow) = sum.addingReportingOverflow(counted)
        guard !overflow else { throw .amountOverflow }
        sum = next
        hasLines = true
    }
}

/// What is known of a rule so far.
private struct Standing {
    var outcome = TraceEntry.Outcome.paid
    /// What the rule pays, or for a multiplier what it would pay if no other multiplied.
    var points: Int64 = 0
    /// The money that counted, or the stamps.
    var counted: Int64 = 0
    /// What is kept for the next time: carried money, or stamps.
    var kept: Int64 = 0
    /// For an exact base: what the multipliers paid so far have added to its fraction.
    var multiplied: Int128 = 0
    var cuts: [TraceEntry.Cut] = []
}

/// One evaluation under way.
private struct EvaluationRun {
    private typealias Step = EvaluationPlan.Step
    private typealias Part = EvaluationPlan.Part

    private let program: Program
    private let plan: EvaluationPlan
    private let facts: Facts
    private let explaining: Bool
    /// The rules that answer to the event, ascending.
    private let rules: [Int]
    private var conditions: ConditionRun
    private var meter: UsageMeter
    /// By selection; `nil` until a rule asks.
    private var tallies: [Tally?]
    /// By rule.
    private var standings: [Standing]
    /// What each line was paid by rules that pay line by line.
    private var lineShares: [Int: [TraceEntry.LineShare]] = [:]
    private var awards: [Award] = []
    private var trace: [TraceEntry] = []

    init(_ program: Program, _ facts: Facts, used: [Usage], shared: [Usage], explaining: Bool) {
        self.program = program
        plan = program.plan
        self.facts = facts
        self.explaining = explaining
        rules = plan.rulesByEvent[facts.event] ?? []
        conditions = ConditionRun(program, facts)
        meter = UsageMeter(program, used: used, shared: shared, at: facts.occurredAt)
        tallies = [Tally?](repeating: nil, count: plan.selections.count)
        standings = [Standing](repeating: Standing(), count: plan.steps.count)
    }

    mutating func evaluate() throws(EvaluationError) -> Evaluation {
        conditions.findEligible()
        let amount = try tally(0).amount
        let eligibleAmount = try tally(1).amount
        for rule in rules where holds(rule) { try findBase(rule) }
        for contest in plan.contests where contest.event == facts.event { try decide(contest) }
        for rule in rules where plan.steps[rule].kind != .multiply && standings[rule].outcome == .paid {
            standings[rule].points = allow(standings[rule].points, rule: rule)
        }
        awards.reserveCapacity(rules.count)
        for rule in rules { try pay(rule) }
        for cap in program.caps.indices { try apply(cap) }
        try checkSums()
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
    private mutating func tally(_ selection: Int) throws(EvaluationError) -> Tally {
        if let tally = tallies[selection] { return tally }
        var tally = Tally()
        let choice = plan.selections[selection]
        if let order = facts.order {
            for line in order.lines.indices {
                do throws(ConditionFailure) {
                    guard try contains(choice, line: line) else { continue }
                } catch {
                    tally.failure = error
                    break
                }
                try tally.add(order.lines[line].counted(program.money.base))
            }
        }
        tallies[selection] = tally
        return tally
    }

    private mutating func contains(_ selection: LineSelection, line: Int) throws(ConditionFailure) -> Bool {
        if selection.isEligibleOnly, !conditions.isEligible(line: line) { return false }
        for condition in selection.conditions {
            guard try conditions.isTrue(condition, line: line) else { return false }
        }
        return true
    }

    /// Gives a rule that is not a multiplier its points.
    private mutating func findBase(_ rule: Int) throws(EvaluationError) {
        let step = plan.steps[rule]
        do {
            switch step.kind {
            case .earn:
                let tally = try selected(step.selection)
                settle(rule, try base(of: step, on: step.selection, rule: rule), counted: tally.amount)
                guard step.carries else { return }
                standings[rule].kept = (tally.amount + meter.used(.carry, program.rules[rule].id)) % step.per
                keep(rule, change: standings[rule].kept - meter.used(.carry, program.rules[rule].id))
            case .award:
                let tally = try selected(step.selection)
                let applies = !step.needsLine || tally.hasLines
                let points = applies ? (step.computed < 0 ? step.points : try conditions.amount(step.computed)) : 0
                settle(rule, points, counted: tally.amount)
            case .eachItem:
                settle(rule, try itemPoints(step, rule: rule), counted: try selected(step.selection).amount)
            case .stamp:
                try collect(step, rule: rule)
            case .multiply:
                return
            }
        } catch let failure as ConditionFailure {
            standings[rule].outcome = .failed(failure)
        } catch let error as EvaluationError {
            throw error
        } catch {
            preconditionFailure("only expressions and sums fail")
        }
    }

    /// A selection that is needed as a whole.
    private mutating func selected(_ selection: Int) throws -> Tally {
        let tally = try tally(selection)
        if let failure = tally.failure { throw failure }
        return tally
    }

    private mutating func itemPoints(_ step: Step, rule: Int) throws -> Int64 {
        guard let order = facts.order else { return 0 }
        var sum: Int64 = 0
        var shares: [TraceEntry.LineShare] = []
        for line in order.lines.indices where try contains(plan.selections[step.selection], line: line) {
            let points = step.computed < 0 ? step.points : try conditions.amount(step.computed, line: line)
            let (next, overflow) = sum.addingReportingOverflow(points)
            guard !overflow else { throw EvaluationError.pointsOverflow(rule: rule) }
            sum = next
            guard explaining else { continue }
            let counted = order.lines[line].counted(program.money.base)
            shares.append(TraceEntry.LineShare(line: line, counted: counted, points: points))
        }
        if explaining { lineShares[rule] = shares }
        return sum
    }

    private mutating func collect(_ step: Step, rule: Int) throws {
        guard case .stamp(let card) = program.rules[rule].action else { return }
        let stamps = step.computed < 0 ? step.stamps : try conditions.amount(step.computed)
        let before = meter.used(.stamps, card.card)
        let (sum, overflow) = before.addingReportingOverflow(stamps)
        let (points, overflows) = (sum / step.size).multipliedReportingOverflow(by: step.points)
        guard !overflow, !overflows else { throw EvaluationError.pointsOverflow(rule: rule) }
        settle(rule, points, counted: stamps)
        standings[rule].kept = sum % step.size
        keep(rule, change: stamps)
    }

    /// A rule that pays nothing yet may have collected something.
    private mutating func keep(_ rule: Int, change: Int64) {
        if standings[rule].outcome == .nothingCounted, change != 0 { standings[rule].outcome = .collected }
    }

    private mutating func settle(_ rule: Int, _ points: Int64, counted: Int64) {
        standings[rule].outcome = points > 0 ? .paid : .nothingCounted
        standings[rule].points = points
        standings[rule].counted = counted
    }
}

// Groups.
extension EvaluationRun {
    /// Lets one rule of a group stand. A rule that would pay nothing does not compete.
    private mutating func decide(_ contest: EvaluationPlan.Contest) throws(EvaluationError) {
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
            // What is less than a point is lost as well: the fraction of an exact base, carried money, stamps.
            let outcome = standings[rule].outcome
            if outcome == .paid || outcome == .collected || canBeMultiplied(rule) {
                standings[rule].outcome = .lost(to: winner)
            }
        }
    }

    /// Gives a multiplier the points with which it competes: what it would pay if no other multiplied.
    private mutating func prepare(_ rule: Int) throws(EvaluationError) {
        let multiplier = plan.steps[rule]
        guard multiplier.kind == .multiply, standings[rule].outcome == .paid else { return }
        var sum: Int128 = 0
        for part in plan.parts[multiplier.parts] where canBeMultiplied(part.base) {
            let tally = try tally(part.selection)
            if let failure = tally.failure {
                standings[rule].outcome = .failed(failure)
                return
            }
            let base = plan.steps[part.base]
            if base.isExact {
                let before = exactNumerator(of: part.base)
                let after = before + exactTerm(multiplier, part, tally)
                sum += Int128(try exactDifference(from: before, to: after, base, rule: rule))
            } else {
                sum += Int128(try bonus(multiplier, part, rule: rule))
            }
        }
        settle(rule, try points(sum, rule: rule), counted: 0)
    }

    /// Whether a multiplier finds something there. An exact base has its fraction, even if that is less than a point.
    private func canBeMultiplied(_ rule: Int) -> Bool {
        switch standings[rule].outcome {
        case .paid: true
        case .nothingCounted: plan.steps[rule].isExact
        default: false
        }
    }
}

// Limits, budgets and caps.
extension EvaluationRun {
    /// What a rule may pay of its points by its limit and its campaign's budget; where that is nothing, its standing
    /// tells why.
    private mutating func allow(_ points: Int64, rule: Int) -> Int64 {
        let step = plan.steps[rule]
        var allowed = points
        if step.hasLimit, let left = meter.left(byLimitOf: rule), left < allowed {
            guard left > 0 else {
                standings[rule].outcome = .limitReached
                return 0
            }
            standings[rule].cuts.append(.limit(points: allowed - left))
            allowed = left
        }
        if step.campaign >= 0, let left = meter.left(ofBudget: step.campaign) {
            if left < allowed {
                guard left > 0, program.campaigns[step.campaign].budget?.whenShort == .partial else {
                    standings[rule].outcome = .budgetSpent
                    return 0
                }
                standings[rule].cuts.append(.budget(points: allowed - left))
                allowed = left
            }
            meter.take(allowed, fromBudget: step.campaign)
        }
        return allowed
    }

    /// Cuts the awards of a cap's rules, from the last one backwards, to what is left.
    private mutating func apply(_ index: Int) throws(EvaluationError) {
        let cap = program.caps[index]
        var sum: Int64 = 0
        for award in awards where cap.rules.contains(award.rule) {
            let (next, overflow) = sum.addingReportingOverflow(award.points)
            guard !overflow else { throw .pointsOverflow(rule: award.rule) }
            sum = next
        }
        guard sum > 0 else { return }
        var excess = sum - max(0, cap.points - meter.used(.cap, cap.id, cap.window))
        guard excess > 0 else { return }
        for position in awards.indices.reversed() where excess > 0 && cap.rules.contains(awards[position].rule) {
            let cut = min(excess, awards[position].points)
            awards[position].points -= cut
            excess -= cut
            noteCut(of: awards[position].rule, by: index, points: cut)
        }
        awards.removeAll { $0.points == 0 }
    }

    private mutating func noteCut(of rule: Int, by cap: Int, points: Int64) {
        var rest = points
        for index in trace.indices.reversed() where trace[index].rule == rule && trace[index].points > 0 && rest > 0 {
            let cut = min(rest, trace[index].points)
            trace[index].points -= cut
            trace[index].cuts.append(.cap(cap, points: cut))
            if trace[index].points == 0 { trace[index].outcome = .capped(by: cap) }
            rest -= cut
        }
    }

    /// What the event used, from what was paid in the end.
    private func usages() -> [Usage] {
        var usages: [Usage] = []
        func add(_ key: UsageKey, _ amount: Int64) {
            guard amount != 0 else { return }
            if let index = usages.firstIndex(where: { $0.key == key }) {
                usages[index].amount += amount
            } else {
                usages.append(Usage(key, amount))
            }
        }
        for rule in rules {
            let step = plan.steps[rule]
            let id = program.rules[rule].id
            let hasKept = standings[rule].outcome == .paid || standings[rule].outcome == .collected
            if step.carries, hasKept { add(meter.key(.carry, id), standings[rule].kept - meter.used(.carry, id)) }
            if step.kind == .stamp, hasKept, case .stamp(let card) = program.rules[rule].action {
                add(meter.key(.stamps, card.card), standings[rule].kept - meter.used(.stamps, card.card))
            }
            guard step.hasLimit || step.campaign >= 0 else { continue }
            let points = awards.reduce(0) { $1.rule == rule ? $0 + $1.points : $0 }
            guard points > 0 else { continue }
            if let limit = program.rules[rule].limit {
                switch limit.measure {
                case .count: add(meter.key(.limitCount, id, limit.window), 1)
                case .points: add(meter.key(.limitPoints, id, limit.window), points)
                }
            }
            if step.campaign >= 0, program.campaigns[step.campaign].budget != nil {
                add(meter.key(.budget, program.campaigns[step.campaign].id), points)
            }
        }
        for cap in program.caps {
            let points = awards.reduce(0) { cap.rules.contains($1.rule) ? $0 + $1.points : $0 }
            add(meter.key(.cap, cap.id, cap.window), points)
        }
        return usages
    }
}

// Paying.
extension EvaluationRun {
    private mutating func pay(_ rule: Int) throws(EvaluationError) {
        let step = plan.steps[rule]
        let standing = standings[rule]
        if step.kind == .multiply, standing.outcome == .paid {
            try pay(step, rule: rule)
            return
        }
        let isPaid = standing.outcome == .paid && standing.points > 0
        if isPaid { awards.append(Award(rule: rule, currency: step.currency, points: standing.points)) }
        guard explaining else { return }
        var entry = TraceEntry(
            rule: rule, outcome: standing.outcome, counted: standing.counted, points: isPaid ? standing.points : 0)
        entry.cuts = standing.cuts
        entry.lines = lineShares[rule] ?? (isPaid ? shares(of: step.selection) : [])
        trace.append(entry)
    }

    /// Pays a multiplier, rule by rule that it names.
    private mutating func pay(_ multiplier: Step, rule: Int) throws(EvaluationError) {
        var entries: [TraceEntry] = []
        var terms: [Int128] = []
        var sum: Int128 = 0
        for part in plan.parts[multiplier.parts] {
            let tally = try tally(part.selection)
            if let failure = tally.failure {
                standings[rule].outcome = .failed(failure)
                break
            }
            var entry = TraceEntry(
                rule: rule, multiplied: part.base, outcome: .baseUnpaid, counted: tally.amount, points: 0)
            var term: Int128 = 0
            if canBeMultiplied(part.base) {
                let base = plan.steps[part.base]
                if base.isExact {
                    let before = exactNumerator(of: part.base) + standings[part.base].multiplied
                    term = exactTerm(multiplier, part, tally)
                    entry.points = try exactDifference(from: before, to: before + term, base, rule: rule)
                } else {
                    entry.points = try bonus(multiplier, part, rule: rule)
                }
                entry.outcome = entry.points > 0 ? .paid : .nothingCounted
                if explaining { entry.lines = shares(of: part.selection) }
            }
            sum += Int128(entry.points)
            entries.append(entry)
            terms.append(term)
        }
        let wanted = try points(sum, rule: rule)
        let allowed =
            standings[rule].outcome == .paid ? (wanted > 0 ? allow(wanted, rule: rule) : 0) : 0
        guard standings[rule].outcome == .paid else {
            if explaining { trace.append(TraceEntry(rule: rule, outcome: standings[rule].outcome)) }
            return
        }
        for (part, term) in zip(plan.parts[multiplier.parts], terms) { standings[part.base].multiplied += term }
        var excess = wanted - allowed
        for index in entries.indices.reversed() where excess > 0 {
            let cut = min(excess, entries[index].points)
            entries[index].points -= cut
            if cut > 0 { entries[index].cuts = standings[rule].cuts }
            excess -= cut
        }
        let firstAward = awards.count
        for (part, entry) in zip(plan.parts[multiplier.parts], entries) where entry.points > 0 {
            try award(entry.points, into: plan.steps[part.base].currency, rule: rule, from: firstAward)
        }
        if explaining { trace += entries }
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

    /// The lines of a selection that leaves some out.
    private mutating func shares(of selection: Int) -> [TraceEntry.LineShare] {
        let choice = plan.selections[selection]
        guard let order = facts.order, choice.isEligibleOnly || !choice.conditions.isEmpty else { return [] }
        var shares: [TraceEntry.LineShare] = []
        for line in order.lines.indices where (try? contains(choice, line: line)) == true {
            let counted = order.lines[line].counted(program.money.base)
            shares.append(TraceEntry.LineShare(line: line, counted: counted, points: nil))
        }
        return shares.count < order.lines.count ? shares : []
    }
}

// The figures of single rules.
extension EvaluationRun {
    /// The points of a base over a selection: whole steps, or the fraction rounded as if nothing multiplied it.
    private mutating func base(of step: Step, on selection: Int, rule: Int) throws(EvaluationError) -> Int64 {
        var amount = try tally(selection).amount
        if step.isExact {
            let numerator = Int128(amount) * Int128(step.points)
            return try points(step.rounding.divide(numerator, by: Int128(step.per)), rule: rule)
        }
        if step.carries {
            let (sum, overflow) = amount.addingReportingOverflow(meter.used(.carry, program.rules[rule].id))
            guard !overflow else { throw .amountOverflow }
            amount = sum
        }
        let (points, overflow) = (amount / step.per).multipliedReportingOverflow(by: step.points)
        guard !overflow else { throw .pointsOverflow(rule: rule) }
        return points
    }

    /// What a multiplier adds to a base of whole steps.
    private mutating func bonus(_ multiplier: Step, _ part: Part, rule: Int) throws(EvaluationError) -> Int64 {
        let base = plan.steps[part.base]
        let points: Int128
        if part.selection == base.selection {
            points = Int128(try self.base(of: base, on: part.selection, rule: part.base))
        } else {
            // Carried money came from other lines, of an earlier purchase.
            points = Int128(try tally(part.selection).amount / base.per) * Int128(base.points)
        }
        let multiplied = base.rounding.divide(points * Int128(multiplier.thousandths), by: 1000)
        return try self.points(multiplied - points, rule: rule)
    }

    /// An exact base in fractions of `per × 1000`.
    private func exactNumerator(of base: Int) -> Int128 {
        Int128(standings[base].counted) * Int128(plan.steps[base].points) * 1000
    }

    /// What a multiplier adds, in the same fractions.
    private func exactTerm(_ multiplier: Step, _ part: Part, _ tally: Tally) -> Int128 {
        let points = Int128(plan.steps[part.base].points)
        return Int128(tally.amount) * points * Int128(multiplier.thousandths - 1000)
    }

    private func exactDifference(
        from before: Int128, to after: Int128, _ base: Step, rule: Int
    ) throws(EvaluationError) -> Int64 {
        let denominator = Int128(base.per) * 1000
        let rounded = (base.rounding.divide(before, by: denominator), base.rounding.divide(after, by: denominator))
        return try points(rounded.1 - rounded.0, rule: rule)
    }

    private func points(_ value: Int128, rule: Int) throws(EvaluationError) -> Int64 {
        guard let points = Int64(exactly: value) else { throw .pointsOverflow(rule: rule) }
        return points
    }
}
