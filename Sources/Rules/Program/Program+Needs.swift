public import Time

extension Program {
    /// Whether any expression looks at the member or the event.
    public var hasConditions: Bool { !plan.conditions.isEmpty }

    /// How many vouchers one event, the joining before it included, or one redemption may give at most.
    public var mostVouchers: Int {
        guard redemption.rewards.contains(where: { $0.voucher != nil }) else { return 0 }
        let cards = rules.count { rule in
            if case .stamp(let card) = rule.action { card.reward != nil } else { false }
        }
        return max(1, cards) * Int(Evaluation.mostRewards)
    }

    /// The budgets and stocks that all members share, by their keys.
    public var budgets: [UsageKey: Int64] {
        var budgets: [UsageKey: Int64] = [:]
        for campaign in campaigns {
            guard let budget = campaign.budget else { continue }
            budgets[UsageKey(kind: .budget, id: campaign.id)] = budget.points
        }
        for reward in redemption.rewards {
            if let stock = reward.stock { budgets[UsageKey(kind: .stock, id: reward.id)] = stock }
        }
        return budgets
    }

    /// The point currency in which a campaign's budget is counted; `nil` where it has none or no rule draws on it.
    public func currency(ofBudget campaign: String) -> PointCurrency? {
        guard let index = campaigns.firstIndex(where: { $0.id == campaign && $0.budget != nil }),
            let rule = rules.first(where: { $0.campaign == index })
        else { return nil }
        // Rules that share a budget pay into one currency.
        guard case .multiply(let multiplier) = rule.action else { return rule.currency.map { currencies[$0] } }
        return multiplier.rules.first.flatMap { rules[$0].currency }.map { currencies[$0] }
    }

    /// Whether any expression reads anything of the member.
    public var readsMember: Bool { plan.readsMember }

    /// Whether any expression reads what is known of the person.
    public var readsTraits: Bool { plan.readsTraits }

    /// Whether a rule that answers to an event at an instant is paid from a budget.
    public func asks(for key: UsageKey, at instant: Instant, _ event: EventName) -> Bool {
        guard key.kind == .budget, let campaign = campaigns.firstIndex(where: { $0.id == key.id }) else { return false }
        return campaigns[campaign].effective.contains(instant)
            && rules.contains { $0.campaign == campaign && $0.event == event }
    }

    /// What counts at an event of all that a member used before: one sum for each limit, cap, card and carried money,
    /// under the window that the event is in. Evaluating with it comes to the same as with everything.
    public func counting(_ used: [Usage], at instant: Instant, _ event: EventName) -> [Usage] {
        guard !used.isEmpty, let event = plan.event(event) else { return [] }
        var counting: [Usage] = []
        for counted in event.counted {
            guard let sum = used.sum(of: counted.kind, counted.id, counted.window, at: instant, in: zone) else {
                continue
            }
            if sum.amount != 0 { counting.append(Usage(sum.key, sum.amount)) }
        }
        return counting
    }

    /// The window in which uses under a key are added up; `nil` where no rule knows the key.
    public func window(of key: UsageKey) -> UsageWindow? {
        switch key.kind {
        case .limitCount, .limitPoints: plan.meters.first { $0.rule == key.id }?.limit?.window
        case .cap: caps.first { $0.id == key.id }?.window
        case .rewards: redemption.rewards.first { $0.id == key.id }?.limit?.window
        case .given: transfers.limit?.window
        case .borrowed: pools?.limit?.window
        case .carry, .stamps, .budget, .stock: .lifetime
        }
    }

    /// Whether any rule answers to an event.
    public func answers(to event: EventName) -> Bool { plan.event(event) != nil }
}
