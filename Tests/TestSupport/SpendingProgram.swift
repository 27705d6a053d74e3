extension Programs {
    /// Everything that happens to points behind earning: paying, holds, rewards, vouchers, stamps, returns, debts.
    package static let spending = """
        schema: kizuna.program/v1
        id: spending
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        late_limit: 400 days
        points:
          beans: { expiry: { after: 12 months, end_of: month }, debt: { policy: allow, limit: 5000 } }
          slow: { vesting: { after: 7 days }, expiry: { after: 90 days }, debt: { policy: clamp } }
          sure: { vesting: { until_event: confirm, cancel_after: 30 days }, expiry: { after: 6 months }, debt: { policy: refuse } }
          status: { kind: status }
        tiers:
          metric: { earned: status }
          levels: [{ id: basic, from: 0 }, { id: silver, from: 50 }, { id: gold, from: 200 }]
        campaigns:
          - { id: rush, budget: { points: 500, when_short: partial } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: produce, event: purchase, multiply: { rules: [base], factor: "2", where: 'item.category == "produce"' } }
          - { id: big, event: purchase, when: order.amount >= 5000, earn: { points: 50 } }
          - { id: rush, campaign: rush, event: purchase, when: '"rush" in order.tags', earn: { points: 1, per: 10 } }
          - { id: carried, event: purchase, earn: { points: 1, per: 1000, into: status, carry: true } }
          - { id: slow, event: purchase, when: '"slow" in order.tags', earn: { points: 1, per: 100, into: slow } }
          - { id: sure, event: purchase, when: '"sure" in order.tags', earn: { points: 1, per: 100, into: sure } }
          - { id: status, event: purchase, earn: { points: 1, per: 100, into: status } }
          - id: card
            event: purchase
            stamp: { card: lattes, count: 'order.items.filter(i, i.category == "latte").map(i, i.quantity).sum()', size: 10, reward: free-latte }
          - { id: survey, event: survey, earn: { points: 300 } }
        caps:
          - { id: daily, per: member, window: calendar_day, points: 2000, rules: [base, produce] }
        redemption:
          pay: { points: beans, worth: 1, minimum: 10, step: 5, most: "0.5" }
          holds: { timeout: 15 minutes, longest: 24 hours }
          rewards:
            - { id: free-latte, title: { ja: ラテ一杯, en: Free latte }, voucher: { valid: 30 days } }
            - { id: mug, title: { en: Mug }, cost: 100, tiers: { gold: 80 }, stock: 3 }
            - { id: cake, title: { en: Cake }, cost: 60, limit: { count: 2, per: member, window: calendar_month },
                voucher: { valid: 30 days } }
        returns: { clawback: recompute, restore: by_line, tier: next_review }
        """
}
