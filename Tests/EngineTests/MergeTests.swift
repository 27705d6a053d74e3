import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

private let beans = CurrencyID("beans")

/// A program under which two members are merged: `c1` and `c2`.
private final class MergeWorld {
    let world: SpendingWorld

    init() throws {
        world = try SpendingWorld()
        world.carryOut(enroll(2))
    }

    @discardableResult
    func merge(_ member: String = "c1", from other: String = "c2") -> Reply {
        world.carryOut(.merge(member: .card(member), from: .card(other)))
    }

    @discardableResult
    func adjust(_ card: String, _ points: Int64) -> Reply {
        world.carryOut(
            .adjust(member: .card(card), Adjustment(currency: beans, points: points, reason: "test")))
    }

    @discardableResult
    func buy(_ card: String, _ amount: Int64, receipt: String, pay: Int64? = nil, hold: OperationID? = nil) -> Reply {
        world.carryOut(
            .purchase(
                member: .card(card),
                Purchase(
                    receipt: ReceiptNumber(store: "s", terminal: "", number: ExactText(receipt)), channel: "pos",
                    occurredAt: world.harness.now, currency: "JPY", items: [SpendingWorld.line(amount)],
                    payment: pay.map { Payment(currency: beans, points: Points($0), hold: hold) })))
    }

    /// A member as everyone sees it now.
    func state(_ number: Int64) throws -> MemberState {
        let stored = try #require(try world.store.read { try $0.state(of: MemberNumber(number)) })
        return stored.advanced(to: world.harness.now, under: world.harness.book)
    }

    func newest(_ number: Int64) throws -> OperationID {
        let state = try #require(try world.store.read { try $0.state(of: MemberNumber(number)) })
        return OperationID(member: MemberNumber(number), sequence: state.version)
    }
}

