// Levels are reviewed over years, so their days are looked up in one long list.

/// Days as numbers, with the dates they have: from 2023-01-01 on, a hundred years.
package enum LevelCalendar {
    package struct Date: Hashable, Sendable {
        package let year: Int
        package let month: Int
        package let day: Int
    }

    package static let dates: [Date] = (2023..<2123).flatMap { year in
        (1...12).flatMap { month in
            (1...WallDay.length(of: month, year)).map { Date(year: year, month: month, day: $0) }
        }
    }

    private static let numbers = Dictionary(uniqueKeysWithValues: zip(dates, dates.indices))
    private static let first = WallDay(year: 2023, month: 1, day: 1).number

    static func number(of day: WallDay) -> Int { day.number - first }
    static func day(_ number: Int) -> WallDay { WallDay(number: number + first) }

    /// The same day so many months on or back, or the last one of a shorter month.
    static func shift(_ day: Int, months: Int) -> Int {
        var (year, month) = (dates[day].year, dates[day].month)
        for _ in 0..<abs(months) {
            month += months > 0 ? 1 : -1
            if month == 13 { (year, month) = (year + 1, 1) }
            if month == 0 { (year, month) = (year - 1, 12) }
        }
        return numbers[Date(year: year, month: month, day: min(dates[day].day, WallDay.length(of: month, year)))] ?? 0
    }
}
