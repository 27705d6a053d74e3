import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("Tiers")
struct TierTests {
    /// A world with one member and purchases on given days, in yen.
    private func world(_ purchases: [(String, Int64)], _ document: String = Programs.coffee) -> World {
        var world = World(document)
        world.enroll(at: "2025-12-01T10:00:00+09:00")
        for (day, amount) in purchases { _ = world.buy(amount, at: "\(day)T10:00:00+09:00") }
        return world
    }

    @Test(
        "A level is reached at once, holds to the end of the next year, and then falls by the rule",
        arguments: [
            ("one_level", "2026-03-01T10:00:00+09:00", "gold"),
            ("one_level", "2027-12-31T23:59:59+09:00", "gold"),
            ("one_level", "2028-01-01T00:00:00+09:00", "silver"),
            ("one_level", "2028-12-31T23:59:59+09:00", "silver"),
            ("one_level", "2029-01-01T00:00:00+09:00", "regular"),
            ("one_level", "2035-01-01T00:00:00+09:00", "regular"),
            ("recompute", "2027-12-31T23:59:59+09:00", "gold"),
            ("recompute", "2028-01-01T00:00:00+09:00", "regular"),
            ("never", "2035-01-01T00:00:00+09:00", "gold"),
        ])
    func downgrade(rule: String, time: String, level: String) {
        let document = Programs.coffee.replacing("downgrade: one_level", with: "downgrade: \(rule)")
        let world = world([("2026-03-01", 100_000)], document)
        #expect(world.tier(at: time) == level)
    }

    @Test("Reaching the level again in the next year keeps it for another one")
    func requalify() {
        let world = world([("2026-03-01", 100_000), ("2027-11-01", 100_000)])
        #expect(world.tier(at: "2028-12-31T23:59:59+09:00") == "gold")
        #expect(world.tier(at: "2029-01-01T00:00:00+09:00") == "silver")
    }

    @Test("At the end of a period the level stays that the year gives")
    func lowerLevelHeld() {
        // Gold in 2026; silver again in 2027, so silver from 2028 on, and silver lost in 2029.
        let world = world([("2026-03-01", 100_000), ("2027-11-01", 30_000)])
        #expect(world.tier(at: "2028-06-01T00:00:00+09:00") == "silver")
        #expect(world.tier(at: "2029-06-01T00:00:00+09:00") == "regular")
    }

    @Test("A purchase that crosses earns at the old level, and points are counted over the year")
    func crossing() {
        var world = world([("2026-03-01", 29_900)])
        #expect(world.tier(at: "2026-03-01T10:00:00+09:00") == "regular")
        _ = world.buy(100, at: "2026-03-02T10:00:00+09:00")
        #expect(world.tier(at: "2026-03-02T10:00:00+09:00") == "silver")
        #expect(world.counted(2026) == 300)
        #expect(world.member?.tier?.until == Instant("2028-01-01T00:00:00+09:00"))
    }

    @Test("A late purchase counts in the year it happened in")
    func late() {
        var world = world([("2026-12-30", 29_900)])
        _ = world.buy(200, at: "2026-12-31T23:59:00+09:00", postedAt: "2027-01-02T09:00:00+09:00")
        #expect(world.tier(at: "2027-01-02T09:00:00+09:00") == "silver")
        #expect(world.member?.tier?.until == Instant("2028-01-01T00:00:00+09:00"))
        #expect(world.counted(2027) == 0)
    }

    @Test("The history tells the level at any instant")
    func history() {
        let world = world([("2026-03-01", 100_000)])
        let standing = world.member?.advanced(to: Instant("2030-01-01T00:00:00Z"), under: world.book).tier
        #expect(standing?.periods.map(\.level) == ["regular", "gold", "silver", "regular"])
        #expect(standing?.level(at: Instant("2020-01-01T00:00:00Z")) == "regular")
        #expect(standing?.level(at: Instant("2027-06-01T00:00:00Z")) == "gold")
        #expect(standing?.level(at: Instant("2028-06-01T00:00:00Z")) == "silver")
    }

    @Test("Spending counts where the program says so")
    func spend() {
        let document = Programs.coffee
            .replacing("metric: { earned: status }", with: "metric: spend")
            .replacing("from: 300 }", with: "from: 30000 }").replacing("from: 1000 }", with: "from: 100000 }")
        let world = world([("2026-03-01", 29_999), ("2026-03-02", 1)], document)
        #expect(world.tier(at: "2026-03-02T10:00:00+09:00") == "silver")
    }
}
