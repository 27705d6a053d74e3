import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// What a backtest compares with what was recorded, and what it says of erased members.
@Suite struct BacktestComparisonTests {
    private let store = MemoryStore()

    private static let document = """
        schema: kizuna.program/v1
        id: shop
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points:
          p: { expiry: { after: 10 days }, vesting: { until_event: confirm, cancel_after: 30 days } }
        tiers: { metric: spend, levels: [{ id: low, from: 0 }, { id: high, from: 2000 }] }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: vip, event: purchase, when: '"vip" in member.tags', earn: { points: 1, per: 10 } }
        """

    private func comparison(under versions: [RuleSet]) throws -> BacktestComparison {
        let question = BacktestQuestion(
            draft: try #require(versions.last).program, from: .distantPast, until: .distantFuture, rows: nil)
        let backtest = try Backtest(question, book: RuleBook(versions))
        let end = EngineHarness.start + 86_400_000
        return try #require(try store.read { try backtest.run(in: $0, at: end) }.comparison)
    }

    private func reasons(under versions: [RuleSet]) throws -> [String] {
        try comparison(under: versions).differences.map { "\($0.operation) \($0.reason)" }
    }

    private func harness(_ versions: [RuleSet] = [Programs.ruleSet(document)]) throws -> EngineHarness {
        try EngineHarness(store: store, rules: RuleDirectory(RuleBook(versions)))
    }

    @Test("levels are compared")
    func levels() throws {
        let harness = try harness()
        _ = harness.carryOut("1", enroll(1))
        _ = harness.carryOut("2", buy(2500, card: "c1", receipt: "1"))
        harness.engine.drain()
        #expect(try reasons(under: [Programs.ruleSet(Self.document)]).isEmpty)
        let other = Self.document.replacing("from: 2000", with: "from: 3000")
        let found = try reasons(under: [Programs.ruleSet(other)])
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix(
                "1-2 would bring no other level, and brought the level high behind low (reached, ") ?? false, "\(found)"
        )
    }

