import Ledger
import Rules
import Time

extension MemberState {
    /// A member who just joined, with an id of their choice or the one that was drawn.
    init(new id: ExactText?, in context: DecisionContext) {
        guard let new = context.newMember else {
            preconditionFailure("the engine draws a number for every member that a command may make")
        }
        self.init(
            number: new.number, id: id ?? new.id, enrolledAt: context.now, version: 0, head: .zero,
            ledger: MemberLedger(),
            tier: context.ruleSet.program.tiers.map { TierStanding(lowestOf: $0, since: context.now) },
            counters: PurchaseCounters())
    }

    /// The member's next operation.
    mutating func append(
        _ kind: OperationKind, cause: Cause?, occurredAt: Instant, in context: DecisionContext,
        _ movements: Movements = Movements(), _ purchase: Purchase? = nil
    ) -> Operation {
        version += 1
        return Operation(
            id: OperationID(member: number, sequence: version), kind: kind, cause: cause, occurredAt: occurredAt,
            postedAt: context.now, ruleSetVersion: context.ruleSet.version, movements: movements, purchase: purchase)
    }

    /// Adds the points of each currency as one lot, which counts from the till's time.
    mutating func credit(
        _ evaluation: Evaluation, for purchase: Purchase, in context: DecisionContext, into movements: inout Movements
    ) throws(LedgerRefusal) {
        let program = context.ruleSet.program
        for (index, currency) in program.currencies.enumerated() {
            let points = Points(evaluation.points(into: index))
            guard points > .zero else { continue }
            try ledger.issue(
                points, of: CurrencyID(currency.id), origin: version + 1, ruleSetVersion: context.ruleSet.version,
                earnedAt: purchase.occurredAt,
                expiresAt: currency.expiry.expiry(from: purchase.occurredAt, in: program.zone), into: &movements)
        }
    }

    /// Counts a purchase toward the year it happened in; `false` where the total would not fit 64 bits.
    mutating func countTowardTier(
        _ purchase: Purchase, _ evaluation: Evaluation, in context: DecisionContext
    ) -> Bool {
        let program = context.ruleSet.program
        guard let policy = program.tiers else { return true }
        let amount: Int64
        switch policy.metric {
        case .spend: amount = evaluation.eligibleAmount
        case .earned(let currency): amount = evaluation.points(into: currency)
        }
        var standing = tier ?? TierStanding(lowestOf: policy, since: enrolledAt)
        let year = program.zone.date(at: purchase.occurredAt).year
        guard standing.count(amount, in: year, policy: policy, zone: program.zone, at: context.now) else {
            return false
        }
        tier = standing
        return true
    }
}

extension Facts {
    /// What the rules see of a purchase: the member's level is the one at the till's time.
    init(_ purchase: Purchase, by member: MemberState, in program: Program) {
        self.init(
            occurredAt: purchase.occurredAt,
            order: Order(
                id: purchase.receipt.number.text, store: purchase.receipt.store.text,
                terminal: purchase.receipt.terminal.text, channel: purchase.channel, lines: purchase.items),
            member: Member(member, at: purchase.occurredAt, in: program))
    }
}

extension Facts.Member {
    /// What the rules see of a member at an instant.
    init(_ member: MemberState, at instant: Instant, in program: Program) {
        func days(since earlier: Instant) -> Int64 {
            let days = program.zone.date(at: instant).daysSinceEpoch - program.zone.date(at: earlier).daysSinceEpoch
            return Int64(max(0, days))
        }
        self.init(
            id: member.id.text, tier: member.tier.flatMap { program.tiers?.level($0.level(at: instant)) },
            purchaseCount: member.counters.purchases, daysSinceLast: member.counters.lastPurchaseAt.map(days),
            enrolledDays: days(since: member.enrolledAt),
            balances: program.currencies.map { member.ledger.balance(of: CurrencyID($0.id)).available.count })
    }
}

extension PurchaseOutcome {
    init(operation: OperationID, _ evaluation: Evaluation, of program: Program) {
        self.init(
            operation: operation,
            awards: evaluation.awards.map {
                Award(
                    rule: program.rules[$0.rule].id, points: Points($0.points),
                    currency: CurrencyID(program.currencies[$0.currency].id))
            },
            earned: program.currencies.indices.compactMap { index in
                let points = Points(evaluation.points(into: index))
                guard points > .zero else { return nil }
                return CurrencyPoints(currency: CurrencyID(program.currencies[index].id), points: points)
            })
    }
}
