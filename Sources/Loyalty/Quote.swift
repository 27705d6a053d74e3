import Ledger
public import Rules
public import Time

extension MemberState {
    /// Whoever would join by a sale on a card that nobody has; `nil` where nobody would.
    public static func joining(at now: Instant, under ruleSet: RuleSet) -> MemberState? {
        guard ruleSet.enrollsUnknownCards else { return nil }
        return MemberState(
            number: MemberNumber(0), id: "", enrolledAt: now, version: 0, head: .zero, ledger: MemberLedger(),
            tier: ruleSet.program.tiers.map { TierStanding(lowestOf: $0, since: now) }, counters: PurchaseCounters())
    }

    /// Whether it is nobody who has joined.
    public var isYetToJoin: Bool { version == 0 }

    /// What a sale would earn, less what points would pay of it unless that earns.
    public func quote(
        _ purchase: Purchase, under ruleSet: RuleSet, shared: [Usage]
    ) throws(EvaluationError) -> Evaluation {
        try quote(
            Facts.Order(purchase, under: ruleSet.program), at: purchase.occurredAt, under: ruleSet, shared: shared)
    }

    /// What a sale would earn the member under a rule set, with the trace. Nothing changes.
    ///
    /// - Parameter shared: what all members together used of budgets.
    public func quote(
        _ order: Facts.Order, at instant: Instant, under ruleSet: RuleSet, shared: [Usage]
    ) throws(EvaluationError) -> Evaluation {
        let facts = Facts(
            occurredAt: instant, order: order, member: facts(at: instant, in: ruleSet.program, traits))
        return try ruleSet.program.evaluate(facts, used: usages, shared: shared)
    }

    /// What a sale would leave missing to the next level; `nil` where there is none.
    ///
    /// - Parameter evaluation: what the sale would earn under the rule set.
    public func missingToNextLevel(
        behind evaluation: Evaluation, at instant: Instant, under ruleSet: RuleSet
    ) -> MissingToLevel? {
        let program = ruleSet.program
        guard let policy = program.tiers, let outlook = tierOutlook(in: program, at: instant) else { return nil }
        let added =
            switch policy.metric {
            case .spend: evaluation.eligibleAmount
            case .visits: evaluation.hasEligibleLines ? Int64(1) : 0
            case .earned(let currency): evaluation.points(into: currency)
            }
        let (total, overflow) = outlook.total.addingReportingOverflow(added)
        guard !overflow else { return nil }
        let present = tier.flatMap { policy.level($0.level(at: instant)) } ?? 0
        let next = max(present, policy.level(reachedBy: total)) + 1
        guard next < policy.levels.count else { return nil }
        return MissingToLevel(level: policy.levels[next].id, missing: max(0, policy.levels[next].from - total))
    }
}

/// What is missing to a level, in whatever counts toward it.
public struct MissingToLevel: Hashable, Sendable {
    public let level: String
    public let missing: Int64
}
