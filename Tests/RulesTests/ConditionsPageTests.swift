import Foundation
import Rules
import Testing
import Time

/// The page docs/using/conditions.md: each of its conditions loads, and is true of one purchase and false of another.
@Suite("The page about conditions") struct ConditionsPageTests {
    /// A purchase in few words: `18:30 2026-05-16 app ginza | latte drink 2 1100 | …`.
    struct Sale: Sendable {
        var time = "2026-05-13T12:00"
        var channel = "pos"
        var store = "ginza"
        var tags: [String] = []
        var coupons: [String] = []
        var items = "latte drink 1 550"
        var member = Facts.Member(id: "m1", tier: 0, purchaseCount: 4, daysSinceLast: 30, enrolledDays: 100)

        var facts: Facts {
            get throws {
                let lines = try items.split(separator: ", ").map { text in
                    let words = text.split(separator: " ").map(String.init)
                    return Facts.Line(
                        sku: words[0], category: words[1], tags: Array(words.dropFirst(4)),
                        quantity: try #require(Int64(words[2])), amount: try #require(Int64(words[3])))
                }
                return Facts(
                    occurredAt: try Instant(rfc3339: time + ":00+09:00"),
                    order: Facts.Order(
                        id: "r1", store: store, channel: channel, tags: tags, coupons: coupons, lines: lines),
                    member: member)
            }
        }
    }

    private static func member(
        tier: Int = 0, birthday: String? = nil, store: String? = nil, tags: [String] = [], purchases: Int64 = 4,
        since: Int64? = 30, enrolled: Int64 = 100, balance: Int64 = 0
    ) -> Facts.Member {
        var attributes: [Attribute] = []
        if let birthday, let date = try? CivilDate(rfc3339: birthday) {
            attributes.append(Attribute("birthday", .date(date)))
        }
        if let store { attributes.append(Attribute("favourite_store", .text(store))) }
        return Facts.Member(
            id: "m1", tier: tier, attributes: attributes, tags: tags, purchaseCount: purchases, daysSinceLast: since,
            enrolledDays: enrolled, balances: [balance])
    }

    /// In the order of the page: a purchase of which the condition is true, and one of which it is not.
    private static let sales: [(Sale, Sale)] = [
        (Sale(time: "2026-05-16T10:00"), Sale(time: "2026-05-15T23:59")),
        (Sale(time: "2026-05-16T01:59"), Sale(time: "2026-05-16T02:00")),
        (Sale(time: "2026-05-15T13:59"), Sale(time: "2026-05-16T13:00")),
        (Sale(member: member(purchases: 0, since: nil)), Sale()),
        (Sale(member: member(birthday: "1990-05-03")), Sale()),
        (Sale(member: member(birthday: "1990-05-13")), Sale(member: member(birthday: "1990-05-14"))),
        (Sale(member: member(since: 90)), Sale(member: member(purchases: 0, since: nil))),
        (Sale(member: member(since: 7)), Sale(member: member(since: 8))),
        (
            Sale(items: "latte drink 2 1100, tea drink 1 400"),
            Sale(items: "latte drink 2 1100, cake food 1 400")
        ),
        (
            Sale(items: "beans-200 beans 1 1500, beans-100 beans 1 500"),
            Sale(items: "beans-200 beans 1 1999, latte drink 1 500")
        ),
        (Sale(items: "latte drink 1 550, cake food 1 400"), Sale(items: "latte drink 1 550")),
        (
            Sale(items: "mug goods 1 1200, filter goods 1 300, beans-200 beans 1 1500"),
            Sale(items: "mug goods 1 1200, filter goods 1 300")
        ),
        (Sale(), Sale(items: "latte drink 1 550, cake food 1 400")),
        (Sale(channel: "app"), Sale(channel: "web")),
        (Sale(store: "umeda"), Sale(store: "nagoya")),
        (Sale(store: "osaka-2"), Sale(store: "osaka")),
        (Sale(coupons: ["x", "May2026"]), Sale(coupons: ["MAY2025"])),
        (Sale(tags: ["delivery"]), Sale(tags: ["deliver"])),
        (Sale(member: member(tags: ["staff"])), Sale()),
        (Sale(items: "beans-200 beans 1 1500 new-crop"), Sale(items: "beans-200 beans 1 1500 old")),
        (
            Sale(items: "mug goods 1 5000"), Sale(items: "mug goods 1 4999, card gift_card 1 3000")
        ),
        (
            Sale(items: "mug goods 1 10000", member: member(tier: 2)),
            Sale(items: "mug goods 1 10000", member: member(tier: 0))
        ),
        (Sale(), Sale(items: "latte drink 1 550, card gift_card 1 3000")),
        (Sale(member: member(enrolled: 366)), Sale(member: member(enrolled: 365))),
        (Sale(time: "2026-05-31T23:59"), Sale(time: "2026-05-24T23:59")),
        (Sale(member: member(purchases: 5)), Sale(member: member(purchases: 6))),
        (Sale(time: "2026-05-14T10:00"), Sale(time: "2026-05-13T10:00")),
        (Sale(time: "2026-05-05T23:59"), Sale(time: "2026-05-06T00:00")),
        (Sale(time: "2026-05-14T10:00"), Sale(time: "2026-05-13T10:00")),
        (Sale(items: "mug goods 2 6002"), Sale(items: "mug goods 2 6000")),
        (
            Sale(items: "a x 1 1, b x 1 1, c x 1 1, d x 1 1, e x 1 1"),
            Sale(items: "a x 1 1, b x 1 1, c x 1 1, d x 5 1")
        ),
        (
            Sale(member: member(store: "ginza")), Sale(store: "umeda", member: member(store: "ginza"))
        ),
        (Sale(member: member(balance: 300)), Sale(member: member(balance: 299))),
        (Sale(items: "beans-200 beans 1 1500"), Sale(items: "beans-200 beans 1 1500, beans-100 beans 1 800")),
    ]

