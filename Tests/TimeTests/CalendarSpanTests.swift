import Testing
import Time

@Suite("Calendar spans") struct CalendarSpanTests {
    @Test(
        "a span is read as people say it, and written the same",
        arguments: [
            ("12 months", 12, CalendarSpan.Unit.month, "12 months"), ("30 days", 30, .day, "30 days"),
            ("15 minutes", 15, .minute, "15 minutes"), ("2 hours", 2, .hour, "2 hours"),
            ("1 year", 1, .year, "1 year"), ("3 weeks", 3, .week, "3 weeks"), ("1 months", 1, .month, "1 month"),
            ("0 days", 0, .day, "0 days"), ("1000000 days", 1_000_000, .day, "1000000 days"),
        ])
    func reading(text: String, count: Int, unit: CalendarSpan.Unit, written: String) throws {
        let span = try #require(CalendarSpan(text))
        #expect(span.count == count)
        #expect(span.unit == unit)
        #expect(span.description == written)
    }

    @Test(
        "other texts are no span",
        arguments: [
            "", "12", "months", "12months", "12  months", " 12 months", "12 months ", "-1 days", "+1 days",
            "1.5 hours", "1_0 days", "12 monthss", "12 Months", "1000001 days", "99999999999 days", "12 seconds",
            "１２ months", "12 ", " ",
        ])
    func refusing(text: String) {
        #expect(CalendarSpan(text) == nil)
    }

    @Test(
        "calendar units keep the local time, hours and minutes are exact",
        arguments: [
            (Zone.newYork, "2026-03-07T12:00:00-05:00", "1 day", "2026-03-08T12:00:00-04:00"),
            (.newYork, "2026-03-07T12:00:00-05:00", "24 hours", "2026-03-08T13:00:00-04:00"),
            (.newYork, "2026-03-07T02:30:00-05:00", "1 day", "2026-03-08T03:00:00-04:00"),
            (.newYork, "2026-10-31T01:30:00-04:00", "1 day", "2026-11-01T01:30:00-04:00"),
            (.newYork, "2026-10-31T01:30:00-04:00", "25 hours", "2026-11-01T01:30:00-05:00"),
            (.newYork, "2026-03-01T12:00:00-05:00", "2 weeks", "2026-03-15T12:00:00-04:00"),
            (.newYork, "2026-11-01T01:30:00-05:00", "0 days", "2026-11-01T01:30:00-05:00"),
            (.tokyo, "2026-01-31T23:59:59.999+09:00", "1 month", "2026-02-28T23:59:59.999+09:00"),
            (.tokyo, "2028-02-29T10:00:00+09:00", "1 year", "2029-02-28T10:00:00+09:00"),
            (.tokyo, "2026-12-31T23:50:00+09:00", "15 minutes", "2027-01-01T00:05:00+09:00"),
            (.tokyo, "2026-05-16T10:00:00+09:00", "12 months", "2027-05-16T10:00:00+09:00"),
        ])
    func adding(zone: Zone, from: String, text: String, to: String) throws {
        let span = try #require(CalendarSpan(text))
        #expect(zone.adding(span, to: instant(from)).rfc3339(in: zone) == to)
    }

    @Test("adding the longest span does not trap")
    func longestSpans() throws {
        for unit in CalendarSpan.Unit.allCases {
            let span = try #require(CalendarSpan(CalendarSpan.greatestCount, unit))
            #expect(Zone.newYork.adding(span, to: instant("2026-05-16T10:00:00Z")) > instant("2026-05-16T10:00:00Z"))
            #expect(Zone.newYork.adding(span, to: .distantFuture) >= instant("2026-05-16T10:00:00Z"))
        }
    }
}
