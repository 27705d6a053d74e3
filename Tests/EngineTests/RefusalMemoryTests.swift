import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

/// A till that hears nothing sends again. What was refused must not go through then.
@Suite("Refusals that are remembered")
struct RefusalMemoryTests {
    private let beans = CurrencyID("beans")

    private func redeem(_ points: Int64) -> Command {
        .redeem(member: .card("c1"), .points(beans, Points(points)))
    }

    @Test("a late duplicate is refused again, though there are points by now; another key is not")
    func lateDuplicate() throws {
        let world = try SpendingWorld()
        world.adjust(10)
        let refusal = try #require(world.harness.carryOut("r", redeem(50)).refusal)
        world.adjust(100)
        world.wait(days: 2)
        #expect(world.harness.carryOut("r", redeem(50)).refusedBefore == refusal)
        // An engine that was just started knows it from the store.
        let other = try EngineHarness(store: world.store, rules: world.harness.rules, now: world.harness.now)
        #expect(other.carryOut("r", redeem(50)).refusedBefore == refusal)
        #expect(other.carryOut("r", redeem(55)).refusal == .keyReused(original: nil))
        #expect(other.carryOut("new", redeem(50)).isReplayed == false)
        #expect(try world.available() == 60)
        #expect(try world.findings().isEmpty)
    }

    @Test("after 72 hours the key is free again", arguments: [-1, 0])
    func end(early: Int64) throws {
        let world = try SpendingWorld()
        #expect(world.harness.carryOut("r", redeem(50)).refusal != nil)
        world.adjust(100)
        world.harness.now = world.harness.now + Refusal.memoryMs + early
        let reply = world.harness.carryOut("r", redeem(50))
        #expect((reply.refusedBefore != nil) == (early < 0))
        #expect((reply.isReplayed == false) == (early == 0))
    }

    @Test("twice in one batch: the second one gets the first one's refusal")
    func oneBatch() throws {
        let world = try SpendingWorld()
        let calls = [redeem(50), redeem(50)].map { (Cause("r", $0), $0) }
        let replies = world.harness.carryOut(calls)
        #expect(replies[0].refusal != nil)
        #expect(replies[1].refusedBefore == replies[0].refusal)
    }

    @Test("what is wrong with a call is judged afresh each time")
    func notRemembered() throws {
        let world = try SpendingWorld()
        let card = Identifier(.card, "later")
        let buy = Command.purchase(
            member: card, .sale(1000, at: "2026-05-16T10:00:00+09:00", receipt: "1"))
        #expect(world.harness.carryOut("p", buy).refusal == .memberUnknown(.card))
        world.carryOut(.link(Linking(member: .card("c1"), identifier: card)))
        #expect(world.harness.carryOut("p", buy).isReplayed == false)
    }

    @Test("a refusal is answered only once it is durable")
    func durability() throws {
        let commits = HeldCommits()
        let store = MemoryStore { commits.meet($0) }
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.spending))
        _ = harness.carryOut("e", enroll(1))
        #expect(harness.carryOut("r", redeem(50)).refusal != nil)
        var keys = LoadKeys()
        keys.causes = [IdempotencyKey(client: 1, key: "r")]
        #expect(store.load(keys).refusals.count == 1)
    }
}
