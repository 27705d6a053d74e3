import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

/// Levels by every kind of window, as a shop owner would check them on a calendar. All times are in Japan.
@Suite("Windows of the tiers")
struct TierWindowTests {
    /// Coffee with other tiers: silver from 5, gold from 12 visits.
    private static func document(_ tiers: String, more: String = "") -> String {
        """
        schema: kizuna.program/v1
        id: inn
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        late_limit: 60 days
        points: { beans: {}, status: { kind: status } }
        \(more)
        tiers:
          \(tiers)
          levels: [{ id: regular, from: 0 }, { id: silver, from: 300 }, { id: gold, from: 1000 }]
        rules: [{ id: status, event: purchase, earn: { points: 1, per: 100, into: status } }]
        """
    }

    /// A member who joined on a day and then bought for so many points each time.
    private static func world(
        _ tiers: String, joined: String = "2025-03-15", _ purchases: [(day: String, points: Int64)], more: String = ""
    ) -> World {
        var world = World(document("metric: { earned: status }\n  " + tiers, more: more))
        world.enroll(at: joined + "T10:00:00+09:00")
        for purchase in purchases { _ = world.buy(purchase.points * 100, at: purchase.day + "T10:00:00+09:00") }
        return world
    }

    struct Row: Sendable {
        let tiers: String
        let bought: [(day: String, points: Int64)]
        /// The levels on days that follow, each from its first moment on.
        let levels: [(from: String, level: String)]
    }

    private static let rows = [
        // The window of twelve months before the purchase; then twelve months more.
        Row(
            tiers: "window: { rolling: 12 months }",
            bought: [("2025-06-01", 600), ("2026-05-31", 400)],
            levels: [
                ("2025-06-02", "silver"), ("2026-06-01", "gold"), ("2027-05-31", "gold"), ("2027-06-01", "silver"),
                ("2028-06-01", "regular"),
            ]),
        // A month from the 29th, 30th or 31st may end with the 28th, and the next window begins behind it all the same.
        Row(
            tiers: "window: { rolling: 1 months }",
            bought: [("2026-01-29", 300)], levels: [("2026-02-28", "silver"), ("2026-03-01", "regular")]),
        Row(
            tiers: "window: { rolling: 1 months }",
            bought: [("2026-01-31", 300)], levels: [("2026-02-28", "silver"), ("2026-03-01", "regular")]),
        Row(
            tiers: "window: { rolling: 1 months }",
            bought: [("2026-01-31", 100), ("2026-02-28", 200)],
            levels: [("2026-02-28", "regular"), ("2026-03-01", "regular")]),
        Row(
            tiers: "window: { rolling: 12 months }",
            bought: [("2028-02-29", 300)], levels: [("2029-02-28", "silver"), ("2029-03-01", "regular")]),
        // A day too late: the first purchase no longer counts.
        Row(
            tiers: "window: { rolling: 12 months }",
            bought: [("2025-06-01", 600), ("2026-06-01", 400)],
            levels: [
                ("2026-06-01", "silver"), ("2026-06-02", "silver"), ("2027-06-01", "silver"), ("2027-06-02", "regular"),
            ]),
        // What is bought while the level holds decides whether it goes on.
        Row(
            tiers: "window: { rolling: 3 months }",
            bought: [("2026-01-31", 1000), ("2026-04-30", 1000)],
            levels: [("2026-02-01", "gold"), ("2026-05-01", "gold"), ("2026-07-30", "gold"), ("2026-07-31", "silver")]),
        // A leap year: the twelve months behind 28 February end with 28 February.
        Row(
            tiers: "window: { rolling: 12 months }\n  downgrade: recompute",
            bought: [("2028-02-28", 1000)],
            levels: [("2028-02-29", "gold"), ("2029-02-28", "gold"), ("2029-03-01", "regular")]),
        // The year since joining on 15 March, and the next one.
        Row(
            tiers: "window: membership_year",
            bought: [("2026-03-14", 300), ("2026-03-15", 1000)],
            levels: [
                ("2026-03-15", "silver"), ("2026-03-16", "gold"), ("2028-03-14", "gold"), ("2028-03-15", "silver"),
                ("2029-03-15", "regular"),
            ]),
        // A lifetime adds up and never ends.
        Row(
            tiers: "window: lifetime",
            bought: [("2025-06-01", 600), ("2031-06-01", 400)],
            levels: [("2025-06-02", "silver"), ("2031-06-02", "gold"), ("2099-01-01", "gold")]),
        Row(
            tiers: "window: calendar_month",
            bought: [("2026-01-31", 300), ("2026-03-01", 299)],
            levels: [("2026-02-01", "silver"), ("2026-02-28", "silver"), ("2026-03-01", "regular")]),
        Row(
            tiers: "window: calendar_quarter\n  downgrade: recompute",
            bought: [("2026-01-01", 1000), ("2026-06-30", 300)],
            levels: [
                ("2026-01-02", "gold"), ("2026-06-30", "gold"), ("2026-07-01", "silver"), ("2026-10-01", "regular"),
            ]),
        // Grace: the level goes on for thirty days, and what is bought in them counts for the window they are in.
        Row(
            tiers: "window: calendar_year\n  grace: 30 days",
            bought: [("2026-03-01", 1000)],
            levels: [
                ("2028-01-01", "gold"), ("2028-01-30", "gold"), ("2028-01-31", "silver"), ("2029-01-30", "silver"),
                ("2029-01-31", "regular"),
            ]),
        Row(
            tiers: "window: calendar_year\n  grace: 30 days",
            bought: [("2026-03-01", 1000), ("2028-01-30", 1000)],
            levels: [("2028-01-31", "gold"), ("2030-01-30", "gold"), ("2030-01-31", "silver")]),
        Row(
            tiers: "window: { rolling: 1 month }\n  grace: 2 weeks\n  downgrade: recompute",
            bought: [("2026-05-10", 1000), ("2026-06-20", 300)],
            levels: [
                ("2026-06-24", "gold"), ("2026-06-25", "silver"), ("2026-08-03", "silver"), ("2026-08-04", "regular"),
            ]),
        Row(
            tiers: "window: calendar_year\n  downgrade: never\n  grace: 1 month",
            bought: [("2026-03-01", 1000)], levels: [("2035-01-01", "gold")]),
    ]

