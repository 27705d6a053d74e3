import Engine
import Ledger
import Loyalty
import MemoryStore
import MetricsTestKit
import Rules
import TestSupport
import Testing
import Time

/// What rules remember from one command to the next, and what verifying makes of it.
@Suite struct RememberingTests {
    private let store = MemoryStore()
    private let metrics = TestMetrics()
    private let harness: EngineHarness

    init() throws {
        harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.remembering), metrics: metrics)
        _ = harness.carryOut("enroll", enroll(1))
    }

    private func sale(
        _ amount: Int64, receipt: String, quantity: Int64 = 1, tags: [String] = [], coupons: [String] = []
    ) throws -> String {
        let purchase = Purchase(
            receipt: ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt)), channel: "pos",
            occurredAt: harness.now, currency: "JPY", tags: tags, coupons: coupons,
            items: [Purchase.Item(sku: "latte", quantity: quantity, amount: amount)])
        return try awards(harness.carryOut(receipt, .purchase(member: .card("c1"), purchase)))
    }

    /// The awards of a reply, as `base 1, rush 30`.
    private func awards(_ reply: Reply) throws -> String {
        let result = try #require(reply.result, "\(reply)")
        let text = String(decoding: result, as: UTF8.self)
        let list = try #require(text.firstRange(of: "\"awards\":["))
        return text[list.upperBound...].prefix { $0 != "]" }.split(separator: "}").map { award in
            let words = award.split(separator: "\"")
            return "\(words[3]) \(words[6].filter(\.isNumber))"
        }.joined(separator: ", ")
    }

    private func findings() throws -> [String] {
        try Verifier(store: store, book: harness.book).run().findings.map { "\($0)" }
    }

    @Test("joining is an event that rules can answer to")
    func welcome() throws {
        let state = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        #expect(state.ledger.balance(of: CurrencyID("beans")).available == Points(50))
        #expect(try findings().isEmpty)
    }

    @Test("money that a step left over, stamps, limits, caps and budgets go on from purchase to purchase")
    func goesOn() throws {
        #expect(try sale(130, receipt: "1", quantity: 4) == "base 1, rush 30, first-of-day 5")
        #expect(try sale(175, receipt: "2", quantity: 5) == "base 2, rush 30")  // 30 and 175 are two steps
        #expect(try sale(95, receipt: "3", quantity: 3) == "base 1, rush 30, card 100")  // 5 and 95; 12 stamps
        #expect(try sale(9000, receipt: "4") == "base 51, rush 30")  // the cap leaves 60 − 9
        harness.now = harness.now + 86_400_000
        #expect(try sale(100, receipt: "5") == "base 1, rush 30, first-of-day 5")
        #expect(try findings().isEmpty)
    }

    @Test("a budget pays its last points in part and then nothing, whoever comes")
    func budget() throws {
        for number in 1...33 { _ = try sale(1, receipt: "\(number)") }
        #expect(try sale(1, receipt: "34").contains("rush 10"))
        #expect(try !sale(1, receipt: "35").contains("rush"))
        let used = try store.read { try $0.sharedUsages() }
        #expect(used == [Usage(UsageKey(kind: .budget, id: "rush"), 1000)])
        #expect(try findings().isEmpty)
    }

    @Test(
        "a sale that makes its member leaves to its own rules what joining used of a budget",
        arguments: ["partial", "skip"])
    func joiningAndBuying(whenShort: String) throws {
        let ruleSet = Programs.ruleSet(
            """
            schema: kizuna.program/v1
            id: shop
            money: { currency: JPY, base: tax_included }
            timezone: Asia/Tokyo
            enroll: { unknown_card: enroll }
            points: { p: {} }
            campaigns:
              - { id: start, budget: { points: 100, when_short: \(whenShort) } }
            rules:
              - { id: welcome, event: enroll, campaign: start, earn: { points: 60 } }
              - { id: first, event: purchase, campaign: start, earn: { points: 60 } }
            """)
        let store = MemoryStore()
        let harness = try EngineHarness(store: store, ruleSet: ruleSet)
        let reply = harness.carryOut("k", buy(100, card: "new", receipt: "1"))
        #expect(reply.result != nil, "\(reply)")
        let state = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        #expect(state.ledger.balance(of: CurrencyID("p")).available.count == (whenShort == "partial" ? 100 : 60))
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [whenShort == "partial" ? 100 : 60])
        #expect(try Verifier(store: store, book: RuleBook([ruleSet])).run().findings.isEmpty)
    }

    @Test("every operation explains itself as it was decided, whatever came after")
    func explains() throws {
        let change = TraitsChange(attributes: [TraitsChange.NewValue("cup", .text("large"))])
        for number in 1...40 {
            _ = try sale(Int64(number * 37), receipt: "\(number)", quantity: 3)
            if number == 20 { _ = harness.carryOut("t", .traits(member: .card("c1"), change)) }
            harness.now = harness.now + 3 * 3_600_000
        }
        let operations = try store.read { try $0.operations(of: MemberNumber(1), after: 0, limit: 100) }
        let member = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        for operation in operations.map(\.sealed.operation) where operation.kind != .traits {
            let ruleSet = try #require(harness.book[operation.ruleSetVersion])
            let evaluation = try #require(try ruleSet.explain(operation, member: member.id))
            for (index, currency) in ruleSet.program.currencies.enumerated() {
                let issued = operation.movements.transfers.filter {
                    $0.from == .issued && $0.currency == CurrencyID(currency.id)
                }
                #expect(issued.reduce(0) { $0 + $1.amount.count } == evaluation.points(into: index))
            }
            #expect(evaluation.usages == operation.usages)
        }
    }

    @Test("what counts for life outlives a rule set that counts it otherwise")
    func forLife() throws {
        func ruleSet(_ window: String, _ version: Int64) -> RuleSet {
            Programs.ruleSet(
                Programs.remembering.replacing(
                    "limit: { count: 1, per: member, window: calendar_day }",
                    with: "limit: { count: 1, per: member, window: \(window) }"), version: version)
        }
        for (version, window, pays) in [(1, "lifetime", true), (2, "calendar_year", true), (3, "lifetime", false)] {
            let harness = try EngineHarness(store: store, ruleSet: ruleSet(window, Int64(version)), metrics: metrics)
            let reply = harness.carryOut("\(version)", buy(1, card: "c1", receipt: "r\(version)"))
            #expect(try awards(reply).contains("first-of-day") == pays, "version \(version)")
            harness.engine.drain()
        }
    }

    @Test("rules see traits and the words of a sale")
    func traits() throws {
        let change = TraitsChange(
            attributes: [TraitsChange.NewValue("cup", .text("large"))],
            tags: TraitsChange.Words(added: ["newsletter", "vip", "vip"]))
        #expect(harness.carryOut("t1", .traits(member: .card("c1"), change)).result != nil)
        #expect(try sale(1, receipt: "1").contains("own-cup 7"))
        #expect(try sale(1, receipt: "2", tags: ["app"], coupons: ["SPRING"]).contains("app 11"))
        let takenAway = TraitsChange(
            attributes: [TraitsChange.NewValue("cup", nil)], tags: TraitsChange.Words(removed: ["vip"]))
        #expect(harness.carryOut("t2", .traits(member: .card("c1"), takenAway)).result != nil)
        #expect(try !sale(1, receipt: "3").contains("own-cup"))
        let state = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        #expect(state.traits == Traits(tags: ["newsletter"]))
        let segment = TraitsChange(segments: TraitsChange.Words(added: ["lapsed", "lapsed"]))
        #expect(harness.carryOut("t3", .traits(member: .card("c1"), segment)).result != nil)
        #expect(try sale(1, receipt: "4").contains("back 13"))
        #expect(try findings().isEmpty)
    }

    @Test(
        "an attribute that the profile does not take is refused by its name",
        arguments: [
            ("cup", AttributeValue.text("huge"), "must be one of small, large"),
            ("cup", .integer(1), "must be a text"),
            ("birthday", .text("3 May"), "must be a date such as 1990-05-03"),
            ("shoe", .integer(43), "the profile of this program has no such attribute"),
        ])
    func badAttribute(name: String, value: AttributeValue, reason: String) {
        let change = TraitsChange(attributes: [TraitsChange.NewValue(name, value)])
        let reply = harness.carryOut("t", .traits(member: .card("c1"), change))
        #expect(reply.refusal == .badAttribute(name: name, reason: reason))
    }

    @Test("a member has only so many tags")
    func tooManyTags() {
        let change = TraitsChange(tags: TraitsChange.Words(added: (0...Traits.mostWords).map { "tag-\($0)" }))
        let reply = harness.carryOut("t", .traits(member: .card("c1"), change))
        #expect(reply.refusal == .badAttribute(name: "tags", reason: "a member has at most 32 of them"))
    }

    @Test("an event pays what its rule says, and one that fails pays nothing and says so")
    func events() throws {
        func post(_ key: String, _ attributes: [Attribute]) throws -> String {
            let happening = Happening(name: EventName("survey"), occurredAt: harness.now, attributes: attributes)
            return try awards(harness.carryOut(key, .event(member: .card("c1"), happening)))
        }
        for expression in ["rules[7].when", "rules[3].when"] {
            let counter = try metrics.expectCounter("kizuna_rule_failures_total", [("expression", expression)])
            #expect(counter.totalValue == 0, "it is there before anything fails")
        }
        #expect(try post("1", [Attribute("score", .integer(9))]) == "survey 20")
        #expect(try post("2", [Attribute("score", .integer(7))]) == "")
        #expect(try post("3", []) == "")
        #expect(try post("4", []) == "")
        #expect(try findings().isEmpty)
        harness.engine.drain()
        let place = ("expression", "rules[7].when")
        #expect(try metrics.expectCounter("kizuna_rule_failures_total", [place]).totalValue == 2)
    }
}
