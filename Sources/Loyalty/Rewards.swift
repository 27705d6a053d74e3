import Ledger
package import Rules
import Time

// What rules see of a member, and what their awards do to it.

extension MemberState {
    /// What the rules see of the member at an instant.
    func facts(at instant: Instant, in program: Program, _ traits: Traits) -> Facts.Member {
        let tier = tier.flatMap { program.tiers?.level($0.level(at: instant)) }
        guard program.hasConditions else { return Facts.Member(id: id.text, tier: tier) }
        func days(since earlier: Instant) -> Int64 {
            Int64(max(0, program.zone.date(at: instant).daysSinceEpoch - program.zone.date(at: earlier).daysSinceEpoch))
        }
        return Facts.Member(
            id: id.text, tier: tier, attributes: traits.attributes, tags: traits.tags,
            segments: traits.segments,
            purchaseCount: counters.purchases, daysSinceLast: counters.lastPurchaseAt.map(days),
            enrolledDays: days(since: enrolledAt),
            balances: program.currencies.map { ledger.balance(of: CurrencyID($0.id)).available.count })
    }

    /// What the rules see of the member while a command is decided.
    func facts(at instant: Instant, in context: DecisionContext) -> Facts.Member {
        facts(at: instant, in: context.ruleSet.program, context.traits ?? traits)
    }

    /// Appends the operation of a member who just joined, with what the program gives for that.
    mutating func welcome(cause: Cause?, in context: DecisionContext) -> (Operation, Evaluation)? {
        guard context.ruleSet.program.answers(to: .enroll) else {
            return (append(.enroll, cause: cause, occurredAt: context.now, in: context), .nothing)
        }
        let facts = Facts(occurredAt: context.now, event: .enroll, member: facts(at: context.now, in: context))
        return reward(.enroll, facts, cause: cause, in: context)
    }

    /// Appends the operation of an event with everything that it earns; `nil` where a sum does not fit 64 bits.
    mutating func reward(
        _ kind: OperationKind, _ facts: Facts, cause: Cause?, in context: DecisionContext, _ purchase: Purchase? = nil
    ) -> (Operation, Evaluation)? {
        let program = context.ruleSet.program
        var movements = Movements()
        guard
            let evaluation = try? program.evaluate(
                facts, used: usages, shared: context.shared, explaining: false),
            (try? credit(evaluation, earnedAt: facts.occurredAt, in: context, into: &movements)) != nil,
            countTowardTier(evaluation, at: facts.occurredAt, in: context)
        else { return nil }
        var seen = Seen(
            attributes: facts.attributes, used: program.counting(usages, at: facts.occurredAt, facts.event),
            standing: program.readsMember ? SeenStanding(facts.member) : nil)
        use(evaluation.usages, at: context.now, under: program)
        if program.readsTraits { seen.traits = context.traits ?? traits }
        seen.shared = context.shared.filter { program.asks(for: $0.key, at: facts.occurredAt, facts.event) }
        let operation = append(
            kind, cause: cause, occurredAt: facts.occurredAt, in: context, movements, purchase: purchase,
            event: kind == .event ? facts.event : nil, usages: evaluation.usages, seen: seen)
        return (operation, evaluation)
    }

    /// Adds the points of each currency as one lot, which counts from the time of the event.
    private mutating func credit(
        _ evaluation: Evaluation, earnedAt: Instant, in context: DecisionContext, into movements: inout Movements
    ) throws(LedgerRefusal) {
        let program = context.ruleSet.program
        for (index, currency) in program.currencies.enumerated() {
            let points = Points(evaluation.points(into: index))
            guard points > .zero else { continue }
            try ledger.issue(
                points, of: CurrencyID(currency.id), origin: version + 1, ruleSetVersion: context.ruleSet.version,
                earnedAt: earnedAt, expiresAt: currency.expiry.expiry(from: earnedAt, in: program.zone),
                into: &movements)
        }
    }

    /// Counts toward the year in which something happened; `false` where the total would not fit 64 bits.
    private mutating func countTowardTier(_ evaluation: Evaluation, at instant: Instant, in context: DecisionContext)
        -> Bool
    {
        let program = context.ruleSet.program
        guard let policy = program.tiers else { return true }
        let amount: Int64
        switch policy.metric {
        case .spend: amount = evaluation.eligibleAmount
        case .earned(let currency): amount = evaluation.points(into: currency)
        }
        var standing = tier ?? TierStanding(lowestOf: policy, since: enrolledAt)
        let year = program.zone.date(at: instant).year
        guard standing.count(amount, in: year, policy: policy, zone: program.zone, at: context.now) else {
            return false
        }
        tier = standing
        return true
    }

    /// Writes down what the member used, and forgets what can no longer count for any purchase that is not too late.
    private mutating func use(_ changes: [Usage], at now: Instant, under program: Program) {
        let count = usages.count
        for change in changes where !change.key.isShared { usages.add(change) }
        usages.removeAll { $0.amount == 0 }
        guard usages.count > count else { return }
        let earliest = program.earliestAccepted(at: now)
        usages.removeAll { program.isOver($0.key, at: earliest) }
    }
}

extension Program {
    /// The earliest time of an event that is still accepted; about, and never later than it is.
    fileprivate func earliestAccepted(at now: Instant) -> Instant {
        let day = zone.date(at: now)
        let back =
            switch lateLimit.unit {
            case .minute, .hour: day.adding(days: -1 - lateLimit.count / (lateLimit.unit == .hour ? 24 : 1440))
            case .day: day.adding(days: -lateLimit.count)
            case .week: day.adding(days: -7 * lateLimit.count)
            case .month: day.adding(months: -lateLimit.count).adding(days: -3)
            case .year: day.adding(months: -12 * lateLimit.count).adding(days: -1)
            }
        return zone.startOfDay(back.adding(days: -1))
    }

    /// Whether the window of a key is over at an instant and at every later one. What counts for life is never over,
    /// whatever the present rules make of it; what no rule knows is over when the longest window would be.
    fileprivate func isOver(_ key: UsageKey, at instant: Instant) -> Bool {
        guard key.window != .distantPast else { return false }
        let window = window(of: key) ?? .rolling(UsageWindow.longestRolling)
        return key.window < window.horizon(at: instant, in: zone)
    }

    private func window(of key: UsageKey) -> UsageWindow? {
        switch key.kind {
        case .limitCount, .limitPoints: rules.first { $0.id == key.id }?.limit?.window
        case .cap: caps.first { $0.id == key.id }?.window
        case .carry, .stamps, .budget: .lifetime
        }
    }
}

extension SeenStanding {
    fileprivate init(_ member: Facts.Member) {
        self.init(
            tier: member.tier, purchaseCount: member.purchaseCount, daysSinceLast: member.daysSinceLast,
            enrolledDays: member.enrolledDays, balances: member.balances)
    }
}

extension Earned {
    /// What an evaluation earns, in the words of its program.
    package init(operation: OperationID, _ evaluation: Evaluation, of program: Program) {
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

extension Facts.Order {
    /// What the rules see of a sale.
    init(_ purchase: Purchase) {
        self.init(
            id: purchase.receipt.number.text, store: purchase.receipt.store.text,
            terminal: purchase.receipt.terminal.text, channel: purchase.channel, tags: purchase.tags,
            coupons: purchase.coupons, lines: purchase.items)
    }
}
