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

    /// Whether any rule answers to an event.
    package func answers(to event: EventName) -> Bool { plan.events[event] != nil }
}
