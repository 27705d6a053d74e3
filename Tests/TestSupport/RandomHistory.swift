package import Engine
import Ledger
package import Loyalty
import Rules
package import Time

// Histories that an engine recorded of random commands: members who join by themselves and by buying, sales on time
// and late, events, traits, points that lapse, levels that end, budgets that run out.

/// A history drawn from a seed.
package enum RandomHistory {
    /// Everything that rules can remember, in small numbers that are soon used up.
    package static let program = """
        schema: kizuna.program/v1
        id: random
        money: { currency: JPY, base: tax_excluded }
        timezone: Asia/Tokyo
        enroll: { unknown_card: enroll }
        late_limit: 30 days
        points:
          beans: { expiry: { after: 40 days } }
          extra: { expiry: { after: 2 months, end_of: month } }
          status: { kind: status }
        profile:
          cup: { type: string, values: [small, large] }
        tiers:
          metric: { earned: status }
          downgrade: one_level
          levels: [{ id: regular, from: 0 }, { id: silver, from: 100 }, { id: gold, from: 250 }]
        campaigns:
          - { id: rush, budget: { points: 700, when_short: partial } }
          - { id: start, budget: { points: 130, when_short: skip } }
        groups: [{ id: best, mode: best }]
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, carry: true } }
          - { id: status, event: purchase, earn: { points: 1, per: 50, into: status } }
          - { id: gold, event: purchase, when: member.tier == "gold", multiply: { rules: [base], factor: "1.5" }, group: best }
          - { id: tagged, event: purchase, group: best, multiply: { rules: [base], factor: "2", where: '"double" in item.tags' } }
          - { id: rush, campaign: rush, event: purchase, earn: { points: 30, into: extra } }
          - { id: daily, event: purchase, earn: { points: 5 }, limit: { count: 1, per: member, window: calendar_day } }
          - { id: cup, event: purchase, when: member.attrs.cup == "large", earn: { points: 7 } }
          - { id: back, event: purchase, when: member.days_since_last >= 5, earn: { points: 3, into: extra } }
          - { id: card, event: purchase, stamp: { card: lattes, size: 7, points: 40 } }
          - { id: welcome, campaign: start, event: enroll, earn: { points: 50 } }
          - { id: survey, event: survey, when: event.attrs.score >= 8, earn: { points: 20 } }
        caps:
          - { id: week, per: member, window: calendar_week, points: 60, rules: [base, gold, tagged] }
        """

    /// Has an engine record so many random commands over some months.
    ///
    /// - Returns: what the engine's clock shows at the end.
    package static func record(
        _ count: Int, seed: UInt64, on store: any Store, under ruleSet: RuleSet, from start: Instant
    ) throws -> Instant {
        var random = SeededGenerator(seed: seed)
        let harness = try EngineHarness(store: store, ruleSet: ruleSet, now: start)
        for number in 0..<count {
            harness.now = harness.now + Int64.random(in: 0...20_000_000, using: &random)
            let card = Identifier.card("c\(Int.random(in: 0..<9, using: &random))")
            _ = harness.carryOut("\(seed)/\(number)", command(number, card, at: harness.now, &random, seed))
        }
        harness.engine.drain()
        return harness.now
    }

    private static func command(
        _ number: Int, _ card: Identifier, at now: Instant, _ random: inout SeededGenerator, _ seed: UInt64
    ) -> Command {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return .enroll(Enrollment(id: ExactText("m\(seed)/\(number)"), name: nil, identifiers: [card]))
        case 1: return .link(Linking(member: card, identifier: .card("d\(seed)/\(number)")))
        case 2:
            let cup = ["small", "large"].randomElement(using: &random).map(AttributeValue.text)
            return .traits(member: card, TraitsChange(attributes: [TraitsChange.NewValue("cup", cup)]))
        case 3:
            let score = Attribute("score", .integer(Int64.random(in: 5...10, using: &random)))
            return .event(
                member: card, Happening(name: EventName("survey"), occurredAt: now, attributes: [score]))
        default:
            let late = Int.random(in: 0..<4, using: &random) == 0
            let amount = Int64.random(in: 1...4000, using: &random)
            return .purchase(
                member: card,
                Purchase(
                    receipt: ReceiptNumber(store: "s", terminal: "t", number: ExactText("\(seed)/\(number)")),
                    channel: "pos",
                    occurredAt: late ? now - Int64.random(in: 0...2_400_000_000, using: &random) : now,
                    currency: "JPY",
                    items: [
                        Purchase.Item(
                            category: "drink", tags: Bool.random(using: &random) ? ["double"] : [], amount: amount,
                            tax: amount / 11),
                        Purchase.Item(category: "food", amount: amount / 3),
                    ]))
        }
    }
}
