package import Rules
package import Time

extension MemberState {
    /// What a sale would earn the member under a rule set, with the trace. Nothing changes.
    ///
    /// - Parameter shared: what all members together used of budgets.
    package func quote(
        _ order: Facts.Order, at instant: Instant, under ruleSet: RuleSet, shared: [Usage]
    ) throws(EvaluationError) -> Evaluation {
        let facts = Facts(
            occurredAt: instant, order: order, member: facts(at: instant, in: ruleSet.program, traits))
        return try ruleSet.program.evaluate(facts, used: usages, shared: shared)
    }
}
