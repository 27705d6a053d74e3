package import Time

extension Program {
    /// Whether any expression looks at the member or the event.
    package var hasConditions: Bool { !plan.conditions.isEmpty }

    /// The budgets that all members share, by their keys.
    package var budgets: [UsageKey: Int64] {
        var budgets: [UsageKey: Int64] = [:]
        for campaign in campaigns {
            guard let budget = campaign.budget else { continue }
            budgets[UsageKey(kind: .budget, id: campaign.id)] = budget.points
        }
        return budgets
    }

    /// Whether any expression reads what is known of the person.
    package var readsTraits: Bool { plan.readsTraits }

    /// Whether a rule that answers to an event at an instant is paid from a budget.
    package func asks(for key: UsageKey, at instant: Instant, _ event: EventName) -> Bool {
        guard let campaign = campaigns.firstIndex(where: { $0.id == key.id }) else { return false }
        return campaigns[campaign].effective.contains(instant)
            && rules.contains { $0.campaign == campaign && $0.event == event }
    }

    /// Whether any rule answers to an event.
    package func answers(to event: EventName) -> Bool { plan.events[event] != nil }
}