@Suite("Merging members")
struct MergeTests {
    @Test("everything of one is the other's: points with their expiry, counts, levels, names")
    func everything() throws {
        let pair = try MergeWorld()
        pair.buy("c1", 3000, receipt: "1")
        pair.world.wait(days: 40)
        pair.buy("c2", 9000, receipt: "2")
        let before = (try pair.state(1), try pair.state(2))
        #expect(pair.merge().refusal == nil)
        let after = try pair.state(1)
        // 30 and 140 beans, each with its own end.
        #expect(after.ledger.lots.filter { $0.currency == beans }.map(\.remaining) == [Points(30), Points(140)])
        #expect(
            Set(after.ledger.lots.map(\.expiresAt))
                == Set((before.0.ledger.lots + before.1.ledger.lots).map(\.expiresAt)))
        #expect(after.counters.purchases == 2)
        #expect(after.counters.lastPurchaseAt == before.1.counters.lastPurchaseAt)
        // 30 and 90, and what 12,000 yen bring besides.
        #expect(after.tier?.counted == 132)
        #expect(after.tier?.current.level == "silver")
        let other = try pair.state(2)
        #expect(other.status == .merged(into: try pair.newest(1)))
        #expect(other.ledger.lots.isEmpty && other.usages.isEmpty)
        // Whoever names the other one reaches this one.
        pair.adjust("c2", 5)
        pair.world.carryOut(
            .adjust(
                member: Identifier(.member, "m2"), Adjustment(currency: beans, points: 2, reason: "test")))
        #expect(try pair.state(1).ledger.balance(of: beans).available == Points(177))
        #expect(pair.merge().refusal == .mergeWithSelf)
        #expect(try pair.world.findings().isEmpty)
    }

    @Test("the loser's purchases are returned to the winner, and what had paid them comes back")
    func returns() throws {
        let pair = try MergeWorld()
        pair.adjust("c2", 500)
        pair.buy("c2", 1000, receipt: "1", pay: 300)
        pair.buy("c2", 5000, receipt: "2")
        pair.adjust("c1", 10)
        pair.merge()
        let reply = pair.world.giveBack("1", .everything)
        #expect(reply.refusal == nil)
        #expect(reply.text.contains("\"usable\":300"))
        #expect(reply.text.contains("\"beans\":{\"taken\":7,\"owed\":0,\"waived\":0}"))
        pair.world.giveBack("2", .everything)
        // 500 and 10, and nothing of the purchases is left.
        #expect(try pair.state(1).ledger.balance(of: beans).available == Points(510))
        #expect(try pair.state(1).counters.purchases == 0)
        #expect(try pair.state(1).tier?.counted == 0)
        #expect(pair.world.giveBack("1", .everything).refusal == .nothingLeft)
        #expect(try pair.world.findings().isEmpty)
    }

    @Test("a spent lot that comes back lapses when it would have")
    func spentLots() throws {
        let pair = try MergeWorld()
        pair.adjust("c2", 200)
        let expiry = try #require(try pair.state(2).ledger.lots.first?.expiresAt)
        pair.buy("c2", 1000, receipt: "1", pay: 200)
        pair.merge()
        pair.world.giveBack("1", .everything)
        #expect(try pair.state(1).ledger.lots.filter { $0.currency == beans }.map(\.expiresAt) == [expiry])
        pair.world.harness.now = expiry
        #expect(try pair.state(1).ledger.balance(of: beans).available == .zero)
        #expect(try pair.world.findings().isEmpty)
    }

    @Test("the loser's holds are captured, pay, and time out")
    func holds() throws {
        let pair = try MergeWorld()
        pair.adjust("c2", 300)
        var holds: [OperationID] = []
        for _ in 0..<3 {
            pair.world.carryOut(
                .hold(member: .card("c2"), HoldRequest(currency: beans, points: Points(100), timeoutMs: nil)))
            holds.append(try pair.newest(2))
        }
        pair.merge()
        #expect(try pair.state(1).ledger.balance(of: beans).held == Points(300))
        #expect(pair.world.carryOut(.capture(holds[0], Points(40))).text.contains("\"captured\":40,\"released\":60"))
        #expect(pair.buy("c1", 1000, receipt: "1", pay: 50, hold: holds[1]).refusal == nil)
        pair.world.wait(minutes: 15)
        #expect(try pair.state(1).ledger.balance(of: beans).held == .zero)
        let capture = try #require(pair.world.carryOut(.capture(holds[0], nil)).refusal)
        guard case .holdNotOpen(.captured) = capture else {
            Issue.record("\(capture)")
            return
        }
        #expect(pair.world.carryOut(.release(holds[2])).refusal == nil)
        #expect(try pair.world.findings().isEmpty)
    }

    @Test("the loser's vouchers and redemptions work on")
    func vouchers() throws {
        let pair = try MergeWorld()
        pair.adjust("c2", 300)
        let cake = pair.world.carryOut(.redeem(member: .card("c2"), .reward("cake", quantity: 1)))
        let redemption = try pair.newest(2)
        pair.world.carryOut(.redeem(member: .card("c2"), .reward("mug", quantity: 1)))
        let mug = try pair.newest(2)
        #expect(cake.refusal == nil)
        pair.merge()
        let code = try #require(try pair.state(1).vouchers.first).code
        #expect(pair.world.carryOut(.voucher(code: code, .redeem)).refusal == nil)
        guard case .voucherUsed = pair.world.carryOut(.cancel(redemption)).refusal else {
            Issue.record("a used voucher is not taken back")
            return
        }
        #expect(pair.world.carryOut(.voucher(code: code, .giveBack)).refusal == nil)
        #expect(pair.world.carryOut(.cancel(redemption)).refusal == nil)
        #expect(pair.world.carryOut(.cancel(mug)).refusal == nil)
        #expect(try pair.state(1).ledger.balance(of: beans).available == Points(300))
        #expect(try pair.state(1).vouchers.isEmpty)
        #expect(try pair.world.findings().isEmpty)
    }

    @Test("what one owed is paid from what the other has", arguments: [(100, 30), (10, 30)] as [(Int64, Int64)])
    func debts(points: Int64, debt: Int64) throws {
        let pair = try MergeWorld()
        pair.buy("c2", 3000, receipt: "1")
        pair.world.carryOut(.redeem(member: .card("c2"), .points(beans, Points(30))))
        pair.world.giveBack("1", .everything)
        #expect(try pair.state(2).ledger.balance(of: beans).debt == Points(debt))
        pair.adjust("c1", points)
        pair.merge()
        let balance = try pair.state(1).ledger.balance(of: beans)
        #expect(balance.available == Points(max(0, points - debt)))
        #expect(balance.debt == Points(max(0, debt - points)))
        #expect(try pair.world.findings().isEmpty)
    }

    @Test("one after the other, and all in one batch")
    func chain() throws {
        let pair = try MergeWorld()
        pair.world.carryOut(enroll(3))
        pair.buy("c3", 2000, receipt: "3")
        pair.buy("c2", 1000, receipt: "2")
        let commands: [Command] = [
            .merge(member: .card("c2"), from: .card("c3")),
            .link(Linking(member: .card("c3"), identifier: .card("more"))),
            .merge(member: .card("c1"), from: .card("more")),
            .return(
                .receipt(ReceiptNumber(store: "s", terminal: "", number: "3")),
                Return(.amount(1000), occurredAt: pair.world.harness.now)),
            .adjust(member: .card("c3"), Adjustment(currency: beans, points: 7, reason: "test")),
        ]
        let replies = pair.world.harness.carryOut(
            commands.enumerated().map { (Cause("batch\($0.offset)", $0.element), $0.element) })
        for reply in replies { #expect(reply.isReplayed == false, "\(reply)") }
        #expect(try pair.state(1).ledger.balance(of: beans).available == Points(27))
        // An engine that remembers nothing finds the same.
        let other = try EngineHarness(
            store: pair.world.store, rules: pair.world.harness.rules, now: pair.world.harness.now)
        let back = Command.return(
            .receipt(ReceiptNumber(store: "s", terminal: "", number: "3")),
            Return(.everything, occurredAt: other.now))
        #expect(other.carryOut("back", back).refusal == nil)
        #expect(other.carryOut("batch3", commands[3]).isReplayed == true)
        #expect(try pair.state(1).ledger.balance(of: beans).available == Points(17))
        #expect(try pair.world.findings().isEmpty)
        let record = try #require(
            try pair.world.store.read { reader in
                try reader.record(of: .receipt(ReceiptNumber(store: "s", terminal: "", number: "3")))
            })
        #expect(record.holder == MemberNumber(1))
    }

    @Test("two engines: what one of them remembers of names is no longer trusted")
    func engines() throws {
        let pair = try MergeWorld()
        let other = try EngineHarness(
            store: pair.world.store, rules: pair.world.harness.rules, now: pair.world.harness.now)
        func adjust(_ card: String, _ key: String) -> Reply {
            other.carryOut(key, .adjust(member: .card(card), Adjustment(currency: beans, points: 1, reason: "test")))
        }
        #expect(adjust("c2", "a").refusal == nil)
        pair.merge()
        #expect(adjust("c2", "b").refusal == nil)
        #expect(try pair.state(1).ledger.balance(of: beans).available == Points(2))
        // The card is taken away and given to somebody else.
        pair.world.carryOut(.unlink(.card("c2")))
        #expect(adjust("c1", "c").refusal == nil)
        #expect(adjust("c2", "d").refusal == .memberUnknown(.card))
        pair.world.carryOut(enroll(3))
        pair.world.carryOut(.link(Linking(member: .card("c3"), identifier: .card("c2"))))
        #expect(adjust("c2", "e").refusal == nil)
        #expect(try pair.state(3).ledger.balance(of: beans).available == Points(1))
        #expect(try pair.world.findings().isEmpty)
    }

    @Test("a backtest decides it again")
    func backtest() throws {
        let pair = try MergeWorld()
        pair.buy("c2", 5000, receipt: "1")
        pair.adjust("c2", 100)
        pair.merge()
        pair.world.giveBack("1", .amount(2000))
        pair.world.carryOut(.redeem(member: .card("c2"), .points(beans, Points(50))))
        let period = pair.world.harness.now + -1000
        let question = BacktestQuestion(
            draft: Programs.load(Programs.spending), from: period, until: period + 86_400_000)
        let backtest = try Backtest(question, book: pair.world.harness.book)
        let report = try pair.world.store.read { try backtest.run(in: $0, at: pair.world.harness.now) }
        #expect(report.comparison?.differences == [] && report.refusals.isEmpty)
    }
}

