import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

private let beans = CurrencyID("beans")

@Suite("Pools") struct PoolTests {
    private static let document = """
        schema: kizuna.program/v1
        id: family
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points:
          beans: { expiry: { after: 6 months }, vesting: immediate }
          slow: { vesting: { after: 7 days } }
        pools:
          kinds: [household, company]
          most_members: 3
          limit: { points: 500, per: member, window: calendar_month }
        redemption:
          pay: { points: beans, worth: 1, minimum: 10 }
          rewards: [{ id: mug, cost: 120 }]
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: slow, event: purchase, when: '"slow" in order.tags', earn: { points: 50, into: slow } }
        """

    /// The first member owns a household, the second one may spend, the third one only earns; the fourth is alone.
    private func world(_ document: String = document) throws -> SpendingWorld {
        let world = try SpendingWorld(document)
        for number in 2...4 { _ = world.harness.carryOut("e\(number)", enroll(number)) }
        #expect(world.pool("c1", .create(.household)).refusal == nil)
        #expect(world.pool("c2", .join(owner: .card("c1"), .spend)).refusal == nil)
        #expect(world.pool("c3", .join(owner: .card("c1"), .earn)).refusal == nil)
        return world
    }

    private func redeem(_ points: Int64, by card: String) -> Command {
        .redeem(member: .card(card), .points(beans, Points(points)))
    }

