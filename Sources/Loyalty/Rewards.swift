import Ledger
public import Rules
import Time

// What rules see of a member, and what their awards do to it.

extension MemberState {
    /// What the rules see of the member at an instant.
    func facts(at instant: Instant, in program: Program, _ traits: Traits) -> Facts.Member {
        // Whoever joined before there were tiers, or has a level that is gone, has the lowest one.
        let tier = program.tiers.map { policy in self.tier.flatMap { policy.level($0.level(at: instant)) } ?? 0 }
        guard program.hasConditions else { return Facts.Member(id: id.text, tier: tier) }
        let today = program.zone.day(at: instant)
        func days(since earlier: Instant) -> Int64 { Int64(max(0, today - program.zone.day(at: earlier))) }
        return Facts.Member(
            id: id.text, tier: tier, attributes: traits.attributes, tags: traits.tags,
            segments: traits.segments,
            purchaseCount: counters.purchases, daysSinceLast: counters.lastPurchaseAt.map(days),
            enrolledDays: days(since: enrolledAt),
            balances: program.currencies.indices.map {
                ledger.balance(of: CurrencyID(program.currencies[$0].id)).available.count
            })
    }

    /// What the rules see of the member while a command is decided.
    func facts(at instant: Instant, in context: DecisionContext) -> Facts.Member {
        facts(at: instant, in: context.ruleSet.program, context.traits ?? traits)
    }

    /// Appends the operation of a member who just joined, with what the program gives for that.
    mutating func welcome(cause: Cause?, in context: DecisionContext) throws(Refusal) -> (Operation, Rewarded) {
        guard context.ruleSet.program.answers(to: .enroll) else {
            return (append(.enroll, cause: cause, occurredAt: context.now, in: context), .nothing)
        }
        let facts = Facts(occurredAt: context.now, event: .enroll, member: facts(at: context.now, in: context))
        return try reward(.enroll, facts, cause: cause, in: context)
    }

    /// Appends the operation of an event with everything that it earns, and with what paid it where that is points.
    mutating func reward(
        _ kind: OperationKind, _ facts: Facts, cause: Cause?, in context: DecisionContext, _ purchase: Purchase? = nil,
        about: Int64? = nil, detail: Detail? = nil
    ) throws(Refusal) -> (Operation, Rewarded) {
        let program = context.ruleSet.program
        var movements = Movements()
        let payment = purchase?.payment
        let paysWithOwn =
            payment.flatMap { program.currency($0.currency.text) }
            .map { program.currencies[$0].samePurchase } ?? false
        if let payment, !paysWithOwn {
            try pay(payment, of: purchase?.amount ?? 0, in: context, into: &movements)
        }
        if let purchase, let value = purchase.value {
            let points = payment.map { program.redemption.pay?.money(for: $0.points.count) ?? 0 } ?? 0
            try pay(value: value, of: (purchase.amount ?? 0) - points, in: context, into: &movements)
        }
        guard
            let evaluation = try? program.evaluate(
                facts, used: usages, shared: context.shared, explaining: false, sharing: context.answers),
            hasRoom(for: evaluation, of: program),
            countTowardTier(evaluation, at: facts.occurredAt, in: context),
            (try? credit(evaluation, earnedAt: facts.occurredAt, in: context, into: &movements)) != nil
        else { throw .overflow }
        if let payment, paysWithOwn {
            try pay(payment, of: purchase?.amount ?? 0, in: context, into: &movements)
        }
        // What happens by itself shows no activity.
        for index in program.currencies.indices where kind != .celebrate {
            guard case .inactivity = program.currencies[index].expiry else { continue }
            ledger.keepAlive(
                CurrencyID(program.currencies[index].id), at: facts.occurredAt, in: context, into: &movements)
        }
        let vouchers = vouchers(for: evaluation, in: context)
        let seen = seen(at: facts, giving: vouchers, in: context)
        use(evaluation.usages, in: context)
        let operation = append(
            kind, cause: cause, occurredAt: facts.occurredAt, in: context, movements, purchase: purchase,
            event: kind.namesEvent ? facts.event : nil, about: about, detail: detail, usages: evaluation.usages,
            seen: seen)
        take(vouchers, at: context.now)
        return (operation, Rewarded(evaluation: evaluation, vouchers: vouchers))
    }

    /// What has to be kept of what rules see, so that they can be asked again.
    private func seen(at facts: Facts, giving vouchers: [Voucher], in context: DecisionContext) -> Seen {
        let codes = vouchers.map(\.code)
        guard !context.isForgotten else { return Seen(codes: codes) }
        let program = context.ruleSet.program
        return Seen(
            traits: program.readsTraits ? context.traits ?? traits : Traits(), attributes: facts.attributes,
            shared: context.shared.filter { program.asks(for: $0.key, at: facts.occurredAt, facts.event) },
            used: program.counting(usages, at: facts.occurredAt, facts.event),
            standing: program.readsMember ? SeenStanding(facts.member) : nil, codes: codes)
    }

    /// The vouchers that full stamp cards give.
    private func vouchers(for evaluation: Evaluation, in context: DecisionContext) -> [Voucher] {
        guard !evaluation.rewards.isEmpty else { return [] }
        let program = context.ruleSet.program
        var codes = context.codes[...]
        var vouchers: [Voucher] = []
        for award in evaluation.rewards {
            let reward = program.redemption.rewards[award.reward]
            guard let policy = reward.voucher else { continue }
            for _ in 0..<award.count {
                guard let code = codes.popFirst() else {
                    preconditionFailure("the engine draws as many codes as a program may give vouchers at once")
                }
                let (usableFrom, expiresAt) = policy.term(from: context.now, in: program.zone)
                vouchers.append(
                    Voucher(
                        code: code, reward: reward.id, operation: version + 1,
                        usableFrom: usableFrom, expiresAt: expiresAt))
            }
        }
        return vouchers
    }

