// What each rule comes to by itself, before anything competes with it or bounds it.

extension EvaluationRun {
    /// Gives a rule that is not a multiplier its points.
    mutating func findFigure(_ rule: Int) throws(EvaluationError) {
        do {
            switch plan.steps[rule].kind {
            case .earn: try earn(rule)
            case .award: try award(rule)
            case .eachItem: try payItems(rule)
            case .stamp: try collectStamps(rule)
            case .multiply: return
            }
        } catch let failed as ConditionRun.Failed {
            standings[rule].outcome = .failed(failed.failure)
        } catch let error as EvaluationError {
            throw error
        } catch {
            preconditionFailure("only expressions and sums fail")
        }
    }

    private mutating func earn(_ rule: Int) throws {
        let step = plan.steps[rule]
        let amount = try selected(step.selection).amount
        settle(rule, try base(rule, on: amount), counted: amount)
        guard step.carries else { return }
        let carried = meter.used(.carry, plan.meters[rule].rule)
        let sum = amount + carried
        keep(rule, sum < 0 ? sum : sum % step.per, insteadOf: carried)
    }

    private mutating func award(_ rule: Int) throws {
        let step = plan.steps[rule]
        let tally = try selected(step.selection)
        let applies = !step.needsLine || tally.hasLines
        let points = applies ? (step.computed < 0 ? step.points : try conditions.amount(step.computed)) : 0
        settle(rule, points, counted: tally.amount)
    }

    private mutating func payItems(_ rule: Int) throws {
        let step = plan.steps[rule]
        var sum: Int64 = 0
        var shares: [TraceEntry.LineShare] = []
        for line in occasion.counted.indices where try contains(step.selection, line: line) {
            let points = step.computed < 0 ? step.points : try conditions.amount(step.computed, line: line)
            let (next, overflow) = sum.addingReportingOverflow(points)
            guard !overflow else { throw EvaluationError.pointsOverflow(rule: rule) }
            sum = next
            if explaining {
                shares.append(TraceEntry.LineShare(line: line, counted: occasion.counted[line], points: points))
            }
        }
        if explaining { lineShares[rule] = shares }
        settle(rule, sum, counted: try selected(step.selection).amount)
    }

    private mutating func collectStamps(_ rule: Int) throws {
        guard let card = plan.meters[rule].kept?.id else { return }
        let step = plan.steps[rule]
        let stamps = step.computed < 0 ? step.stamps : try conditions.amount(step.computed)
        let before = meter.used(.stamps, card)
        let (sum, overflow) = before.addingReportingOverflow(stamps)
        // Below zero after a return of stamps whose reward is already used.
        var full = max(0, sum / step.size)
        if step.reward >= 0 { full = min(full, Evaluation.mostRewards) }
        let (points, overflows) = full.multipliedReportingOverflow(by: step.points)
        guard !overflow, !overflows else { throw EvaluationError.pointsOverflow(rule: rule) }
        settle(rule, points, counted: stamps)
        if step.reward >= 0, full > 0 {
            standings[rule].outcome = .paid
            standings[rule].rewards = full
        }
        keep(rule, sum - full * step.size, insteadOf: before)
    }

    /// The points of a rule that earns over a sum: whole steps, with what was carried to them, or the fraction rounded
    /// as if nothing multiplied it.
    func base(_ rule: Int, on amount: Int64) throws(EvaluationError) -> Int64 {
        let step = plan.steps[rule]
        if step.isExact {
            let numerator = Int128(amount) * Int128(step.points)
            return try points(step.rounding.divide(numerator, by: Int128(step.per)), rule: rule)
        }
        var sum = amount
        if step.carries {
            let (more, overflow) = amount.addingReportingOverflow(meter.used(.carry, plan.meters[rule].rule))
            guard !overflow else { throw .amountOverflow }
            sum = more
        }
        // What is carried is below zero after a return of money that a later purchase has used.
        let (points, overflow) = (max(0, sum) / step.per).multipliedReportingOverflow(by: step.points)
        guard !overflow else { throw .pointsOverflow(rule: rule) }
        return points
    }

    /// A number of points that fits 64 bits.
    func points(_ value: Int128, rule: Int) throws(EvaluationError) -> Int64 {
        guard let points = Int64(exactly: value) else { throw .pointsOverflow(rule: rule) }
        return points
    }

    /// Writes down what a rule comes to.
    mutating func settle(_ rule: Int, _ points: Int64, counted: Int64) {
        standings[rule].outcome = points > 0 ? .paid : .nothingCounted
        standings[rule].points = points
        standings[rule].counted = counted
    }

    /// Writes down what is kept for the next time: a rule that pays nothing yet may have collected something.
    private mutating func keep(_ rule: Int, _ kept: Int64, insteadOf before: Int64) {
        standings[rule].kept = kept
        if standings[rule].outcome == .nothingCounted, kept != before { standings[rule].outcome = .collected }
    }

    /// A selection that is needed as a whole.
    private mutating func selected(_ selection: Int) throws -> LineTally {
        let tally = try tally(selection)
        if let failure = tally.failure { throw failure }
        return tally
    }
}
