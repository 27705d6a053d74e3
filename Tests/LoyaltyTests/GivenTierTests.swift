import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

/// Levels that people give, and status points that they correct.
@Suite("Levels by hand")
struct GivenTierTests {
    private func world(_ document: String = Programs.coffee) -> World {
        var world = World(document)
        world.enroll(at: "2026-01-01T10:00:00+09:00")
        return world
    }

    private func give(_ level: String, until: String? = nil) -> Command {
        .setTier(
            member: .card("c1"), TierSetting(level: level, until: until.map { Instant($0) }, reason: "a match"))
    }

    @Test("a level that is given is a floor: it holds until its end, and does not keep anyone from more")
    func floor() {
        var world = world()
        _ = world.decide(give("silver", until: "2026-06-15T12:00:00+09:00"), at: "2026-02-01T10:00:00+09:00")
        #expect(world.tier(at: "2026-06-15T11:59:59+09:00") == "silver")
        #expect(world.tier(at: "2026-06-15T12:00:00+09:00") == "regular")
        _ = world.buy(100_000, at: "2026-03-01T10:00:00+09:00")
        #expect(world.tier(at: "2026-03-01T10:00:00+09:00") == "gold")
        #expect(world.tier(at: "2027-12-31T00:00:00+09:00") == "gold")
        #expect(world.tier(at: "2029-01-01T00:00:00+09:00") == "regular")
    }

    @Test("without an end it holds until it is taken away; then the member has what was reached")
    func takenAway() {
        var world = world()
        _ = world.buy(30_000, at: "2026-01-10T10:00:00+09:00")
        _ = world.decide(give("gold"), at: "2026-02-01T10:00:00+09:00")
        #expect(world.tier(at: "2040-01-01T00:00:00+09:00") == "gold")
        let outlook = world.member?.tierOutlook(
            in: world.book.all[0].program, at: Instant("2026-02-01T10:00:00+09:00"))
        #expect(outlook?.until == nil && outlook?.keep == nil && outlook?.next == nil)
        _ = world.decide(.unsetTier(member: .card("c1"), reason: "over"), at: "2026-03-01T10:00:00+09:00")
        #expect(world.tier(at: "2026-03-01T10:00:00+09:00") == "silver")
        let changes = world.operations.flatMap(\.tierChanges)
        #expect(changes.map(\.to) == ["silver", "gold", "silver"])
        #expect(changes.map(\.reason) == [.reached, .given, .givenEnded])
    }

    @Test("what keeps a level that is given is reaching it")
    func keep() {
        var world = world()
        _ = world.buy(40_000, at: "2026-01-10T10:00:00+09:00")
        _ = world.decide(give("gold", until: "2026-07-01T00:00:00+09:00"), at: "2026-02-01T10:00:00+09:00")
        let outlook = world.member?.tierOutlook(
            in: world.book.all[0].program, at: Instant("2026-02-01T10:00:00+09:00"))
        #expect(outlook?.keep?.missing == 600)
        #expect(outlook?.keep?.by == Instant("2026-07-01T00:00:00+09:00"))
    }

    @Test("refused where there is nothing to give or to take")
    func refusals() {
        var world = world()
        let now = "2026-02-01T10:00:00+09:00"
        #expect(world.decide(give("platinum"), at: now).refusal == .levelUnknown)
        #expect(world.decide(give("gold", until: now), at: now).refusal == .endPassed(now: Instant(now)))
        #expect(
            world.decide(.unsetTier(member: .card("c1"), reason: "x"), at: now).refusal == .noTierGiven)
        var none = World(
            """
            schema: kizuna.program/v1
            id: plain
            money: { currency: JPY, base: tax_included }
            timezone: Asia/Tokyo
            points: { beans: {} }
            rules: [{ id: base, event: purchase, earn: { points: 1, per: 100 } }]
            """)
        none.enroll(at: now)
        #expect(none.decide(give("gold"), at: now).refusal == .tiersNotOffered)
        #expect(
            none.decide(.unsetTier(member: .card("c1"), reason: "x"), at: now).refusal == .tiersNotOffered)
        #expect(none.member?.tier == nil)
    }

    @Test(
        "a correction of status points moves the level at once, up and down",
        arguments: [
            // First bought for so many status points; then corrected; then the level.
            (0, 300, "silver"), (299, 1, "silver"), (299, 701, "gold"), (300, -1, "regular"), (1000, -1, "silver"),
            (1000, -701, "regular"), (350, -50, "silver"),
        ])
    func corrections(bought: Int64, corrected: Int64, level: String) {
        var world = world()
        if bought > 0 { _ = world.buy(bought * 100, at: "2026-01-10T10:00:00+09:00") }
        let correction = Adjustment(currency: CurrencyID("status"), points: corrected, reason: "a wrong sale")
        let decision = world.decide(.adjust(member: .card("c1"), correction), at: "2026-02-01T10:00:00+09:00")
        #expect(decision.refusal == nil)
        #expect(world.tier(at: "2026-02-01T10:00:00+09:00") == level)
    }

    @Test("a correction of points that can be spent is no merit")
    func spendable() {
        var world = world(
            Programs.coffee.replacing("metric: { earned: status }", with: "metric: { earned: beans }"))
        let correction = Adjustment(currency: CurrencyID("beans"), points: 5000, reason: "an apology")
        _ = world.decide(.adjust(member: .card("c1"), correction), at: "2026-02-01T10:00:00+09:00")
        #expect(world.tier(at: "2026-02-01T10:00:00+09:00") == "regular")
    }

    @Test("a correction takes nothing of a level that the program's rule left to a member")
    func leftByRule() {
        var world = world()
        _ = world.buy(100_000, at: "2026-01-10T10:00:00+09:00")
        // Gold fell to silver in 2028, which nothing counted since has reached.
        _ = world.buy(1_000, at: "2028-02-01T10:00:00+09:00")
        let correction = Adjustment(currency: CurrencyID("status"), points: -5, reason: "a wrong sale")
        _ = world.decide(.adjust(member: .card("c1"), correction), at: "2028-03-01T10:00:00+09:00")
        #expect(world.tier(at: "2028-03-01T10:00:00+09:00") == "silver")
    }

    @Test("two members who become one have what both counted, and the higher level")
    func merging() throws {
        var (first, second) = (world(), world())
        _ = first.buy(60_000, at: "2026-02-01T10:00:00+09:00")
        _ = second.buy(50_000, at: "2026-03-01T10:00:00+09:00")
        let now = Instant("2026-04-01T10:00:00+09:00")
        let program = first.book.all[0].program
        let terms = try #require(TierTerms(program, joined: now))
        var standing = try #require(first.member?.tier)
        #expect(standing.take(over: try #require(second.member?.tier), under: terms, at: now, operation: 9))
        #expect(standing.current.level == "gold" && standing.current.reason == .merged)
        #expect(standing.until == Instant("2028-01-01T00:00:00+09:00"))
        #expect(standing.tallies.first?.buckets.map(\.total) == [1100])

        _ = second.decide(give("gold"), at: "2026-03-02T10:00:00+09:00")
        var other = try #require(world().member?.tier)
        #expect(other.take(over: try #require(second.member?.tier), under: terms, at: now, operation: 9))
        #expect(other.current.level == "gold" && other.reached == "silver" && other.floor?.level == "gold")
    }
}