    /// Whether the points of each currency fit.
    private func hasRoom(for evaluation: Evaluation, of program: Program) -> Bool {
        program.currencies.indices.allSatisfy {
            ledger.hasRoom(for: Points(evaluation.points(into: $0)), of: CurrencyID(program.currencies[$0].id))
        }
    }

    /// Adds the points of each currency as one lot, which counts from the time of the event.
    private mutating func credit(
        _ evaluation: Evaluation, earnedAt: Instant, in context: DecisionContext, into movements: inout Movements
    ) throws(LedgerRefusal) {
        let program = context.ruleSet.program
        for index in program.currencies.indices {
            let points = Points(evaluation.points(into: index))
            guard points > .zero else { continue }
            let (vesting, expiresAt) = program.currencies[index].term(from: earnedAt, in: program.zone)
            try ledger.receive(
                points, of: CurrencyID(program.currencies[index].id), origin: version + 1,
                ruleSetVersion: context.ruleSet.version,
                earnedAt: earnedAt, vesting: vesting, expiresAt: expiresAt, into: &movements)
        }
    }

    /// Writes down what the member used, and forgets what can no longer count for any purchase that is not too late.
    ///
    /// A rule set that comes later, or came before a late purchase, may count a limit in longer windows.
    mutating func use(_ changes: [Usage], in context: DecisionContext) {
        let count = usages.count
        for change in changes where !change.key.isShared { usages.add(change) }
        usages.removeAll { $0.amount == 0 }
        // What is older than the earliest window that may still count is looked at one by one; there rarely is any.
        let recent = context.now - context.book.inForce(at: context.now).program.lateLimit.leastMs
        guard usages.count > count,
            usages.contains(where: { $0.key.window != .distantPast && $0.key.window < recent })
        else { return }
        let deciding = context.book.stillDeciding(at: context.now).map(\.program)
        let earliest = deciding.map { $0.earliestAccepted(at: context.now) }.min() ?? context.now
        guard usages.contains(where: { $0.key.window != .distantPast && $0.key.window < earliest }) else { return }
        usages.removeAll { usage in deciding.allSatisfy { $0.isOver(usage.key, at: earliest) } }
    }
}

extension PointCurrency {
    /// From when points that were earned at an instant can be spent, and until when.
    fileprivate func term(from earnedAt: Instant, in zone: Zone) -> (Lot.Vesting, Instant?) {
        if case .onConfirmation(let cancelAfter) = vesting {
            return (.onConfirmation, zone.adding(cancelAfter, to: earnedAt))
        }
        let vestsAt = vesting.instant(from: earnedAt, in: zone)
        return (
            vestsAt.map(Lot.Vesting.at) ?? .vested, expiry(earnedAt: earnedAt, vestsAt: vestsAt ?? earnedAt, in: zone)
        )
    }
}

extension CalendarSpan {
    /// The milliseconds that it is at least.
    fileprivate var leastMs: Int64 {
        let days =
            switch unit {
            case .minute, .hour: 0
            case .day: count - 1
            case .week: count * 7 - 1
            case .month: count * 28 - 1
            case .year: count * 365 - 1
            }
        return Int64(max(0, days)) * 86_400_000
    }
}

extension Program {
    /// The earliest time of an event that is still accepted; about, and never later than it is.
    func earliestAccepted(at now: Instant) -> Instant {
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
}

extension SeenStanding {
    fileprivate init(_ member: Facts.Member) {
        self.init(
            tier: member.tier, purchaseCount: member.purchaseCount, daysSinceLast: member.daysSinceLast,
            enrolledDays: member.enrolledDays, balances: member.balances)
    }
}

/// What an event brought a member.
struct Rewarded {
    let evaluation: Evaluation
    let vouchers: [Voucher]

    static let nothing = Rewarded(evaluation: .nothing, vouchers: [])

    /// The vouchers' codes, which lead to the member from now on.
    var claims: [Identifier] { vouchers.map { Identifier(.voucher, $0.code) } }
}

extension Earned {
    /// What an event brought, in the words of its program.
    init(operation: OperationID, _ rewarded: Rewarded, of program: Program) {
        self.init(operation: operation, rewarded.evaluation, of: program, vouchers: rewarded.vouchers)
    }

    /// What an evaluation comes to, in the words of its program.
    public init(operation: OperationID, _ evaluation: Evaluation, of program: Program, vouchers: [Voucher] = []) {
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
            },
            rewards: evaluation.rewards.map {
                RewardGiven(
                    rule: program.rules[$0.rule].id, reward: program.redemption.rewards[$0.reward].id,
                    count: $0.count)
            },
            vouchers: vouchers)
    }
}

extension Facts.Order {
    /// What the rules see of a sale, or of some of its lines.
    init(_ purchase: Purchase, lines: [Facts.Line]? = nil) {
        self.init(
            id: purchase.receipt.number.text, store: purchase.receipt.store.text,
            terminal: purchase.receipt.terminal.text, channel: purchase.channel, tags: purchase.tags,
            coupons: purchase.coupons, lines: lines ?? purchase.items)
    }

    /// What the rules see of a whole sale: the share that points paid earns nothing, unless the program lets it, and a
    /// line of nothing for nothing is none: it came back before the sale was claimed.
    init(_ purchase: Purchase, under program: Program) {
        let isWhole = purchase.payment == nil && purchase.items.allSatisfy { $0.quantity > 0 || $0.amount > 0 }
        self = isWhole ? Self(purchase) : Sale(purchase).order(under: program) ?? Self(purchase)
    }
}
