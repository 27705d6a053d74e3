import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing

@testable import Engine

@Suite("What a batch uses of a budget")
struct SharedUseSumTests {
    @Test(
        "each use stays within the limit of the version that decided it",
        arguments: [
            // (uses and their limits, the sum, the most that may be used afterwards)
            ([(10, 100)], 10, 100),
            ([(10, 100), (20, 100)], 30, 100),
            // After the first use there may be 100, so after both 150.
            ([(10, 100), (50, 1000)], 60, 150),
            ([(50, 1000), (10, 100)], 60, 100),
            ([(50, 60), (10, 1000)], 60, 70),
            // Giving back is always allowed, and leaves the limit of what was used before it.
            ([(-30, 100)], -30, .max),
            ([(30, 100), (-30, 100)], 0, 70),
            ([(-30, 100), (30, 100)], 0, 100),
            ([(5, .max)], 5, .max),
        ] as [([(Int64, Int64)], Int64, Int64)])
    func sums(uses: [(Int64, Int64)], change: Int64, limit: Int64) {
        var sum = SharedUseSum(Self.key)
        for (amount, limit) in uses { sum.add(amount, limit: limit) }
        #expect(sum.use == SharedUse(key: Self.key, change: change, limit: limit))
    }

    @Test("what was cut hangs on what was used before the batch")
    func cut() {
        var sum = SharedUseSum(Self.key)
        #expect(sum.use == nil)
        sum.add(10, limit: 100)
        // 80 before the batch, 90 by now.
        sum.hang(on: Self.draw(10, isShort: true), used: 90, behind: 0)
        sum.add(10, limit: 100)
        sum.hang(on: Self.draw(0, isShort: true), used: 100, behind: 0)
        #expect(sum.use == SharedUse(key: Self.key, change: 20, limit: 100, least: 80))
        var spent = SharedUseSum(Self.key)
        spent.hang(on: Self.draw(0, isShort: true), used: 100, behind: 0)
        #expect(spent.use == SharedUse(key: Self.key, change: 0, limit: .max, least: 100))
    }

    @Test("what a cap left of an award hangs on what the award had needed")
    func capped() {
        var sum = SharedUseSum(Self.key)
        // 30 were there for the rule; a cap left 1 of them, and of the 20 of another event of the same command nothing.
        sum.hang(on: Self.draw(30, isShort: false), used: 50, behind: 0)
        sum.hang(on: Self.draw(20, isShort: false), used: 50, behind: 1)
        sum.add(1, limit: 100)
        #expect(sum.use == SharedUse(key: Self.key, change: 1, limit: 71))
        var other = SharedUseSum(Self.key)
        other.hang(on: Self.draw(20, isShort: false), used: 50, behind: 60)
        other.add(60, limit: 100)
        #expect(other.use == SharedUse(key: Self.key, change: 60, limit: 80))
    }

    @Test("who joins by a purchase and gets something for both from one budget is not refused for ever")
    func joiningByPurchase() throws {
        let program = Programs.coffee.replacing(
            "rules:\n",
            with: """
                enroll: { unknown_card: enroll }
                campaigns: [{ id: rush, budget: { points: 100, when_short: partial } }]
                caps: [{ id: few, per: member, window: lifetime, points: 10, rules: [hello] }]
                rules:
                  - { id: hello, campaign: rush, event: enroll, earn: { points: 100, into: beans } }
                  - { id: most, campaign: rush, event: purchase, earn: { points: 90, into: beans } }

                """)
        let store = MemoryStore()
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(program))
        let reply = harness.carryOut("1", buy(100, card: "c1", receipt: "1"))
        #expect(reply.result != nil, "\(reply)")
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [100])
    }

    private static func draw(_ points: Int64, isShort: Bool) -> BudgetDraw {
        BudgetDraw(key: key, limit: 100, points: points, isShort: isShort)
    }

    private static let key = UsageKey(kind: .budget, id: "rush")
}
