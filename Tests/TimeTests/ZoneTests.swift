import TestSupport
import Testing
import Time

@Suite("Zones") struct ZoneTests {
    @Test(
        "local date and time follow the table",
        arguments: [
            (Zone.newYork, "2026-03-08T06:59:59Z", "2026-03-08T01:59:59"),
            (.newYork, "2026-03-08T07:00:00Z", "2026-03-08T03:00:00"),
            (.newYork, "2026-11-01T05:59:59Z", "2026-11-01T01:59:59"),
            (.newYork, "2026-11-01T06:00:00Z", "2026-11-01T01:00:00"),
            (.newYork, "1969-12-31T23:00:00Z", "1969-12-31T18:00:00"),
            (.newYork, "2040-07-01T12:00:00Z", "2040-07-01T07:00:00"),
            (.tokyo, "2026-12-31T15:00:00Z", "2027-01-01T00:00:00"),
            (.tokyo, "2026-12-31T14:59:59.999Z", "2026-12-31T23:59:59.999"),
            (.apia, "2011-12-30T09:59:59Z", "2011-12-29T23:59:59"),
            (.apia, "2011-12-30T10:00:00Z", "2011-12-31T00:00:00"),
            (.utc, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999"),
        ])
    func localTime(zone: Zone, utc: String, local: String) {
        #expect(zone.dateTime(at: instant(utc)).description == local)
        #expect(zone.date(at: instant(utc)).description == String(local.prefix(10)))
    }

    @Test(
        "a local time becomes the first instant that shows it or, in a gap, a later one",
        arguments: [
            (Zone.newYork, "2026-03-08", 1, 30, "2026-03-08T06:30:00Z"),
            (.newYork, "2026-03-08", 2, 0, "2026-03-08T07:00:00Z"),
            (.newYork, "2026-03-08", 2, 30, "2026-03-08T07:00:00Z"),
            (.newYork, "2026-03-08", 3, 0, "2026-03-08T07:00:00Z"),
            (.newYork, "2026-11-01", 0, 59, "2026-11-01T04:59:00Z"),
            (.newYork, "2026-11-01", 1, 0, "2026-11-01T05:00:00Z"),
            (.newYork, "2026-11-01", 1, 30, "2026-11-01T05:30:00Z"),
            (.newYork, "2026-11-01", 2, 0, "2026-11-01T07:00:00Z"),
            (.apia, "2011-12-30", 12, 0, "2011-12-30T10:00:00Z"),
            (.saoPaulo, "2018-11-04", 0, 0, "2018-11-04T03:00:00Z"),
            (.saoPaulo, "2019-02-16", 23, 30, "2019-02-17T01:30:00Z"),
            (.utc, "1970-01-01", 0, 0, "1970-01-01T00:00:00Z"),
        ])
    func instants(zone: Zone, day: String, hour: Int, minute: Int, utc: String) throws {
        let local = try #require(CivilDateTime(date: date(day), hour: hour, minute: minute))
        #expect(zone.instant(of: local).rfc3339 == utc)
    }

    @Test(
        "periods start and end at local midnight, or at the first instant there is",
        arguments: [
            (Zone.newYork, CalendarPeriod.day, "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
            (.newYork, .day, "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
            (.newYork, .month, "2026-04-01T03:59:59Z", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"),
            (.newYork, .year, "2026-07-04T12:00:00Z", "2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z"),
            (.saoPaulo, .day, "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
            (.apia, .day, "2011-12-30T09:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
            (.tokyo, .quarter, "2026-05-16T01:00:00Z", "2026-03-31T15:00:00Z", "2026-06-30T15:00:00Z"),
            (.tokyo, .year, "2026-12-31T15:00:00Z", "2026-12-31T15:00:00Z", "2027-12-31T15:00:00Z"),
        ])
    func periods(zone: Zone, period: CalendarPeriod, at: String, start: String, end: String) {
        #expect(zone.start(of: period, containing: instant(at)).rfc3339 == start)
        #expect(zone.end(of: period, containing: instant(at)).rfc3339 == end)
    }

    @Test("a local time that exists once comes back as the same instant", arguments: [11 as UInt64, 12])
    func roundTrips(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let range = instant("2024-01-01T00:00:00Z").milliseconds...instant("2028-01-01T00:00:00Z").milliseconds
        for _ in 0..<5000 {
            let instant = Instant(milliseconds: .random(in: range, using: &random))
            let zone = [Zone.newYork, .tokyo, .utc, .saoPaulo].randomElement(using: &random) ?? .utc
            let back = zone.instant(of: zone.dateTime(at: instant))
            // The second of two equal local times gives the first.
            #expect(back == instant || back == instant - 3_600_000, "seed \(seed): \(instant) in \(zone.name)")
            #expect(zone.dateTime(at: back) == zone.dateTime(at: instant), "seed \(seed): \(instant) in \(zone.name)")
        }
    }

    @Test("the ends of time do not trap")
    func endsOfTime() {
        for end in [Instant.distantPast, .distantFuture] {
            for zone in [Zone.utc, .newYork, .fixed("far", offset: -26 * 3600), .fixed("far", offset: 26 * 3600)] {
                _ = zone.dateTime(at: end)
                _ = zone.start(of: .year, containing: end)
                _ = zone.end(of: .year, containing: end)
                #expect(!end.rfc3339(in: zone).isEmpty)
            }
        }
        #expect(Instant.distantFuture + 1 == .distantFuture)
        #expect(Instant.distantPast - 1 == .distantPast)
        #expect(Instant.distantPast + -1 == .distantPast)
        #expect(Instant.distantFuture - -1 == .distantFuture)
        #expect(Instant.distantFuture.milliseconds(since: .distantPast) == .max)
        #expect(Instant.distantPast.milliseconds(since: .distantFuture) == .min)
        #expect(Instant(seconds: .max) == .distantFuture)
        #expect(Instant(seconds: .min) == .distantPast)
    }

    @Test("tables out of order or with impossible offsets are refused")
    func badTables() {
        typealias Change = Zone.Transition
        #expect(Zone(name: "x", offset: 27 * 3600, transitions: []) == nil)
        #expect(Zone(name: "x", offset: 0, transitions: [Change(second: 1, offset: -27 * 3600)]) == nil)
        let equal = [Change(second: 1, offset: 0), Change(second: 1, offset: 3600)]
        #expect(Zone(name: "x", offset: 0, transitions: equal) == nil)
        let falling = [Change(second: 2, offset: 0), Change(second: 1, offset: 3600)]
        #expect(Zone(name: "x", offset: 0, transitions: falling) == nil)
    }
}
