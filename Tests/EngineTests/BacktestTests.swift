import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// Small histories whose tables can be worked out by hand.
@Suite struct BacktestTests {
    private let store = MemoryStore()

    private static let document = """
        schema: kizuna.program/v1
        id: shop
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        enroll: { unknown_card: enroll }
        points: { p: { expiry: { after: 10 days } }, s: { kind: status } }
        tiers: { metric: { earned: s }, levels: [{ id: low, from: 0 }, { id: high, from: 20 }] }
        campaigns: [{ id: rush, budget: { points: 50 } }]
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: status, event: purchase, earn: { points: 1, per: 100, into: s } }
          - { id: rush, campaign: rush, event: purchase, earn: { points: 20 } }
          - { id: welcome, event: enroll, earn: { points: 5 } }
        """

    /// Sales of the first days of May 2026: day, card and amount. Each is recorded when it happens.
    private func record(
        _ sales: [(day: Int, card: String, amount: Int64)], under versions: [RuleSet] = [Programs.ruleSet(document)]
    ) throws {
        let version = versions.count
        let harness = try EngineHarness(store: store, rules: RuleDirectory(RuleBook(versions)))
        for (number, sale) in sales.enumerated() {
            let time = "2026-05-\(sale.day < 10 ? "0" : "")\(sale.day)T10:00:00+09:00"
            harness.now = Instant(time)
            let receipt = "\(version)/\(number)"
            let reply = harness.carryOut(
                receipt, .purchase(member: .card(sale.card), .sale(sale.amount, at: time, receipt: receipt)))
            #expect(reply.result != nil, "\(reply)")
        }
        harness.engine.drain()
    }

    private func backtest(
        _ draft: String, from: String = "2026-05-01T00:00:00+09:00", to: String = "2026-06-01T00:00:00+09:00",
        end: String = "2026-06-01T00:00:00+09:00", rows: CalendarPeriod? = nil, members: Int = 10,
        versions: [RuleSet] = [Programs.ruleSet(document)]
    ) throws -> BacktestReport {
        let question = BacktestQuestion(
            draft: Programs.load(draft), from: Instant(from), until: Instant(to), rows: rows,
            mostMembers: members)
        let backtest = try Backtest(question, book: RuleBook(versions))
        return try store.read { try backtest.run(in: $0, at: Instant(end)) }
    }

    @Test("what was sold before the period and before the first rule set is the first one's, and not the draft's")
    func beforeTheFirstRuleSet() throws {
        let versions = [Programs.ruleSet(Self.document, from: "2026-05-15T00:00:00+09:00")]
        try record([(1, "a", 1000), (9, "a", 1000)], under: versions)
        let draft = Self.document.replacing("points: 1, per: 100, into: s", with: "points: 2, per: 100, into: s")
        for (from, outstanding) in [("2026-05-05", 30), ("2026-05-01", 40), ("2026-05-20", 20)] as [(String, Int64)] {
            let report = try backtest(draft, from: "\(from)T00:00:00+09:00", versions: versions)
            let status = try #require(report.currencies.first { $0.currency == CurrencyID("s") })
            #expect(status.outstanding.current == 20 && status.outstanding.draft == Int128(outstanding), "\(from)")
        }
    }

    private static let sales: [(day: Int, card: String, amount: Int64)] = [
        (1, "a", 1000), (2, "b", 500), (9, "a", 1000), (20, "b", 2500),
    ]

    @Test("rules, currencies and sales are summed in both courses")
    func sums() throws {
        try record(Self.sales)
        let report = try backtest(Self.document.replacing("points: 1, per: 100 }", with: "points: 3, per: 200 }"))
        #expect(report.sales.purchases == 4 && report.sales.money == 5000)
        // 10 + 5 + 10 + 25, against 15 + 6 + 15 + 36.
        let rules = report.rules.map { "\($0.rule) \($0.currency.text) \($0.points.current) \($0.points.draft)" }
        #expect(rules == ["base p 50 72", "status s 50 50", "rush p 50 50", "welcome p 10 10"])
        #expect(report.rules.map(\.times.current) == [4, 4, 3, 2])
        let points = report.currencies[0]
        #expect(points.earned == BacktestPair(current: 110, draft: 132))
        // All but the sale of the 20th is lapsed on 1 June, and that one, too.
        #expect(points.expired == BacktestPair(current: 110, draft: 132))
        #expect(points.outstanding == BacktestPair(current: 0, draft: 0))
        #expect(report.currencies[1].outstanding == BacktestPair(current: 50, draft: 50))
        #expect(report.comparison?.differing == 0)
        #expect(report.comparison?.compared == report.operations && report.operations > 6)
    }