@Suite("Membership")
struct MembershipTests {
    @Test("who is suspended earns and spends nothing, and is reinstated")
    func suspension() throws {
        let world = try SpendingWorld()
        world.buy([SpendingWorld.line(1000)], receipt: "1")
        world.adjust(100)
        let redeem = Command.redeem(member: .card("c1"), .points(beans, Points(50)))
        #expect(world.carryOut(.status(member: .card("c1"), .suspend)).refusal == nil)
        #expect(world.buy([SpendingWorld.line(1000)], receipt: "2").refusal == .memberSuspended)
        #expect(world.carryOut(redeem).refusal == .memberSuspended)
        // What comes back is taken back.
        #expect(world.giveBack("1", .everything).refusal == nil)
        #expect(world.carryOut(.status(member: .card("c1"), .reinstate)).refusal == nil)
        #expect(world.carryOut(redeem).refusal == nil)
        #expect(try world.available() == 50)
        #expect(try world.findings().isEmpty)
    }

    @Test("a level comes by merging to somebody who had none, once and at that time")
    func levelForNobody() throws {
        let plain = """
            schema: kizuna.program/v1
            id: levels
            money: { currency: JPY, base: tax_included }
            timezone: Asia/Tokyo
            points: { beans: {} }
            rules: [{ id: base, event: purchase, earn: { points: 1, per: 100 } }]

            """
        let levels =
            plain
            + "tiers: { metric: spend, window: lifetime, levels: [{ id: low, from: 0 }, { id: high, from: 500 }] }"
        let world = try SpendingWorld(
            plain, later: [Programs.ruleSet(levels, version: 2, from: "2026-05-10T00:00:00Z")])
        world.carryOut(enroll(2))
        world.harness.now = Instant("2026-05-20T00:00:00Z")
        let sale = Purchase(
            receipt: ReceiptNumber(store: "s", terminal: "", number: "1"), channel: "pos",
            occurredAt: world.harness.now, currency: "JPY", items: [SpendingWorld.line(1000)])
        #expect(world.carryOut(.purchase(member: .card("c2"), sale)).refusal == nil)
        world.wait(days: 1)
        #expect(world.carryOut(.merge(member: .card("c1"), from: .card("c2"))).refusal == nil)
        for _ in 0..<4 { world.adjust(1) }
        let changes = try world.store.read { try $0.tierChanges(of: MemberNumber(1)) }
        #expect(changes.map(\.change.to) == ["high"] && changes.map(\.change.reason) == [.merged])
        #expect(try world.state().tier?.current.since == Instant("2026-05-21T00:00:00Z"))
        #expect(try world.findings().isEmpty)
    }

