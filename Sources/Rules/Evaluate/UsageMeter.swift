// What is left of limits, caps and budgets: what was used before the event, as the caller knows it, less what rules of
// the same event use up one after another.

import Time

/// Counts uses during one event.
struct UsageMeter: ~Copyable {
    private let occasion: Occasion
    /// The member's own, and those of campaigns, before the event.
    private let used: [Usage]
    private let shared: [Usage]
    /// By campaign: what rules of this event have taken.
    private var taken: [Int64]
    /// What was asked of budgets, each once.
    private(set) var draws: [BudgetDraw] = []

    init(_ occasion: Occasion, used: [Usage], shared: [Usage]) {
        self.occasion = occasion
        self.used = used
        self.shared = shared
        taken = [Int64](repeating: 0, count: occasion.program.campaigns.count)
    }

    private var instant: Instant { occasion.facts.occurredAt }

    /// How much of one thing was used before, in windows that still count.
    func used(_ kind: UsageKey.Kind, _ id: String, _ window: UsageWindow = .lifetime) -> Int64 {
        used.sum(of: kind, id, window, at: instant, in: occasion.program.zone)?.amount ?? 0
    }

    /// The key under which a use at this event is written down.
    func key(_ kind: UsageKey.Kind, _ id: String, _ window: UsageWindow = .lifetime) -> UsageKey {
        UsageKey(kind: kind, id: id, window: window.start(containing: instant, in: occasion.program.zone))
    }

    /// What a rule may still pay by its limit; `nil` where that is anything.
    func left(byLimitOf rule: Int) -> Int64? {
        let meters = occasion.program.plan.meters[rule]
        guard let limit = meters.limit else { return nil }
        let id = meters.rule
        switch limit.measure {
        case .count(let most): return used(.limitCount, id, limit.window) < most ? nil : 0
        case .points(let most): return max(0, most - used(.limitPoints, id, limit.window))
        }
    }

    /// What is left of a campaign's budget; `nil` where it has none.
    func left(ofBudget campaign: Int) -> Int64? {
        guard let budget = occasion.program.campaigns[campaign].budget else { return nil }
        let id = occasion.program.campaigns[campaign].id
        let before = shared.first { $0.key.kind == .budget && $0.key.id == id }?.amount ?? 0
        return max(0, budget.points - before - taken[campaign])
    }

    /// Takes points out of a campaign's budget.
    ///
    /// - Parameter isShort: whether less was left than the rule would have paid.
    mutating func take(_ points: Int64, fromBudget campaign: Int, isShort: Bool) {
        taken[campaign] += points
        guard let budget = occasion.program.campaigns[campaign].budget else { return }
        let key = key(.budget, occasion.program.campaigns[campaign].id)
        if let index = draws.firstIndex(where: { $0.key == key }) {
            draws[index].points += points
            draws[index].isShort = draws[index].isShort || isShort
        } else {
            draws.append(BudgetDraw(key: key, limit: budget.points, points: points, isShort: isShort))
        }
    }
}