    @Test("who spends more than it has uses what the others have, soonest expiry first, lot by lot")
    func spends() throws {
        let world = try world()
        world.adjust(100)
        world.wait(days: 10)
        world.buy(20_000, by: "c3", receipt: "1")
        world.buy(3000, by: "c2", receipt: "2")
        #expect(world.carryOut(redeem(150, by: "c2")).refusal == nil)
        #expect(try (1...3).map { try world.available($0) } == [0, 0, 180])
        #expect(
            world.carryOut(redeem(181, by: "c2")).refusal
                == .insufficientPoints(beans, needed: Points(181), available: Points(180), debt: .zero))
        #expect(world.carryOut(.redeem(member: .card("c1"), .reward("mug", quantity: 1))).refusal == nil)
        #expect(try (1...3).map { try world.available($0) } == [0, 0, 60])
        #expect(world.buy(1000, by: "c1", receipt: "3", pay: 60).refusal == nil)
        #expect(try (1...3).map { try world.available($0) } == [9, 0, 0])
        #expect(try world.findings().isEmpty)
    }

    @Test("roles and limits: who earns spends nothing, and who spends uses so much of the others in a month")
    func rolesAndLimits() throws {
        let world = try world()
        world.adjust(2000)
        world.buy(30_000, by: "c3", receipt: "1")
        #expect(world.carryOut(redeem(10, by: "c3")).refusal == .poolRefused(.earnOnly))
        #expect(world.buy(1000, by: "c3", receipt: "2", pay: 10).refusal == .poolRefused(.earnOnly))
        #expect(world.carryOut(redeem(400, by: "c2")).refusal == nil)
        #expect(world.carryOut(redeem(101, by: "c2")).refusal == .poolRefused(.limit(left: 100)))
        #expect(world.carryOut(redeem(100, by: "c2")).refusal == nil)
        world.wait(days: 31)
        #expect(world.carryOut(redeem(500, by: "c2")).refusal == nil)
        // The owner is not limited.
        #expect(world.carryOut(redeem(1300, by: "c1")).refusal == nil)
        #expect(try world.findings().isEmpty)
    }

    @Test("a return takes back what others have spent from what is there, and comes back to who paid")
    func returns() throws {
        let world = try world()
        world.buy(10_000, by: "c3", receipt: "1")
        world.buy(8000, by: "c1", receipt: "2")
        #expect(world.carryOut(redeem(150, by: "c2")).refusal == nil)
        #expect(try (1...3).map { try world.available($0) } == [0, 0, 30])
        let redemption = try world.newest(of: 2)
        world.giveBack("1", .everything)
        #expect(try world.available(1) == 0)
        #expect(try world.state(of: 3).ledger.balance(of: beans).debt == Points(70))
        // What comes back is with who had borrowed it.
        world.carryOut(.cancel(redemption))
        #expect(try world.available(2) == 150)
        #expect(try world.findings().isEmpty)
    }

    @Test("who leaves spends what is left of the own points, and nobody else's")
    func leaving() throws {
        let world = try world()
        world.adjust(100)
        world.buy(3000, by: "c2", receipt: "1")
        #expect(world.carryOut(.status(member: .card("c2"), .close(graceMs: 86_400_000))).refusal == nil)
        #expect(
            world.carryOut(redeem(31, by: "c2")).refusal
                == .insufficientPoints(beans, needed: Points(31), available: Points(30), debt: .zero))
        #expect(world.carryOut(redeem(30, by: "c2")).refusal == nil)
        #expect(try world.available(1) == 100)
        #expect(try world.findings().isEmpty)
    }

    @Test("a return that must not leave a debt takes each currency from the others that is missing")
    func returnsWithoutDebts() throws {
        let world = try world(
            Self.document
                .replacing("vesting: immediate }", with: "vesting: immediate, debt: { policy: refuse } }")
                .replacing("slow: { vesting: { after: 7 days } }", with: "slow: { debt: { policy: refuse } }")
                .replacing("when: '\"slow\" in order.tags', earn: { points: 50", with: "earn: { points: 1, per: 200"))
        let slow = CurrencyID("slow")
        func spend(_ card: String, _ currency: CurrencyID, _ points: Int64) {
            let spent = Adjustment(currency: currency, points: -points, reason: "test")
            #expect(world.carryOut(.adjust(member: .card(card), spent)).refusal == nil)
        }
        world.buy(10_000, by: "c2", receipt: "1")
        world.buy(8000, by: "c3", receipt: "2")
        spend("c2", beans, 60)
        spend("c2", slow, 30)
        #expect(world.giveBack("1", .everything).refusal == nil)
        #expect(try (2...3).map { try world.available($0) } == [0, 20])
        #expect(try (2...3).map { try world.state(of: $0).ledger.balance(of: slow).available.count } == [0, 10])
        // Where the others have too little of one of them, nothing is lent and nothing comes back.
        world.buy(10_000, by: "c2", receipt: "3")
        spend("c2", beans, 10)
        spend("c2", slow, 30)
        #expect(
            world.giveBack("3", .everything).refusal
                == .insufficientPoints(slow, needed: Points(50), available: Points(30), debt: .zero))
        #expect(try (2...3).map { try world.available($0) } == [90, 20])
        #expect(try world.findings().isEmpty)
    }

    @Test("holds reserve what the others have; points that have not vested wait where they are")
    func holds() throws {
        let world = try world()
        world.adjust(300)
        let hold = Command.hold(
            member: .card("c2"), HoldRequest(currency: beans, points: Points(200), timeoutMs: nil))
        #expect(world.carryOut(hold).refusal == nil)
        #expect(try world.available(1) == 100)
        world.wait(minutes: 20)
        #expect(try world.available(2) == 200)
        #expect(
            world.carryOut(
                .hold(
                    member: .card("c2"), HoldRequest(currency: CurrencyID("slow"), points: Points(1), timeoutMs: nil))
            ).refusal != nil)
        #expect(try world.findings().isEmpty)
    }

    @Test("joining, leaving and what is refused")
    func membership() throws {
        let world = try world()
        func refusal(_ card: String, _ request: PoolRequest) -> PoolObstacle? {
            guard case .poolRefused(let obstacle)? = world.pool(card, request).refusal else { return nil }
            return obstacle
        }
        #expect(refusal("c4", .join(owner: .card("c1"), .spend)) == .full(most: 3))
        #expect(refusal("c4", .join(owner: .card("c2"), .spend)) == .noPool)
        #expect(refusal("c4", .join(owner: .card("c4"), .spend)) == .noPool)
        #expect(refusal("c4", .leave) == .notInPool)
        #expect(refusal("c2", .create(.company)) == .inPool)
        #expect(refusal("c2", .join(owner: .card("c1"), .spend)) == .inPool)
        #expect(refusal("c1", .leave) == .othersLeft(2))
        world.buy(5000, by: "c3", receipt: "1")
        #expect(world.pool("c3", .leave).refusal == nil)
        // Who leaves takes along what it earned.
        #expect(try world.available(3) == 50)
        #expect(world.carryOut(redeem(50, by: "c3")).refusal == nil)
        #expect(world.pool("c4", .join(owner: .card("c1"), .spend)).refusal == nil)
        #expect(world.pool("c2", .leave).refusal == nil)
        #expect(world.pool("c4", .leave).refusal == nil)
        #expect(world.pool("c1", .leave).refusal == nil)
        #expect(try world.state(of: 1).bonds.isEmpty)
        #expect(try SpendingWorld().pool("c1", .create(.household)).refusal == .poolRefused(.notOffered))
        #expect(try world.findings().isEmpty)
    }

    @Test("joining, earning and spending in one batch; nobody spends what another one has just spent")
    func oneBatch() throws {
        let world = try SpendingWorld(Self.document)
        for number in 2...3 { _ = world.harness.carryOut("e\(number)", enroll(number)) }
        let commands: [Command] = [
            .pool(member: .card("c1"), .create(.company)),
            .pool(member: .card("c2"), .join(owner: .card("c1"), .spend)),
            .pool(member: .card("c3"), .join(owner: .card("c1"), .spend)),
            buy(10_000, card: "c1", receipt: "1"), redeem(60, by: "c2"), redeem(60, by: "c3"), redeem(40, by: "c3"),
        ]
        let replies = world.harness.carryOut(commands.enumerated().map { (Cause("b\($0)", $1), $1) })
        #expect(
            replies.map(\.refusal) == [
                nil, nil, nil, nil, nil,
                .insufficientPoints(beans, needed: Points(60), available: Points(40), debt: .zero), nil,
            ])
        #expect(try (1...3).map { try world.available($0) } == [0, 0, 0])
        #expect(try world.findings().isEmpty)
    }

    @Test("stored value is its owner's money, which nobody in the pool uses")
    func storedValue() throws {
        let world = try world(
            Self.document.replacing("  slow: {", with: "  purse: { kind: stored_value }\n  slow: {"))
        let purse = CurrencyID("purse")
        let topUp = TopUp(
            currency: purse, amount: 5000, money: "JPY", receipt: ReceiptNumber(store: "s", terminal: "", number: "t1"),
            occurredAt: world.harness.now)
        #expect(world.carryOut(.topUp(member: .card("c1"), topUp)).refusal == nil)
        let hold = Command.hold(
            member: .card("c2"), HoldRequest(currency: purse, points: Points(100), timeoutMs: nil))
        #expect(
            world.carryOut(hold).refusal
                == .insufficientPoints(purse, needed: Points(100), available: .zero, debt: .zero))
        #expect(try world.findings().isEmpty)
    }

    @Test("a refusal for what others in the pool may give is given again to a call that comes twice")
    func remembered() throws {
        let world = try world()
        world.buy(100_000, by: "c3", receipt: "1")
        let command = redeem(501, by: "c2")
        let refusal = Refusal.poolRefused(.limit(left: 500))
        #expect(world.harness.carryOut("twice", command).refusal == refusal)
        world.wait(days: 2)
        world.adjust(600)
        let again = world.harness.carryOut("twice", command)
        guard case .refusedBefore(let before) = again else {
            Issue.record("\(again)")
            return
        }
        #expect(before == refusal)
    }

    @Test("a pool that outlives the cache, and a referrer who is in it as well")
    func companions() throws {
        let world = try world(
            Self.document + "\nreferral: { referrer: { points: 70 } }")
        let code = try world.code(of: 1)
        world.pool("c2", .leave)
        #expect(world.carryOut(.claimReferral(member: .card("c2"), code: code)).refusal == nil)
        world.pool("c2", .join(owner: .card("c1"), .spend))
        world.adjust(100)
        #expect(world.buy(1000, by: "c2", receipt: "1", pay: 100).refusal == nil)
        #expect(try world.available(1) == 70)
        world.giveBack("1", .everything)
        #expect(try world.available(1) == 0)
        #expect(try world.available(2) == 100)
        #expect(try world.findings().isEmpty)
    }

    @Test("a backtest of the present document gives what happened")
    func backtest() throws {
        let world = try world()
        world.adjust(300)
        world.buy(10_000, by: "c3", receipt: "1")
        world.wait(days: 1)
        world.carryOut(redeem(150, by: "c2"))
        world.carryOut(redeem(50, by: "c1"))
        world.wait(days: 1)
        world.giveBack("1", .everything)
        world.pool("c2", .leave)
        let question = BacktestQuestion(
            draft: Programs.load(Self.document), from: .distantPast, until: .distantFuture, rows: .month)
        let report = try world.store.read {
            try Backtest(question, book: world.harness.book).run(in: $0, at: world.harness.now)
        }
        #expect(report.comparison?.differences == [])
        #expect(report.refusals.isEmpty)
        #expect(report.comparison?.compared == report.operations)
    }

    @Test("a document's tests join a pool and spend from it")
    func scenario() {
        let outcomes = DocumentTests.run(
            Programs.load(
                Self.document + """

                    tests:
                      - name: 家族で使う
                        member: { balance: { beans: 30 } }
                        steps:
                          - pool: { time: "2026-05-16T10:00:00+09:00", balance: { beans: 100 } }
                            expect: { balance: { beans: 30 }, pool: { beans: 130 } }
                          - redeem: { points: 110 }
                            expect: { balance: { beans: 0 }, pool: { beans: 20 } }
                          - redeem: { points: 21 }
                            expect: { refused: true }
                      - name: 貯めるだけの会員
                        steps:
                          - pool: { time: "2026-05-16T10:00:00+09:00", kind: company, role: earn }
                          - purchase: { items: [{ amount: 1000 }] }
                            expect: { pool: { beans: 10 } }
                          - redeem: { points: 10 }
                            expect: { refused: true, pool: { beans: 10 } }
                    """))
        #expect(outcomes.count == 2)
        #expect(outcomes.flatMap(\.differences) == [])
    }
}

extension SpendingWorld {
    @discardableResult
    func pool(_ card: String, _ request: PoolRequest) -> Reply {
        carryOut(.pool(member: .card(card), request))
    }

    fileprivate func newest(of member: Int64) throws -> OperationID {
        let state = try #require(try store.read { try $0.state(of: MemberNumber(member)) })
        return OperationID(member: MemberNumber(member), sequence: state.version)
    }
}
