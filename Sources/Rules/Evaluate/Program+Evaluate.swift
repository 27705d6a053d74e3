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

extension Program {
    /// The awards for an event.
    ///
    /// - Parameters:
    ///   - used: what the member used of limits, caps, carried money and stamps before.
    ///   - shared: what all members together used of budgets.
    ///   - explaining: whether the trace is wanted.
    ///   - answers: what expressions came to at the same event under other documents.
    public func evaluate(
        _ facts: Facts, used: [Usage] = [], shared: [Usage] = [], explaining: Bool = true,
        sharing answers: SharedAnswers? = nil
    ) throws(EvaluationError) -> Evaluation {
        let occasion = try Occasion(facts, under: self)
        let answers = occasion.isSale ? answers : nil
        var run = EvaluationRun(
            occasion, used: used, shared: shared, explaining: explaining, knowing: answers?.earlier(for: self))
        let evaluation = try run.evaluate()
        if let answers { run.conditions.leave(to: answers) }
        return evaluation
    }
}
