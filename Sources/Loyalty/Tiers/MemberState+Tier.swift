import Ledger
import Rules
import Time

// What happens to a member as far as it counts toward levels.

extension MemberState {
    /// Counts what an event brought on the day on which it happened; `false` where the total would not fit 64 bits.
    mutating func countTowardTier(
        _ evaluation: Evaluation, at instant: Instant, in context: DecisionContext
    ) -> Bool {
        let program = context.ruleSet.program
        guard let policy = program.tiers else { return true }
        let amount: Int64 =
            switch policy.metric {
            case .spend: evaluation.eligibleAmount
            case .earned(let currency): evaluation.points(into: currency)
            case .visits: evaluation.hasEligibleLines ? 1 : 0
            }
        return count(amount, at: instant, reason: .reached, in: context)
    }

    private mutating func count(
        _ amount: Int64, at instant: Instant, reason: TierChange.Reason, in context: DecisionContext
    ) -> Bool {
        let program = context.ruleSet.program
        guard let terms = TierTerms(program, joined: enrolledAt) else { return true }
        let wasNone = tier == nil
        // It is changed where it is, and not a copy of it.
        var standing = tier.take() ?? TierStanding(lowestOf: terms.policy, since: enrolledAt)
        let isCounted = standing.count(
            amount, on: program.zone.date(at: instant), under: terms, at: context.now, operation: version + 1,
            reason: reason)
        guard isCounted else {
            tier = wasNone ? nil : standing
            return false
        }
        // One tally is forgotten by days alone, and never what the terms in force reach.
        let isInForce = context.book.inForce(at: context.now).version == context.ruleSet.version
        if standing.tallies.count > 1 || terms.measure.grain == .day && !isInForce
            || standing.hasDays(before: terms, at: context.now)
        {
            let deciding = context.book.stillDeciding(at: context.now).map(\.program)
            let earliest = deciding.map { $0.zone.date(at: $0.earliestAccepted(at: context.now)) }.min()
            standing.forget(
                deciding.compactMap { TierTerms($0, joined: enrolledAt) },
                before: earliest ?? program.zone.date(at: context.now))
        }
        tier = standing
        return true
    }

    /// Takes so much of what a purchase had counted for out of the day on which it was bought.
    ///
    /// - Parameter program: the purchase's own.
    mutating func uncountTier(_ amount: Int64, at instant: Instant, of program: Program, in context: DecisionContext) {
        guard let terms = TierTerms(program, joined: enrolledAt) else { return }
        let operation = version + 1
        tier?.uncount(
            amount, on: program.zone.date(at: instant), under: terms, at: context.now, operation: operation,
            fallsAtOnce: program.returns.tier == .immediately)
    }

    /// Lets a correction of status points move the level at once, up and down. Points that can be spent count when they
    /// are earned alone; `false` where the total would not fit 64 bits.
    mutating func correctTier(_ adjustment: Adjustment, in context: DecisionContext) -> Bool {
        let program = context.ruleSet.program
        guard let policy = program.tiers, case .earned(let currency) = policy.metric,
            program.currencies[currency].id == adjustment.currency.text, program.currencies[currency].kind == .status
        else { return true }
        if adjustment.points > 0 {
            return count(adjustment.points, at: context.now, reason: .correction, in: context)
        }
        if let terms = TierTerms(program, joined: enrolledAt) {
            let operation = version + 1
            tier?.correct(down: -adjustment.points, under: terms, at: context.now, operation: operation)
        }
        return true
    }
}
