import Testing
import Time

@Suite("Civil dates") struct CivilDateTests {
    @Test(
        "a date is a count of days since 1970, before it a negative one",
        arguments: [
            ("1970-01-01", 0, 4), ("1970-01-02", 1, 5), ("1969-12-31", -1, 3), ("1969-12-28", -4, 0),
            ("2000-02-29", 11_016, 2), ("2000-03-01", 11_017, 3), ("1900-02-28", -25_509, 3),
            ("1900-03-01", -25_508, 4), ("2026-05-16", 20_589, 6), ("0000-01-01", -719_528, 6),
            ("0000-02-29", -719_469, 2), ("9999-12-31", 2_932_896, 5), ("1582-10-10", -141_432, 0),
        ])
    func daysAndWeekdays(text: String, days: Int, weekday: Int) {
        #expect(date(text).daysSinceEpoch == days)
        #expect(CivilDate(daysSinceEpoch: days) == date(text))
        #expect(date(text).weekday == weekday)
    }

    @Test("each day follows the day before, for 3000 years")
    func daysFollowEachOther() {
        var year = -800
        var month = 1
        var day = 1
        var days = CivilDate(year: year, month: month, day: day)?.daysSinceEpoch ?? 0
        var weekday = CivilDate(daysSinceEpoch: days).weekday
        while year < 2200 {
            let expected = CivilDate(year: year, month: month, day: day)
            let actual = CivilDate(daysSinceEpoch: days)
            guard actual == expected, actual.daysSinceEpoch == days, actual.weekday == weekday else {
                Issue.record("day \(days) is \(actual), not \(year)-\(month)-\(day)")
                return
            }
            days += 1
            weekday = (weekday + 1) % 7
            day += 1
            if CivilDate(year: year, month: month, day: day) == nil { (month, day) = (month + 1, 1) }
            if month == 13 { (year, month) = (year + 1, 1) }
        }
    }

    @Test(
        "months are added with the day cut to the month's length",
        arguments: [
            ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-01-30", 1, "2026-02-28"),
            ("2026-01-31", 3, "2026-04-30"), ("2026-12-31", 2, "2027-02-28"), ("2026-05-16", 12, "2027-05-16"),
            ("2028-02-29", 12, "2029-02-28"), ("2028-02-29", 48, "2032-02-29"), ("2026-03-31", -1, "2026-02-28"),
            ("2026-01-15", -1, "2025-12-15"), ("2026-01-15", -13, "2024-12-15"), ("2026-05-16", 0, "2026-05-16"),
        ])
    func monthsAreAdded(from: String, months: Int, to: String) {
        #expect(date(from).adding(months: months) == date(to))
    }

    @Test(
        "periods have a first and a last day",
        arguments: [
            ("2026-05-16", CalendarPeriod.month, "2026-05-01", "2026-05-31"),
            ("2028-02-01", .month, "2028-02-01", "2028-02-29"),
            ("2026-02-28", .month, "2026-02-01", "2026-02-28"),
            ("2026-12-31", .month, "2026-12-01", "2026-12-31"),
            ("2026-01-01", .quarter, "2026-01-01", "2026-03-31"),
            ("2026-06-30", .quarter, "2026-04-01", "2026-06-30"),
            ("2026-11-11", .quarter, "2026-10-01", "2026-12-31"),
            ("2026-07-04", .year, "2026-01-01", "2026-12-31"),
            ("2026-07-04", .day, "2026-07-04", "2026-07-04"),
        ])
    func periodsHaveEnds(day: String, period: CalendarPeriod, first: String, last: String) {
        #expect(date(day).start(of: period) == date(first))
        #expect(date(day).end(of: period) == date(last))
        #expect(date(day).startOfNext(period) == date(last).adding(days: 1))
    }

    @Test(
        "days that the calendar does not have are refused",
        arguments: [
            (2026, 2, 29), (2100, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 1, 32),
            (2026, 1, -1),
        ])
    func impossibleDates(year: Int, month: Int, day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test("times of day are refused outside their range and keep their parts")
    func timesOfDay() throws {
        let day = date("2026-05-16")
        #expect(CivilDateTime(date: day, hour: 24, minute: 0) == nil)
        #expect(CivilDateTime(date: day, hour: 0, minute: 60) == nil)
        #expect(CivilDateTime(date: day, hour: 0, minute: 0, second: 60) == nil)
        #expect(CivilDateTime(date: day, hour: 0, minute: 0, second: 0, millisecond: 1000) == nil)
        let time = try #require(CivilDateTime(date: day, hour: 23, minute: 58, second: 57, millisecond: 6))
        #expect([time.hour, time.minute, time.second, time.millisecond] == [23, 58, 57, 6])
        #expect(time.description == "2026-05-16T23:58:57.006")
    }
}
