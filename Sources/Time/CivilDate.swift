// A date of the proleptic Gregorian calendar, without a time zone: what a calendar on the wall shows.
//
// Dates are converted to and from a count of days since 1970-01-01 with the era arithmetic of Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms": the year starts in March, so that the leap day comes last and the
// lengths of the months follow one straight line. Years before 1 count 0, -1, -2 …

/// A date of the proleptic Gregorian calendar.
///
/// Every value is a date that exists: the initializers refuse others.
public struct CivilDate: Hashable, Sendable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int

    /// The date with these fields, or `nil` when the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= CivilDate.daysIn(month: month, of: year) else { return nil }
        self.init(trusted: year, month, day)
    }

    /// The date so many days after 1970-01-01.
    public init(daysSinceEpoch days: Int) {
        let shifted = days + 719_468  // days from 0000-03-01 to 1970-01-01
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        self.init(trusted: year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private init(trusted year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The count of days since 1970-01-01; negative before it.
    public var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day of the week: 0 for Sunday to 6 for Saturday.
    public var weekday: Int {
        // 1970-01-01 was a Thursday.
        let remainder = (daysSinceEpoch + 4) % 7
        return remainder < 0 ? remainder + 7 : remainder
    }

    /// The week of the year as ISO 8601 counts: weeks start on Monday, and the first one has the year's first Thursday.
    public var weekOfYear: Int {
        let thursday = adding(days: 3 - (weekday + 6) % 7)
        let first = CivilDate(trusted: thursday.year, 1, 1)
        return (thursday.daysSinceEpoch - first.daysSinceEpoch) / 7 + 1
    }

    /// The date so many days later; earlier for a negative count.
    public func adding(days: Int) -> CivilDate {
        CivilDate(daysSinceEpoch: daysSinceEpoch + days)
    }

    /// The date so many months later, on the last day of the month where it is shorter: 31 January and one month is
    /// 28 or 29 February.
    public func adding(months: Int) -> CivilDate {
        let count = year * 12 + (month - 1) + months
        let year = count >= 0 ? count / 12 : (count - 11) / 12
        let month = count - year * 12 + 1
        return CivilDate(trusted: year, month, min(day, CivilDate.daysIn(month: month, of: year)))
    }

    /// The first day of the period that contains this date.
    public func start(of period: CalendarPeriod) -> CivilDate {
        switch period {
        case .day: self
        case .week: adding(days: -((weekday + 6) % 7))
        case .month: CivilDate(trusted: year, month, 1)
        case .quarter: CivilDate(trusted: year, (month - 1) / 3 * 3 + 1, 1)
        case .year: CivilDate(trusted: year, 1, 1)
        }
    }

    /// The last day of the period that contains this date.
    public func end(of period: CalendarPeriod) -> CivilDate {
        startOfNext(period).adding(days: -1)
    }

    /// The first day of the period after the one that contains this date.
    public func startOfNext(_ period: CalendarPeriod) -> CivilDate {
        switch period {
        case .day: adding(days: 1)
        case .week: start(of: period).adding(days: 7)
        case .month: start(of: period).adding(months: 1)
        case .quarter: start(of: period).adding(months: 3)
        case .year: start(of: period).adding(months: 12)
        }
    }

    /// Whether a year has a 29 February.
    public static func isLeap(year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The number of days in a month, 1 to 12, of a year.
    public static func daysIn(month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year: year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CivilDate: Comparable {
    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}
