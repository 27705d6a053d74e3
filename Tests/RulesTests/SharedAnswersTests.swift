import Rules
import Testing
import Time

/// A second document takes what the first one found out at the same sale, and never what is not its own to take.
@Suite("Answers that two documents share") struct SharedAnswersTests {
    /// A shop whose rules ask about lines, the order, the clock and the member, in words that documents may have in
    /// common.
    private static func document(
        points: Int = 1, base: String = "tax_excluded", zone: String = "Asia/Tokyo",
        eligible: String = #"!("gift" in item.tags)"#, more: String = ""
    ) -> String {
        """
        schema: kizuna.program/v1
        id: shop
        money: { currency: JPY, base: \(base) }
        timezone: \(zone)
        points: { p: {}, s: { kind: status } }
        tiers: { metric: { earned: s }, levels: [{ id: regular, from: 0 }, { id: gold, from: 10 }] }
        eligible: '\(eligible)'
        rules:
          - { id: base, event: purchase, earn: { points: \(points), per: 100 } }
          - { id: status, event: purchase, earn: { points: 1, per: 1000, into: s } }
          - { id: dear, event: purchase, multiply: { rules: [base], factor: "2", where: item.amount >= 1000 } }
          - { id: fresh, event: purchase, earn: { points: 7, per: 500, where: '"fresh" in item.tags' } }
          - { id: gold, event: purchase, when: member.tier == "gold", earn: { points: 100 } }
          - { id: large, event: purchase, when: order.eligible_amount >= 1000, earn: { points: 10 } }
          - { id: wide, event: purchase, when: order.items.size() > 1, earn: { points: 20 } }
          - { id: night, event: purchase, when: local.hour >= 22, earn: { points: 5 } }
          - { id: counted, event: purchase, each_item: { points: item.amount / 100 } }
          - { id: earning, event: purchase, earn: { points: 'order.items.filter(i, i.eligible).size() * 3' } }
          - { id: failing, event: purchase, earn: { points: 1, per: 100, where: 1000 / (item.amount - 250) > 0 } }
        \(more)
        tests: []
        """
    }

    private static let documents = [
        document(), document(points: 3), document(base: "tax_included"), document(zone: "America/New_York"),
        document(eligible: #"!("fresh" in item.tags)"#),
        document(more: #"  - { id: more, event: purchase, earn: { points: 1, where: '"a" in item.tags' } }"#),
    ]

    private static let baskets = ["1100/100 fresh, 1050/60 gift+a, 400", "250 a", "-300, 2000 fresh", "99 gift"]

    @Test("a document tried behind another one pays as it does alone")
    func sharing() throws {
        let programs = try Self.documents.map { try program($0) }
        let answers = SharedAnswers()
        for first in programs {
            for second in programs {
                for basket in Self.baskets {
                    for (time, tier) in [("2026-05-16T12:00:00+09:00", 0), ("2026-05-16T23:00:00+09:00", 1)] {
                        let sold = try purchase(basket, at: time)
                        let order = try #require(sold.order)
                        // In the second course the member has become another one.
                        let member = Facts.Member(tier: 1 - tier)
                        let then = Facts(occurredAt: sold.occurredAt, order: order, member: member)
                        let now = Facts(
                            occurredAt: sold.occurredAt, order: order, member: Facts.Member(tier: tier))
                        answers.begin()
                        #expect(try first.evaluate(now, sharing: answers) == first.evaluate(now), "\(basket)")
                        #expect(try second.evaluate(then, sharing: answers) == second.evaluate(then), "\(basket)")
                    }
                }
            }
        }
    }

    @Test("what is taken is what was found out since the sale began")
    func beginning() throws {
        let (first, second) = (try program(Self.document()), try program(Self.document(points: 3)))
        let (fresh, other) = (try purchase("500 fresh"), try purchase("500 a"))
        let answers = SharedAnswers()
        answers.begin()
        _ = try first.evaluate(fresh, sharing: answers)
        // Nobody said that this is another sale, so its lines count as fresh.
        #expect(try second.evaluate(other, sharing: answers).awards == second.evaluate(fresh).awards)
        answers.begin()
        #expect(try second.evaluate(other, sharing: answers).awards == second.evaluate(other).awards)
    }

    @Test("events that are no sales share nothing")
    func otherEvents() throws {
        let document = """
            schema: kizuna.program/v1
            id: shop
            money: { currency: JPY, base: tax_excluded }
            timezone: Asia/Tokyo
            points: { p: {} }
            rules:
              - { id: night, event: survey, when: local.hour >= 22, earn: { points: 5 } }
            tests: []
            """
        let program = try program(document)
        let answers = SharedAnswers()
        answers.begin()
        for (time, points) in [("2026-05-16T23:00:00+09:00", 5), ("2026-05-16T12:00:00+09:00", 0)] {
            let facts = Facts(occurredAt: try Instant(rfc3339: time), event: EventName("survey"))
            #expect(try program.evaluate(facts, sharing: answers).points(into: 0) == points)
        }
    }
}