    @Test("what is outstanding is what is left at the end")
    func outstanding() throws {
        try record(Self.sales)
        let draft = Self.document.replacing("after: 10 days", with: "after: 30 days")
        let report = try backtest(draft, to: "2026-05-21T00:00:00+09:00", end: "2026-05-21T00:00:00+09:00")
        // The sale of the 20th: 25 and nothing of the budget, which is used up; under the draft nothing has lapsed.
        #expect(report.currencies[0].outstanding == BacktestPair(current: 25, draft: 110))
        #expect(report.currencies[0].expired == BacktestPair(current: 85, draft: 0))
    }

    @Test(
        "what points are worth as payment is the liability, by the document that each course has in force at the end",
        arguments: [
            ("0.5", "1.5", "2026-06-01", 12, 165), ("0.5", "1.5", "2026-05-21", 12, 55),
            (nil, "1", "2026-06-01", nil, 110), ("1", nil, "2026-06-01", 25, nil), (nil, nil, "2026-06-01", nil, nil),
        ] as [(String?, String?, String, Int64?, Int64?)])
    func liability(worth: String?, drafted: String?, to: String, current: Int64?, draft: Int64?) throws {
        func document(_ worth: String?) -> String {
            guard let worth else { return Self.document }
            return Self.document.replacing("rules:", with: "redemption: { pay: { worth: \"\(worth)\" } }\nrules:")
        }
        let versions = [Programs.ruleSet(document(worth))]
        try record(Self.sales, under: versions)
        let report = try backtest(
            document(drafted).replacing("after: 10 days", with: "after: 30 days"), to: "\(to)T00:00:00+09:00",
            end: "2026-05-21T00:00:00+09:00", versions: versions)
        #expect(report.currencies[0].outstanding == BacktestPair(current: 25, draft: 110))
        #expect(report.currencies[0].liability == BacktestPair(current: current, draft: draft))
        #expect(report.currencies[0].liability.change == (current == nil ? nil : draft.map { $0 - (current ?? 0) }))
        #expect(report.currencies[1].liability == BacktestPair(current: nil, draft: nil))
    }

    @Test("a budget is what it is in each course")
    func budgets() throws {
        try record(Self.sales)
        let report = try backtest(Self.document.replacing("budget: { points: 50 }", with: "budget: { points: 70 }"))
        #expect(report.campaigns.map(\.campaign) == ["rush"])
        #expect(report.campaigns[0].used == BacktestPair(current: 50, draft: 70))
        #expect(report.campaigns[0].budget == BacktestPair(current: 50, draft: 70))
    }

    @Test("rewards that cards give and points pay for are counted, and what that takes of the stock")
    func rewards() throws {
        let document = Self.document.replacing(
            "rules:",
            with: """
                redemption:
                  rewards:
                    - { id: cup, cost: 10, stock: 5 }
                    - { id: latte, cost: 90, voucher: { valid: 30 days } }
                    - { id: never, cost: 1 }
                rules:
                  - { id: card, event: purchase, stamp: { card: c, count: 1, size: 2, reward: latte } }
                """)
        try record(Self.sales, under: [Programs.ruleSet(document)])
        let harness = try EngineHarness(
            store: store, rules: RuleDirectory(RuleBook([Programs.ruleSet(document)])),
            now: Instant("2026-05-20T11:00:00+09:00"))
        let cups = Command.redeem(member: .card("b"), .reward("cup", quantity: 2))
        #expect(harness.carryOut("r", cups).result != nil)
        harness.engine.drain()
        let draft = document.replacing("size: 2", with: "size: 3").replacing("stock: 5", with: "stock: 1")
        let report = try backtest(draft, versions: [Programs.ruleSet(document)])
        let rewards = report.rewards.map {
            "\($0.reward) \($0.given.current) \($0.given.draft) \($0.redeemed.current) \($0.redeemed.draft) "
                + "\($0.used.current) \($0.used.draft) \($0.stock.current ?? -1) \($0.stock.draft ?? -1)"
        }
        #expect(rewards == ["cup 0 0 2 0 2 0 5 1", "latte 2 0 0 0 0 0 -1 -1"])
        #expect(report.comparison?.differing == 0)
    }