    @Test("a level begins and ends on these days", arguments: rows.indices)
    func days(index: Int) {
        let row = Self.rows[index]
        let world = Self.world(row.tiers, row.bought)
        for (day, level) in row.levels {
            // Whoever looks later asks for the past; whoever looks then is told the same.
            let instant = Instant(day + "T00:00:00+09:00")
            let later = max(instant, world.member?.tier?.current.since ?? instant)
            #expect(
                world.member?.advanced(to: later, under: world.book).tier?.level(at: instant) == level,
                "\(row.tiers): on \(day)")
        }
    }

    @Test("a year of somebody who joined on 29 February ends with 28 February in other years")
    func leapDay() {
        let world = Self.world(
            "window: membership_year\n  downgrade: recompute", joined: "2028-02-29", [("2029-02-27", 1000)])
        #expect(world.member?.tier?.until == Instant("2030-02-28T00:00:00+09:00"))
    }

    @Test("visits are purchases with a line that may earn; a return of everything takes one back")
    func visits() {
        var world = World(
            Self.document("metric: visits\n  window: { rolling: 12 months }", more: "eligible: item.amount > 100")
                .replacing("from: 300 }", with: "from: 2 }"))
        world.enroll(at: "2026-01-01T10:00:00+09:00")
        _ = world.buy(5000, at: "2026-02-01T10:00:00+09:00")
        _ = world.buy(100, at: "2026-02-02T10:00:00+09:00")
        #expect(world.tier(at: "2026-02-02T10:00:00+09:00") == "regular")
        _ = world.buy(5000, at: "2026-02-03T10:00:00+09:00")
        #expect(world.tier(at: "2026-02-03T10:00:00+09:00") == "silver")
        let outlook = world.member?.tierOutlook(
            in: world.book.all[0].program, at: Instant("2026-02-03T10:00:00+09:00"))
        #expect(outlook?.total == 2 && outlook?.next?.missing == 998)
        #expect(outlook?.keep?.missing == 2)
        #expect(outlook?.keep?.window.from == Instant("2026-02-04T00:00:00+09:00"))
        #expect(outlook?.keep?.by == Instant("2027-02-04T00:00:00+09:00"))
    }

    @Test("a purchase that comes in late counts for the windows that have its day")
    func late() {
        var world = Self.world("window: { rolling: 1 month }", [("2026-05-10", 600)])
        // On 20 June nothing of May counts any more; on 31 May it did.
        _ = world.buy(40_000, at: "2026-05-31T10:00:00+09:00", postedAt: "2026-06-20T10:00:00+09:00")
        #expect(world.tier(at: "2026-06-20T10:00:00+09:00") == "gold")
        #expect(world.member?.tier?.until == Instant("2026-07-01T00:00:00+09:00"))
        // And what would be over by now is not begun.
        _ = world.buy(200_000, at: "2026-05-05T10:00:00+09:00", postedAt: "2026-06-29T10:00:00+09:00")
        #expect(world.member?.tier?.until == Instant("2026-07-01T00:00:00+09:00"))
    }

    @Test("what no window can reach is forgotten, and a member who buys every day has a bounded row")
    func bounded() {
        var world = Self.world("window: { rolling: 3 months }", [])
        var day = CivilDate(daysSinceEpoch: 20_500)
        for _ in 0..<900 {
            day = day.adding(days: 1)
            _ = world.buy(100, at: "\(day)T10:00:00+09:00")
        }
        let buckets = world.member?.tier?.tallies.first?.buckets.count ?? 0
        #expect((180...270).contains(buckets))
        #expect((world.member?.tier?.periods.count ?? 0) <= TierStanding.mostPeriods)
    }

    @Test("rules that count otherwise begin from nothing, and levels end when those rules have a window's end")
    func otherRules() {
        let later = Self.document("metric: spend\n  window: calendar_year")
            .replacing("from: 300 }", with: "from: 30000 }").replacing("from: 1000 }", with: "from: 100000 }")
        var world = World(
            RuleBook([
                Programs.ruleSet(Self.document("metric: { earned: status }\n  window: { rolling: 12 months }")),
                Programs.ruleSet(later, version: 2, from: "2026-07-01T00:00:00+09:00"),
            ]))
        world.enroll(at: "2026-01-01T10:00:00+09:00")
        _ = world.buy(100_000, at: "2026-02-10T10:00:00+09:00")
        #expect(world.tier(at: "2026-07-02T00:00:00+09:00") == "gold")
        // The rolling year ends within a calendar year, to whose end the level goes on.
        #expect(world.tier(at: "2027-12-31T23:59:59+09:00") == "gold")
        #expect(world.tier(at: "2028-01-01T00:00:00+09:00") == "silver")
        _ = world.buy(30_000, at: "2026-08-01T10:00:00+09:00")
        #expect(world.member?.tier?.tallies.count == 2)
        _ = world.buy(100, at: "2026-10-01T10:00:00+09:00")
        #expect(world.member?.tier?.tallies.map(\.measure.metric) == [.spend])
    }
}
