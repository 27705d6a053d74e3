import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

private let beans = CurrencyID("beans")
private let card = CurrencyID("card")

@Suite("Members who are tied to others, and are merged or leave") struct TiedMemberTests {
    private static let document = """
        schema: kizuna.program/v1
        id: ties
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points:
          beans: { expiry: { after: 12 months } }
          card: { kind: stored_value }
        referral: { referrer: { points: 200 }, minimum: 500 }
        pools: { kinds: [household] }
        redemption: { pay: { points: beans, worth: 1 } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
        """

    private func world() throws -> SpendingWorld {
        let world = try SpendingWorld(Self.document)
        for number in 2...4 { _ = world.harness.carryOut("e\(number)", enroll(number)) }
        return world
    }

    private func merge(_ card: String, from other: String) -> Command {
        .merge(member: .card(card), from: .card(other))
    }

    private func status(_ card: String, _ change: StatusChange) -> Command { .status(member: .card(card), change) }

    @Test("who brought somebody and was merged is paid as the one they are now, and pays back as that one")
    func referrer() throws {
        let world = try world()
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        world.carryOut(merge("c3", from: "c1"))
        world.buy(1000, by: "c2", receipt: "1")
        #expect(try world.available(3) == 200)
        world.giveBack("1", .everything)
        #expect(try world.available(3) == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test("a bonus that was paid before the merging is taken back behind it")
    func bonusBefore() throws {
        let world = try world()
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        world.buy(1000, by: "c2", receipt: "1")
        #expect(try world.available(1) == 200)
        world.carryOut(merge("c3", from: "c1"))
        world.carryOut(merge("c4", from: "c3"))
        world.giveBack("1", .everything)
        #expect(try world.available(4) == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test("who was brought and is merged away is still who was brought, purchase and return")
    func referred() throws {
        let world = try world()
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        world.buy(1000, by: "c2", receipt: "1")
        world.carryOut(merge("c3", from: "c2"))
        world.giveBack("1", .everything)
        #expect(try world.available(1) == 0)
        world.buy(600, by: "c3", receipt: "2")
        #expect(try world.available(1) == 200)
        #expect(try world.findings().isEmpty)
    }

    @Test("nobody is paid for having brought themselves", arguments: [("c1", "c2"), ("c2", "c1")])
    func oneself(winner: String, loser: String) throws {
        let world = try world()
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        #expect(world.carryOut(merge(winner, from: loser)).refusal == nil)
        world.buy(1000, by: "c2", receipt: "1")
        #expect(try world.available(winner == "c1" ? 1 : 2) == 10)
        #expect(try world.findings().isEmpty)
    }

    @Test(
        "what was paid for bringing somebody who turns out to be the same person goes back with the goods",
        arguments: [["c1", "c2"], ["c2", "c1"], ["c3", "c1", "c2", "c3"], ["c3", "c2", "c1", "c3"]])
    func oneselfAfterwards(merges: [String]) throws {
        let world = try SpendingWorld(
            Self.document.replacing(
                "{ referrer: { points: 200 }",
                with: "{ referrer: { points: 200 }, referred: { points: 100, after: first_purchase }"))
        for number in 2...4 { _ = world.harness.carryOut("e\(number)", enroll(number)) }
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        world.buy(1000, by: "c2", receipt: "1")
        #expect(try world.available(1) == 200 && world.available(2) == 110)
        for place in stride(from: 0, to: merges.count, by: 2) {
            #expect(world.carryOut(merge(merges[place], from: merges[place + 1])).refusal == nil)
        }
        let winner = merges.count == 2 ? merges[0] : merges[2]
        #expect(try world.available(winner == "c1" ? 1 : 2) == 310)
        world.giveBack("1", .everything)
        #expect(try world.available(winner == "c1" ? 1 : 2) == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test("of two who were brought and are one person both bonuses go back with their goods")
    func twoReferrals() throws {
        let world = try world()
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        world.carryOut(.claimReferral(member: .card("c4"), code: try world.code(of: 3)))
        world.buy(1000, by: "c2", receipt: "1")
        world.buy(1000, by: "c4", receipt: "2")
        #expect(try (1...4).map { try world.available($0) } == [200, 10, 200, 10])
        world.carryOut(merge("c2", from: "c4"))
        world.giveBack("2", .everything)
        #expect(try (1...3).map { try world.available($0) } == [200, 10, 0])
        world.giveBack("1", .everything)
        #expect(try (1...3).map { try world.available($0) } == [0, 0, 0])
        #expect(try world.findings().isEmpty)
    }

    @Test("nor through a third one")
    func oneselfByWay() throws {
        let world = try world()
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        world.carryOut(merge("c3", from: "c1"))
        world.carryOut(merge("c2", from: "c3"))
        world.buy(1000, by: "c2", receipt: "1")
        #expect(try world.available(2) == 10)
        #expect(try world.findings().isEmpty)
    }

    @Test("who takes no part is paid for nobody, and the sale is posted all the same", arguments: [0, 30] as [Int64])
    func absent(days: Int64) throws {
        let world = try world()
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        world.carryOut(days == 0 ? status("c1", .suspend) : status("c1", .close(graceMs: days * 86_400_000)))
        #expect(world.buy(1000, by: "c2", receipt: "1").refusal == nil)
        #expect(try world.available(1) == 0)
        #expect(try world.available(2) == 10)
        #expect(try world.findings().isEmpty)
    }

    @Test("a member of a pool is not merged away before it has left; into one it is")
    func pooled() throws {
        let world = try world()
        world.pool("c1", .create(.household))
        world.pool("c2", .join(owner: .card("c1"), .spend))
        #expect(world.carryOut(merge("c3", from: "c2")).refusal == .mergeOfPooled)
        #expect(world.carryOut(merge("c3", from: "c1")).refusal == .mergeOfPooled)
        world.adjust(100)
        #expect(world.carryOut(merge("c2", from: "c4")).refusal == nil)
        #expect(world.carryOut(.redeem(member: .card("c4"), .points(beans, Points(60)))).refusal == nil)
        #expect(try world.available(1) == 40)
        #expect(try world.findings().isEmpty)
    }

    @Test("points of somebody who is suspended are not lent")
    func suspended() throws {
        let world = try world()
        world.pool("c1", .create(.household))
        world.pool("c2", .join(owner: .card("c1"), .spend))
        world.adjust(100)
        world.carryOut(status("c1", .suspend))
        let redeem = Command.redeem(member: .card("c2"), .points(beans, Points(60)))
        #expect(
            world.carryOut(redeem).refusal
                == .insufficientPoints(beans, needed: Points(60), available: .zero, debt: .zero))
        world.carryOut(status("c1", .reinstate))
        #expect(world.carryOut(redeem).refusal == nil)
        #expect(try world.findings().isEmpty)
    }

    @Test("stored value of somebody who left stays until it is paid out; points lapse")
    func left() throws {
        let world = try world()
        world.adjust(100)
        world.topUp(5000, receipt: "t1")
        let topUp = try world.newest()
        world.carryOut(status("c1", .close(graceMs: 0)))
        #expect(try world.available() == 0)
        #expect(try world.available("card") == 5000)
        world.wait(days: 400)
        #expect(world.topUp(5000, receipt: "t2").refusal == .memberClosed)
        #expect(world.carryOut(.refund(topUp, nil)).refusal == nil)
        #expect(try world.available("card") == 0)
        #expect(try world.findings().isEmpty)
    }

    @Test("a referrer who became a member of the buyer's pool lends and is paid, as one member")
    func referrerInPool() throws {
        let world = try world()
        world.carryOut(.claimReferral(member: .card("c2"), code: try world.code(of: 1)))
        world.carryOut(merge("c3", from: "c1"))
        world.pool("c3", .create(.household))
        world.pool("c2", .join(owner: .card("c3"), .spend))
        world.carryOut(.adjust(member: .card("c3"), Adjustment(currency: beans, points: 300, reason: "test")))
        #expect(world.buy(1000, by: "c2", receipt: "1", pay: 100).refusal == nil)
        // 300 less 100 that were lent, and 200 for having brought the buyer.
        #expect(try world.available(3) == 400)
        #expect(world.giveBack("1", .everything).refusal == nil)
        #expect(try world.available(3) == 200)
        #expect(try world.available(2) == 100)
        #expect(try world.findings().isEmpty)
    }
}