    @Test("moves between levels are counted, and who has them at the end")
    func levels() throws {
        try record(Self.sales)
        let report = try backtest(Self.document.replacing("{ id: high, from: 20 }", with: "{ id: high, from: 30 }"))
        // a reaches 20 on the 9th, b has 30 on the 20th.
        let levels = report.levels.map { "\($0.level) \($0.ups) \($0.downs) \($0.members)" }
        let pair = { (a: Int64, b: Int64) in "\(BacktestPair(current: a, draft: b))" }
        #expect(
            levels == [
                "low \(pair(0, 0)) \(pair(0, 0)) \(pair(0, 1))", "high \(pair(2, 1)) \(pair(0, 0)) \(pair(2, 1))",
            ])
    }

    @Test("a level that ends is a way down")
    func downs() throws {
        try record(Self.sales)
        let report = try backtest(
            Self.document.replacing("tiers: {", with: "tiers: { downgrade: never,"),
            to: "2028-06-01T00:00:00+09:00", end: "2028-06-01T00:00:00+09:00")
        #expect(report.levels.map(\.downs) == [BacktestPair(current: 2, draft: 0), BacktestPair(current: 0, draft: 0)])
        #expect(
            report.levels.map(\.members) == [BacktestPair(current: 2, draft: 0), BacktestPair(current: 0, draft: 2)])
    }

    @Test("rows tell each stretch of the period", arguments: [CalendarPeriod.day, .week, .month])
    func rows(period: CalendarPeriod) throws {
        try record(Self.sales)
        let report = try backtest(
            Self.document.replacing("points: 1, per: 100 }", with: "points: 2, per: 100 }"), rows: period)
        let rows = report.rows.map {
            "\($0.start.rfc3339(in: Programs.load(Self.document).zone).prefix(10)) \($0.sales.purchases) \($0.sales.money) "
                + "\($0.earned[0].current) \($0.earned[0].draft)"
        }
        let expected: [CalendarPeriod: [String]] = [
            .day: [
                "2026-05-01 1 1000 35 45", "2026-05-02 1 500 30 35", "2026-05-09 1 1000 20 30",
                "2026-05-20 1 2500 25 50",
            ],
            // Weeks begin on Monday.
            .week: ["2026-05-01 2 1500 65 80", "2026-05-04 1 1000 20 30", "2026-05-18 1 2500 25 50"],
            .month: ["2026-05-01 4 5000 110 160"],
        ]
        #expect(rows == expected[period])
    }

    @Test("members who gain and lose most are named, the greatest first, and as many as asked for")
    func members() throws {
        try record(Self.sales + [(21, "c", 9000), (22, "d", 100)])
        let draft = Self.document.replacing(
            "earn: { points: 1, per: 100 } }", with: "when: order.amount >= 2500, earn: { points: 2, per: 100 } }")
        let report = try backtest(draft, members: 1)
        let points = report.currencies[0]
        #expect(points.gaining == 2 && points.losing == 2)
        // c: 90 more; b: 25 more less 5; a: 20 less; d: 1 less.
        #expect(points.gainers.map(\.earned.change) == [90])
        #expect(points.losers.map(\.earned.change) == [-20])
        let ids = try store.read { try $0.state(of: MemberNumber(1))?.id }
        #expect(points.losers.map(\.id) == [ids])
        let all = try backtest(draft).currencies[0]
        #expect(all.gainers.map(\.earned.change) == [90, 20] && all.losers.map(\.earned.change) == [-20, -1])
    }

    @Test("the draft is in force in the period alone")
    func period() throws {
        try record(Self.sales)
        let draft = Self.document.replacing("points: 1, per: 100 }", with: "points: 2, per: 100 }")
        let report = try backtest(draft, from: "2026-05-02T00:00:00+09:00", to: "2026-05-10T00:00:00+09:00")
        #expect(report.sales.purchases == 2)
        #expect(report.currencies[0].earned == BacktestPair(current: 50, draft: 65))
        // Everything is decided, but only what happened in the period counts; what lapses later lapses behind it.
        #expect(report.currencies[0].expired == BacktestPair(current: 0, draft: 0))
        let empty = try backtest(
            draft, from: "2026-05-03T00:00:00+09:00", to: "2026-05-04T00:00:00+09:00", end: "2026-05-21T00:00:00+09:00")
        #expect(empty.sales.purchases == 0 && empty.rules.isEmpty && empty.comparison?.differing == 0)
        #expect(empty.currencies[0].outstanding == BacktestPair(current: 25, draft: 25))
    }

    @Test("a draft that refuses unknown cards has no such members, and says what it refuses")
    func refusals() throws {
        try record(Self.sales)
        let report = try backtest(
            Self.document.replacing("enroll: { unknown_card: enroll }", with: "enroll: { unknown_card: refuse }"))
        #expect(report.refusals.map(\.reason) == ["nobody has this identifier"])
        #expect(report.refusals.map(\.times) == [BacktestPair(current: 0, draft: 4)])
        #expect(report.currencies[0].earned.draft == 0)
        let strict = try backtest(Self.document.replacing("id: shop", with: "id: shop\nlate_limit: 1 minutes"))
        #expect(strict.refusals.isEmpty, "nothing was late")
    }

    @Test("expressions of the draft that fail are told")
    func failures() throws {
        try record(Self.sales)
        let report = try backtest(
            Self.document.replacing(
                "{ id: base, event: purchase,", with: "{ id: base, event: purchase, when: member.days_since_last > 3,"))
        #expect(report.failures.map(\.failure.path) == ["rules[0].when"])
        #expect(report.failures.map(\.times) == [2], "each member's first purchase has none before it")
    }

    @Test("a draft that looks at traits sees the members as they are where nobody looked before")
    func traits() throws {
        let plain = Self.document + "\n"
        let profile = plain.replacing("tiers:", with: "profile: { cup: { type: string } }\ntiers:")
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(profile))
        _ = harness.carryOut("1", enroll(1))
        _ = harness.carryOut(
            "2", .traits(member: .card("c1"), TraitsChange(attributes: [.init("cup", .text("large"))])))
        _ = harness.carryOut("3", buy(1000, card: "c1", receipt: "1"))
        harness.engine.drain()
        let draft = profile.replacing(
            "{ id: base, event: purchase,", with: #"{ id: base, event: purchase, when: member.attrs.cup == "large","#)
        let report = try backtest(draft, versions: [Programs.ruleSet(profile)])
        #expect(report.rules.first?.points == BacktestPair(current: 10, draft: 10))
    }

    @Test("each operation is compared under the document it was recorded under")
    func versions() throws {
        try record(Self.sales)
        let second = Self.document.replacing("points: 1, per: 100 }", with: "points: 2, per: 100 }")
        let versions = [
            Programs.ruleSet(Self.document),
            Programs.ruleSet(second, version: 2, from: "2026-05-24T00:00:00+09:00"),
        ]
        try record([(25, "a", 1000), (26, "e", 300)], under: versions)
        // Sold under the first version, and recorded under the second one.
        let harness = try EngineHarness(
            store: store, rules: RuleDirectory(RuleBook(versions)), now: Instant("2026-05-27T10:00:00+09:00"))
        let late = Purchase.sale(400, at: "2026-05-20T10:00:00+09:00", receipt: "late")
        #expect(harness.carryOut("late", .purchase(member: .card("a"), late)).result != nil)
        harness.engine.drain()
        let report = try backtest(second, versions: versions)
        #expect(report.comparison?.differing == 0)
        #expect(report.rules.first?.points == BacktestPair(current: 80, draft: 134))
        let middle = try backtest(
            second, from: "2026-05-09T00:00:00+09:00", to: "2026-05-25T12:00:00+09:00", versions: versions)
        #expect(middle.rules.first?.points == BacktestPair(current: 59, draft: 98))
        #expect(throws: BacktestError.ruleSetMissing(OperationID(member: MemberNumber(1), sequence: 4), version: 2)) {
            _ = try backtest(second)
        }
    }

    @Test("what was recorded otherwise is named with what is different")
    func differences() throws {
        try record(Self.sales)
        let other = Self.document.replacing("points: 1, per: 100 }", with: "points: 2, per: 100 }")
        let report = try backtest(Self.document, versions: [Programs.ruleSet(other)])
        let comparison = try #require(report.comparison)
        #expect(comparison.differing >= 4 && comparison.compared == report.operations)
        let first = try #require(comparison.differences.first)
        #expect(first.operation == OperationID(member: MemberNumber(1), sequence: 2))
        #expect(first.reason.contains("would move 40 p") && first.reason.contains("moved 30 p"), "\(first.reason)")
        let refusing = Self.document.replacing("unknown_card: enroll", with: "unknown_card: refuse")
        let refused = try backtest(Self.document, versions: [Programs.ruleSet(refusing)])
        #expect(refused.comparison?.differences.first?.reason == "would be refused: nobody has this identifier")
    }

    @Test(
        "a draft of another program or in another money is refused",
        arguments: [
            ("id: shop", "id: other", BacktestError.otherProgram(expected: "shop")),
            ("currency: JPY", "currency: USD", .otherMoney(expected: "JPY")),
        ])
    func misfits(word: String, other: String, error: BacktestError) throws {
        #expect(throws: error) { _ = try backtest(Self.document.replacing(word, with: other)) }
    }
}