    @Test("who leaves loses the points, at once or after a grace", arguments: [0, 30] as [Int64])
    func closing(days: Int64) throws {
        let world = try SpendingWorld()
        world.buy([SpendingWorld.line(1000)], receipt: "1")
        world.adjust(100)
        let hold = Command.hold(
            member: .card("c1"), HoldRequest(currency: beans, points: Points(30), timeoutMs: nil))
        #expect(world.carryOut(hold).refusal == nil)
        let redeem = Command.redeem(member: .card("c1"), .points(beans, Points(50)))
        #expect(world.carryOut(.status(member: .card("c1"), .close(graceMs: days * 86_400_000))).refusal == nil)
        #expect(world.buy([SpendingWorld.line(1000)], receipt: "2").refusal == .memberClosed)
        #expect(world.carryOut(.link(Linking(member: .card("c1"), identifier: .card("x")))).refusal == .memberClosed)
        #expect(world.carryOut(redeem).refusal == (days == 0 ? .memberClosed : nil))
        world.wait(days: 30)
        #expect(try world.available() == 0)
        #expect(try world.balance().held == .zero)
        #expect(world.carryOut(redeem).refusal == .memberClosed)
        // The points of the purchase are gone, so nothing is owed for them.
        #expect(world.giveBack("1", .everything).refusal == nil)
        #expect(try world.balance().debt == .zero)
        #expect(try world.findings().isEmpty)
    }

