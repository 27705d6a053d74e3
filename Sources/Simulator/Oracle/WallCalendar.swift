// The model's own reckoning with days: it walks from day to day and asks what the wall shows. Slow, and only right.

/// A day as a wall calendar shows it.
struct WallDay: Hashable, Comparable {
    var year: Int
    var month: Int
    var day: Int

    static func < (left: WallDay, right: WallDay) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    static func isLeap(_ year: Int) -> Bool { year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) }

    static func length(of month: Int, _ year: Int) -> Int {
        let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths[month - 1]
    }

    /// Days since 1970-01-01, counted year by year and month by month.
    var number: Int {
        var days = 0
        for year in 1970..<year { days += WallDay.isLeap(year) ? 366 : 365 }
        for month in 1..<month { days += WallDay.length(of: month, year) }
        return days + day - 1
    }

    /// The day so many days after 1970-01-01.
    init(number: Int) {
        var rest = number
        var year = 1970
        while rest >= (WallDay.isLeap(year) ? 366 : 365) {
            rest -= WallDay.isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while rest >= WallDay.length(of: month, year) {
            rest -= WallDay.length(of: month, year)
            month += 1
        }
        self.init(year: year, month: month, day: rest + 1)
    }

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    var next: WallDay {
        if day < WallDay.length(of: month, year) { return WallDay(year: year, month: month, day: day + 1) }
        return month < 12 ? WallDay(year: year, month: month + 1, day: 1) : WallDay(year: year + 1, month: 1, day: 1)
    }

    func plus(months: Int) -> WallDay {
        var day = self
        for _ in 0..<months {
            day.month += 1
            if day.month > 12 { (day.year, day.month) = (day.year + 1, 1) }
        }
        day.day = min(day.day, WallDay.length(of: day.month, day.year))
        return day
    }

    /// 0 for Monday to 6 for Sunday.
    var weekday: Int { (number + 3) % 7 }
}

/// Where the clock on the wall hangs.
package enum WallClock: String, CaseIterable, Sendable {
    case utc = "UTC"
    case tokyo = "Asia/Tokyo"
    /// With summer time: from the last Sunday of March to the last Sunday of October, both at 01:00 UTC.
    case berlin = "Europe/Berlin"

    /// What is added to UTC at an instant, in milliseconds.
    func offset(at instant: Int) -> Int {
        switch self {
        case .utc: return 0
        case .tokyo: return 9 * hour
        case .berlin:
            let year = WallDay(number: instant / day).year
            let start = lastSunday(of: 3, year) * day + hour
            let end = lastSunday(of: 10, year) * day + hour
            return start <= instant && instant < end ? 2 * hour : hour
        }
    }

    private func lastSunday(of month: Int, _ year: Int) -> Int {
        var number = WallDay(year: year, month: month, day: 31).number
        while WallDay(number: number).weekday != 6 { number -= 1 }
        return number
    }

    func date(at instant: Int) -> WallDay { WallDay(number: (instant + offset(at: instant)) / day) }

    /// The first instant of a day. No zone here changes its clock at midnight.
    func start(of wallDay: WallDay) -> Int {
        let midnight = wallDay.number * day
        for offset in [2 * hour, hour, 9 * hour, 0] where self.offset(at: midnight - offset) == offset {
            return midnight - offset
        }
        preconditionFailure("every day has a midnight")
    }

    /// The same time of day so many days or months later; the end of a gap where the clock skips it, the earlier one
    /// of two.
    func moved(_ instant: Int, to wallDay: WallDay) -> Int {
        let timeOfDay = (instant + offset(at: instant)) % day
        let local = wallDay.number * day + timeOfDay
        for offset in [2 * hour, hour, 9 * hour, 0] where self.offset(at: local - offset) == offset {
            return local - offset
        }
        // Skipped: the clock goes on at the end of the gap.
        return lastSunday(of: 3, wallDay.year) * day + hour
    }
}

let second = 1000
let minute = 60 * second
let hour = 60 * minute
let day = 24 * hour
