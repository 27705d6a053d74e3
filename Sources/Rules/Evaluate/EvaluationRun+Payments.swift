// The awards of the rules that are left standing, and the trace of all of them.

extension EvaluationRun {
    /// Pays what a rule comes to.
    mutating func pay(_ rule: Int) throws(EvaluationError) {
        let standing = standings[rule]
        let isPaid = standing.outcome == .paid
        if isPaid, plan.steps[rule].kind == .multiply {
            try payMultiplier(rule)
            return
        }
        let points = isPaid ? standing.points : 0
        if points > 0 { awards.append(Award(rule: rule, currency: plan.steps[rule].currency, points: points)) }
        if isPaid, standing.rewards > 0 {
            rewards.append(RewardAward(rule: rule, reward: plan.steps[rule].reward, count: standing.rewards))
        }
        guard explaining else { return }
        var entry = TraceEntry(
            rule: rule, outcome: TraceEntry.Outcome(standing.outcome, conditions.failures), counted: standing.counted,
            points: points)
        if isPaid {
            entry.cuts = cuts(of: rule)
            entry.lines = lineShares[rule] ?? lines(of: plan.steps[rule].selection)
        }
        trace.append(entry)
    }

    /// Pays a multiplier, rule by rule that it names.
    private mutating func payMultiplier(_ rule: Int) throws(EvaluationError) {
        guard try findGains(of: rule) else {
            explainUnpaid(rule)
            return
        }
        let wanted = try points(gains.reduce(into: 0) { $0 += Int128($1.points) }, rule: rule)
        if wanted > 0 { _ = allow(wanted, rule: rule) }
        guard standings[rule].outcome == .paid else {
            explainUnpaid(rule)
            return
        }
        let cuts = EvaluationRun.share(cuts(of: rule), among: &gains)
        let first = awards.count
        for index in gains.indices {
            let gain = gains[index]
            standings[gain.part.base].multiplied += gain.fraction
            if gain.points > 0 {
                try award(gain.points, into: plan.steps[gain.part.base].currency, rule: rule, from: first)
            }
            if explaining { explain(gain, of: rule, cuts.isEmpty ? [] : cuts[index]) }
        }
    }

    /// Takes what was cut from a multiplier out of its parts, from the last one backwards, and tells of each part what
    /// it lost; nothing where nothing was cut.
    private static func share(_ cuts: [TraceEntry.Cut], among gains: inout [Gain]) -> [[TraceEntry.Cut]] {
        guard !cuts.isEmpty else { return [] }
        var shares = [[TraceEntry.Cut]](repeating: [], count: gains.count)
        for cut in cuts {
            var rest = cut.points
            for index in gains.indices.reversed() where rest > 0 && gains[index].points > 0 {
                let taken = min(rest, gains[index].points)
                gains[index].points -= taken
                shares[index].append(cut.with(points: taken))
                rest -= taken
            }
        }
        return shares
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
    func checkSums() throws(EvaluationError) {
        for currency in occasion.program.currencies.indices {
            var sum: Int64 = 0
            for award in awards where award.currency == currency {
                let (next, overflow) = sum.addingReportingOverflow(award.points)
                guard !overflow else { throw .pointsOverflow(rule: award.rule) }
                sum = next
            }
        }
    }
}

// The trace.
extension EvaluationRun {
    private mutating func explainUnpaid(_ rule: Int) {
        guard explaining else { return }
        let outcome = TraceEntry.Outcome(standings[rule].outcome, conditions.failures)
        trace.append(TraceEntry(rule: rule, outcome: outcome))
    }

    private mutating func explain(_ gain: Gain, of rule: Int, _ cuts: [TraceEntry.Cut]) {
        let outcome: TraceEntry.Outcome =
            switch (gain.hasBase, cuts.last) {
            case (false, _): .baseUnpaid
            case _ where gain.points > 0: .paid
            case (true, nil): .nothingCounted
            case (true, .budget?): .budgetSpent
            case (true, _): .limitReached
            }
        var entry = TraceEntry(
            rule: rule, multiplied: gain.part.base, outcome: outcome, counted: gain.counted, points: gain.points)
        entry.cuts = cuts
        if gain.hasBase { entry.lines = lines(of: gain.part.selection) }
        trace.append(entry)
    }

    /// The lines of a selection that leaves some out; none where all of them count.
    private mutating func lines(of selection: Int) -> [TraceEntry.LineShare] {
        guard selection != EvaluationPlan.allLines else { return [] }
        var lines: [TraceEntry.LineShare] = []
        for line in occasion.counted.indices where (try? contains(selection, line: line)) == true {
            lines.append(TraceEntry.LineShare(line: line, counted: occasion.counted[line], points: nil))
        }
        return lines.count < occasion.counted.count ? lines : []
    }
}
