// What caps cut, one cap after another, each what the ones before it have left.

extension EvaluationRun {
    /// Cuts the awards of a cap's rules, from the last one backwards, to what is left of the cap.
    mutating func apply(_ index: Int) throws(EvaluationError) {
        let cap = occasion.program.caps[index]
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
            explainCut(of: awards[position].rule, by: index, points: cut)
        }
        awards.removeAll { $0.points == 0 }
    }

    private mutating func explainCut(of rule: Int, by cap: Int, points: Int64) {
        var rest = points
        for index in trace.indices.reversed() where trace[index].rule == rule && trace[index].points > 0 && rest > 0 {
            let cut = min(rest, trace[index].points)
            trace[index].points -= cut
            trace[index].cuts.append(.cap(cap, points: cut))
            if trace[index].points == 0 { trace[index].outcome = .capped(by: cap) }
            rest -= cut
        }
    }
}
