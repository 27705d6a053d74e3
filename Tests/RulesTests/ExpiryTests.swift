import Rules
import Testing
import Time

@Suite("Expiry of points") struct ExpiryTests {
    @Test(
        "points lapse at the local midnight after the day, month, quarter or year that the span leads to",
        arguments: [
            ("2026-03-01T10:30:00+09:00", "10 days", nil, "2026-03-12T00:00:00+09:00"),
            ("2026-05-16T10:00:00+09:00", "12 months", nil, "2027-05-17T00:00:00+09:00"),
            ("2026-05-16T10:00:00+09:00", "12 months", .month, "2027-06-01T00:00:00+09:00"),
            ("2026-05-31T23:59:59.999+09:00", "12 months", .month, "2027-06-01T00:00:00+09:00"),
            ("2026-06-01T00:00:00+09:00", "12 months", .month, "2027-07-01T00:00:00+09:00"),
            ("2026-05-31T23:30:00+00:00", "12 months", .month, "2027-07-01T00:00:00+09:00"),
            ("2026-01-31T10:00:00+09:00", "1 month", .month, "2026-03-01T00:00:00+09:00"),
            ("2026-05-16T10:00:00+09:00", "6 months", .quarter, "2027-01-01T00:00:00+09:00"),
            ("2026-05-16T10:00:00+09:00", "1 year", .year, "2028-01-01T00:00:00+09:00"),
            ("2024-10-12T07:20:50+09:00", "1 month", .month, "2024-12-01T00:00:00+09:00"),
            ("2026-05-16T10:00:00+09:00", "36 hours", nil, "2026-05-17T22:00:00+09:00"),
            ("2026-05-31T20:00:00+09:00", "36 hours", .month, "2026-07-01T00:00:00+09:00"),
        ] as [(String, String, CalendarPeriod?, String)])
    func expiry(from: String, span: String, period: CalendarPeriod?, expected: String) throws {
        let zone = Zone.fixed("Asia/Tokyo", offset: 9 * 3600)
        let policy = ExpiryPolicy.after(try #require(CalendarSpan(span)), endOf: period)
        let expiry = try #require(policy.expiry(from: try Instant(rfc3339: from), in: zone))
        #expect(expiry.rfc3339(in: zone) == expected)
    }

    @Test("a day that summer time makes shorter or longer still ends at its midnight")
    func summerTime() throws {
        let zone = try #require(zones("America/New_York"))
        let policy = ExpiryPolicy.after(try #require(CalendarSpan("1 day")), endOf: nil)
        let spring = policy.expiry(from: try Instant(rfc3339: "2026-03-07T12:00:00-05:00"), in: zone)
        #expect(spring?.rfc3339(in: zone) == "2026-03-09T00:00:00-04:00")
        let autumn = policy.expiry(from: try Instant(rfc3339: "2026-10-31T12:00:00-04:00"), in: zone)
        #expect(autumn?.rfc3339(in: zone) == "2026-11-02T00:00:00-05:00")
    }

    @Test("points that never lapse have no expiry")
    func never() throws {
        #expect(ExpiryPolicy.never.expiry(from: Instant(milliseconds: 0), in: .utc) == nil)
    }

    @Test(
        "points vest when a day of the year begins, at once on that day, and live from then or from the purchase",
        arguments: [
            ("2026-03-05T10:00:00+09:00", "vesting", "2026-04-01T00:00:00+09:00", "2026-05-02T00:00:00+09:00"),
            ("2026-03-22T00:00:00+09:00", "vesting", "2026-04-01T00:00:00+09:00", "2026-05-02T00:00:00+09:00"),
            ("2026-03-22T00:00:01+09:00", "vesting", "2026-04-01T00:00:00+09:00", "2026-05-02T00:00:00+09:00"),
            ("2026-03-23T00:00:00+09:00", "vesting", "2026-10-01T00:00:00+09:00", "2026-11-01T00:00:00+09:00"),
            ("2026-10-05T10:00:00+09:00", "earning", "2027-04-01T00:00:00+09:00", "2026-11-05T00:00:00+09:00"),
        ])
    func vestingOnDates(from: String, start: String, vests: String, expires: String) throws {
        let program = try Self.program(
            "{ expiry: { after: 30 days, from: \(start) }, vesting: { dates: [04-01, 10-01], at_least: 10 days } }")
        let earnedAt = try Instant(rfc3339: from)
        let vestsAt = try #require(program.currencies[0].vesting.instant(from: earnedAt, in: program.zone))
        #expect(vestsAt.rfc3339(in: program.zone) == vests)
        let expiry = program.currencies[0].expiry(earnedAt: earnedAt, vestsAt: vestsAt, in: program.zone)
        #expect(expiry?.rfc3339(in: program.zone) == expires)
    }

    @Test("a purchase on the very day has points that can be spent at once")
    func vestingToday() throws {
        let program = try Self.program("{ vesting: { dates: [04-01] } }")
        let earnedAt = try Instant(rfc3339: "2026-04-01T00:00:00+09:00")
        #expect(program.currencies[0].vesting.instant(from: earnedAt, in: program.zone) == nil)
    }

    private static func program(_ currency: String) throws -> Program {
        try RulesTests.program(
            """
            schema: kizuna.program/v1
            id: days
            money: { currency: JPY, base: tax_excluded }
            timezone: Asia/Tokyo
            points: { p: \(currency) }
            rules: [{ id: base, event: purchase, earn: { points: 1, per: 100 } }]
            """)
    }
}