    @Test("what becomes of lots is compared")
    func lots() throws {
        let harness = try harness()
        _ = harness.carryOut("1", enroll(1))
        _ = harness.carryOut("2", buy(1000, card: "c1", receipt: "1"))
        let id = OperationID(member: MemberNumber(1), sequence: 2)
        #expect(harness.carryOut("3", .confirm(.operation(id), occurredAt: harness.now)).result != nil)
        harness.engine.drain()
        #expect(try reasons(under: [Programs.ruleSet(Self.document)]).isEmpty)
        let other = Self.document.replacing("after: 10 days", with: "after: 20 days")
        let found = try reasons(under: [Programs.ruleSet(other)])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("1-3 would leave 10 of lot 1, 0 of them held, until ") ?? false, "\(found)")
    }

    @Test("the rule set that decided is compared")
    func ruleSets() throws {
        let day = "2026-05-10T00:00:00+09:00"
        let harness = try harness([
            Programs.ruleSet(Self.document), Programs.ruleSet(Self.document, version: 2, from: day),
        ])
        _ = harness.carryOut("1", enroll(1))
        _ = harness.carryOut("2", buy(1000, card: "c1", receipt: "1"))
        harness.engine.drain()
        let later = "2026-05-20T00:00:00+09:00"
        let found = try reasons(under: [
            Programs.ruleSet(Self.document), Programs.ruleSet(Self.document, version: 2, from: later),
        ])
        #expect(
            found == [1, 2].map { "1-\($0) would be decided under rule set 1, and was under 2" })
    }

    @Test("the code of an erased member, which nobody knows any more, is made up")
    func erasedCode() throws {
        let ruleSet = Programs.ruleSet(
            Self.document.replacing("rules:\n", with: "referral: { referrer: { points: 30 } }\nrules:\n"))
        let harness = try EngineHarness(store: store, ruleSet: ruleSet)
        _ = harness.carryOut("1", enroll(1))
        for key in ["r", "again"] {
            #expect(harness.carryOut(key, .referralCode(member: .card("c1"))).result != nil)
        }
        #expect(harness.carryOut("e", .erase(member: .card("c1"))).result != nil)
        harness.engine.drain()
        let comparison = try comparison(under: [ruleSet])
        #expect(comparison.differing == 0 && comparison.differences.isEmpty)
    }

    /// One document, and a store in which members buy for 1000 each; some of them are erased.
    private func erasing(_ members: ClosedRange<Int>, of count: Int, under document: String) throws -> BacktestReport {
        let ruleSet = Programs.ruleSet(document)
        let harness = try EngineHarness(store: store, ruleSet: ruleSet)
        for member in 1...count {
            _ = harness.carryOut("e\(member)", enroll(member))
            let tags = TraitsChange(tags: .init(added: ["vip"]))
            _ = harness.carryOut("t\(member)", .traits(member: .card("c\(member)"), tags))
            _ = harness.carryOut("b\(member)", buy(1000, card: "c\(member)", receipt: "\(member)"))
        }
        for member in members {
            #expect(harness.carryOut("x\(member)", .erase(member: .card("c\(member)"))).result != nil)
        }
        harness.engine.drain()
        let question = BacktestQuestion(
            draft: ruleSet.program, from: .distantPast, until: .distantFuture, rows: .month)
        let backtest = try Backtest(question, book: RuleBook([ruleSet]))
        return try store.read { try backtest.run(in: $0, at: EngineHarness.start + 86_400_000) }
    }

    private static let vips = """
        schema: kizuna.program/v1
        id: shop
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points: { p: {} }
        campaigns:
          - { id: hold, holdout: { percent: 50, salt: x } }
          - { id: once, budget: { points: 100 } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: bonus, event: purchase, campaign: hold, earn: { points: 7 } }
          - { id: vip, event: purchase, campaign: once, when: '"vip" in member.tags', earn: { points: 100 } }
        """

    @Test("what erased members earned stays what it was, in all sums and for everybody else")
    func erasedSums() throws {
        let report = try erasing(1...6, of: 12, under: Self.vips)
        let balances = try store.read { reader in
            try (1...12).map {
                try reader.state(of: MemberNumber(Int64($0)))?.ledger.balance(of: CurrencyID("p")).available.count ?? 0
            }
        }
        let sum = balances.reduce(0, +)
        #expect(Set(balances) == [10, 17, 110] || Set(balances) == [10, 17, 117], "\(balances)")
        let points = try #require(report.currencies.first)
        #expect(points.earned == BacktestPair(current: sum, draft: sum))
        #expect(points.outstanding == BacktestPair(current: sum, draft: sum))
        #expect(points.gaining == 0 && points.losing == 0)
        #expect(report.rows.reduce(0) { $0 + $1.earned[0].current } == sum)
        #expect(report.campaigns.first { $0.campaign == "once" }?.used == BacktestPair(current: 100, draft: 100))
        let comparison = try #require(report.comparison)
        #expect(comparison.differing == 0, "\(comparison.differences)")
        #expect(comparison.erased > 0)
    }

    @Test("what an erased member could do only by what is gone happened all the same")
    func erasedRedemption() throws {
        // Who has the level pays half, and reached it by points that rules gave for a tag.
        let terms = """
            tiers: { metric: { earned: p }, levels: [{ id: low, from: 0 }, { id: high, from: 50 }] }
            redemption: { rewards: [{ id: mug, cost: 200, tiers: { high: 100 } }] }

            """
        let ruleSet = Programs.ruleSet(Self.vips.replacing("rules:\n", with: terms + "rules:\n"))
        let harness = try EngineHarness(store: store, ruleSet: ruleSet)
        _ = harness.carryOut("e", enroll(1))
        _ = harness.carryOut("t", .traits(member: .card("c1"), TraitsChange(tags: .init(added: ["vip"]))))
        _ = harness.carryOut("b", buy(1000, card: "c1", receipt: "1"))
        #expect(harness.carryOut("r", .redeem(member: .card("c1"), .reward("mug", quantity: 1))).result != nil)
        #expect(harness.carryOut("x", .erase(member: .card("c1"))).result != nil)
        harness.engine.drain()
        let question = BacktestQuestion(draft: ruleSet.program, from: .distantPast, until: .distantFuture, rows: nil)
        let backtest = try Backtest(question, book: RuleBook([ruleSet]))
        let report = try store.read { try backtest.run(in: $0, at: EngineHarness.start + 86_400_000) }
        #expect(report.refusals.isEmpty && report.comparison?.differing == 0)
        let left = try store.read { try $0.state(of: MemberNumber(1)) }?.ledger.balance(of: CurrencyID("p")).available
        #expect(
            report.currencies.first?.outstanding == BacktestPair(current: left?.count ?? -1, draft: left?.count ?? -1))
    }

    @Test("what cannot be told of erased members is counted apart")
    func erased() throws {
        let harness = try harness()
        _ = harness.carryOut("1", enroll(1))
        _ = harness.carryOut("2", enroll(2))
        for card in ["c1", "c2"] {
            let tags = TraitsChange(tags: .init(added: ["vip"]))
            _ = harness.carryOut("t\(card)", .traits(member: .card(card), tags))
            _ = harness.carryOut("b\(card)", buy(1000, card: card, receipt: card))
        }
        #expect(harness.carryOut("e", .erase(member: .card("c1"))).result != nil)
        harness.engine.drain()
        let comparison = try comparison(under: [Programs.ruleSet(Self.document)])
        #expect(comparison.differing == 0 && comparison.differences.isEmpty)
        // The sale of the erased member, whose tags nobody knows any more.
        #expect(comparison.erased == 1 && comparison.compared == 6)
    }
}