    @Test("what comes back to somebody who left lapses at once")
    func afterwards() throws {
        let world = try SpendingWorld()
        world.adjust(100)
        world.buy([SpendingWorld.line(1000)], receipt: "1", pay: 100)
        world.carryOut(.status(member: .card("c1"), .close(graceMs: 0)))
        #expect(world.giveBack("1", .everything).refusal == nil)
        #expect(try world.state().ledger.lots.isEmpty)
        #expect(try world.findings().isEmpty)
    }

    @Test("who left is nobody else's points")
    func leftBefore() throws {
        let pair = try MergeWorld()
        pair.adjust("c2", 100)
        pair.world.carryOut(.status(member: .card("c2"), .close(graceMs: 86_400_000)))
        #expect(pair.merge().refusal == .memberClosed)
        pair.world.carryOut(.status(member: .card("c2"), .reinstate))
        #expect(pair.merge().refusal == nil)
        #expect(try pair.world.available() == 100)
    }

    @Test("what both counted in their years of membership counts on its days, whenever either of them joined")
    func membershipYears() throws {
        let program = Programs.spending.replacing(
            "metric: { earned: status }", with: "metric: { earned: status }\n  window: membership_year")
        let world = try SpendingWorld(program)
        world.wait(days: 3 * 365)
        world.carryOut(enroll(2))
        world.wait(days: 30)
        let sale = Purchase(
            receipt: ReceiptNumber(store: "s", terminal: "", number: "1"), channel: "pos",
            occurredAt: world.harness.now, currency: "JPY", items: [SpendingWorld.line(20_000)])
        #expect(world.carryOut(.purchase(member: .card("c2"), sale)).refusal == nil)
        #expect(world.carryOut(.merge(member: .card("c1"), from: .card("c2"))).refusal == nil)
        #expect(try world.state().tier?.current.level == "gold")
        // To the end of the year behind the one in which both of them bought it, and not at the end of this one.
        world.wait(days: 360)
        #expect(try world.state().tier?.current.level == "gold")
        #expect(world.giveBack("1", .everything).refusal == nil)
        #expect(try world.state().tier?.tallies.allSatisfy { $0.buckets.isEmpty } ?? false)
        #expect(try world.findings().isEmpty)
    }

    @Test("an identifier that is taken away is free, also in the same batch")
    func unlinking() throws {
        let world = try SpendingWorld()
        world.carryOut(enroll(2))
        let commands: [Command] = [
            .unlink(.card("c1")), .unlink(.card("c1")),
            .link(Linking(member: .card("c2"), identifier: .card("c1"))),
            .unlink(.card("c1")), .link(Linking(member: .card("c2"), identifier: .card("c1"))),
            .adjust(member: .card("c1"), Adjustment(currency: beans, points: 5, reason: "test")),
        ]
        let replies = world.harness.carryOut(
            commands.enumerated().map { (Cause("b\($0.offset)", $0.element), $0.element) })
        #expect(replies.map { $0.refusal == nil } == [true, false, true, true, true, true])
        let owner = try world.store.read { try $0.owner(of: .card("c1")) }
        #expect(owner == MemberNumber(2))
        #expect(try world.available() == 0)
        #expect(try world.findings().isEmpty)
    }
}

extension TierStanding {
    /// Everything that was counted.
    fileprivate var counted: Int64 { tallies.reduce(0) { $0 + $1.buckets.reduce(0) { $0 + $1.total } } }
}
