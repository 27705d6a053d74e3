package import Time

extension Program {
    /// Whether any expression looks at the member or the event.
    package var hasConditions: Bool { !plan.conditions.isEmpty }

    /// How many vouchers one event, the joining before it included, or one redemption may give at most.
    package var mostVouchers: Int {
        guard redemption.rewards.contains(where: { $0.voucher != nil }) else { return 0 }
        let cards = rules.count { rule in
            if case .stamp(let card) = rule.action { card.reward != nil } else { false }
        }
        return max(1, cards) * Int(Evaluation.mostRewards)
    }

    /// The budgets and stocks that all members share, by their keys.
    package var budgets: [UsageKey: Int64] {
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

    /// Whether any expression reads anything of the member.
    package var readsMember: Bool { plan.readsMember }

    /// Whether any expression reads what is known of the person.
    package var readsTraits: Bool { plan.readsTraits }

    /// Whether a rule that answers to an event at an instant is paid from a budget.
    package func asks(for key: UsageKey, at instant: Instant, _ event: EventName) -> Bool {
        guard key.kind == .budget, let campaign = campaigns.firstIndex(where: { $0.id == key.id }) else { return false }
        return campaigns[campaign].effective.contains(instant)
            && rules.contains { $0.campaign == campaign && $0.event == event }
    }

    /// What counts at an event of all that a member used before: one sum for each limit, cap, card and carried money,
    /// under the window that the event is in. Evaluating with it comes to the same as with everything.
    package func counting(_ used: [Usage], at instant: Instant, _ event: EventName) -> [Usage] {
        guard !used.isEmpty else { return [] }
        var counting: [Usage] = []
        func add(_ kind: UsageKey.Kind, _ id: String, _ window: UsageWindow = .lifetime) {
            let start = window.start(containing: instant, in: zone)
            let horizon = window.horizon(at: instant, in: zone)
            let amount = used.reduce(into: Int64(0)) { sum, usage in
                guard usage.key.kind == kind, usage.key.id == id else { return }
                if horizon <= usage.key.window, usage.key.window <= start { sum += usage.amount }
            }
            let key = UsageKey(kind: kind, id: id, window: start)
            if amount != 0, !counting.contains(where: { $0.key == key }) { counting.append(Usage(key, amount)) }
        }
        for index in plan.events[event]?.rules ?? [] {
            let rule = rules[index]
            if let limit = rule.limit {
                if case .count = limit.measure { add(.limitCount, rule.id, limit.window) }
                if case .points = limit.measure { add(.limitPoints, rule.id, limit.window) }
            }
            switch rule.action {
            case .earn(let earning) where earning.carries: add(.carry, rule.id)
            case .stamp(let card): add(.stamps, card.card)
            case .earn, .award, .eachItem, .multiply: break
            }
        }
        for cap in caps where cap.rules.contains(where: { rules[$0].event == event }) {
            add(.cap, cap.id, cap.window)
        }
        return counting
    }

    /// Whether any rule answers to an event.
    package func answers(to event: EventName) -> Bool { plan.events[event] != nil }
}