    private static func page() throws -> String {
        try String(contentsOf: repository.appending(path: "docs/using/conditions.md"), encoding: .utf8)
    }

    /// What stands between fences of a language.
    private static func blocks(_ language: String) throws -> [String] {
        try page().components(separatedBy: "```\(language)\n").dropFirst().map { part in
            String(try #require(part.components(separatedBy: "\n```").first))
        }
    }

    private static func program(_ rules: String) throws -> Program {
        let outcome = Loader.load(
            """
            schema: kizuna.program/v1
            id: coffee
            money: { currency: JPY, base: tax_included }
            timezone: Asia/Tokyo
            points: { beans: {}, status: { kind: status } }
            profile: { birthday: { type: date }, favourite_store: { type: string } }
            tiers:
              metric: { earned: status }
              levels: [{ id: regular, from: 0 }, { id: silver, from: 300 }, { id: gold, from: 1000 }]
            eligible: item.category != "gift_card"
            rules:
              - { id: status, event: purchase, earn: { points: 1, per: 1000000, into: status } }
            \(rules)
            tests: []
            """, file: "page.yaml", zones: zones)
        #expect(outcome.diagnostics.isEmpty, "\(outcome.diagnostics)")
        return try #require(outcome.program)
    }

    @Test("every condition of the page is true of one purchase and false of another")
    func conditions() throws {
        let conditions = try ConditionsPageTests.blocks("cel")
        #expect(conditions.count >= 30)
        #expect(conditions.count == ConditionsPageTests.sales.count)
        for (condition, sales) in zip(conditions, ConditionsPageTests.sales) {
            let text = condition.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n")
            let program = try ConditionsPageTests.program(
                "  - id: rule\n    event: purchase\n    when: >-\n\(text)\n    earn: { points: 1 }")
            for (sale, points) in [(sales.0, 1), (sales.1, 0)] as [(Sale, Int64)] {
                let evaluation = try program.evaluate(sale.facts)
                #expect(evaluation.failures.isEmpty, "\(condition)")
                #expect(evaluation.points(into: 0) == points, "\(condition)")
            }
        }
    }

    @Test("the amounts of the page give what they say")
    func amounts() throws {
        let lines = try #require(try ConditionsPageTests.blocks("yaml").last).split(separator: "\n").map(String.init)
        var rules: [String] = []
        for line in lines where !line.hasPrefix("#") {
            if !line.hasPrefix(" ") { rules.append("  - id: rule-\(rules.count)\n    event: purchase") }
            rules[rules.count - 1] += "\n    " + line
        }
        let program = try ConditionsPageTests.program(rules.joined(separator: "\n"))
        let used = [Usage(UsageKey(kind: .stamps, id: "lattes"), 8)]
        let evaluation = try program.evaluate(
            Sale(items: "latte drink 3 1500, beans-200 beans 5 8500").facts, used: used)
        #expect(evaluation.awards.map(\.points) == [20, 150, 300])
        #expect(evaluation.usages.map(\.amount) == [-7])
    }

    @Test("the table names every variable there is")
    func table() throws {
        let page = try ConditionsPageTests.page()
        for name in [
            "terminal", "eligible_amount", "coupons", "quantity", "purchase_count", "first_purchase", "days_since_last",
            "enrolled_days", "birth_month", "balance", "minute", "day_of_week", "week", "date", "currency",
        ] {
            #expect(page.contains("`order.\(name)`") || page.contains(".\(name)"), "\(name)")
        }
    }
}
