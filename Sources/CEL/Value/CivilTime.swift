// Calendar arithmetic in the proleptic Gregorian calendar, and the zones it is done in.
//
// The algorithm counts days in eras of 400 years that begin on the first of March, so that the leap day is
// the last day of a year and months follow one formula.

/// A calendar day.
struct CivilDate: Hashable, Sendable {
    let year: Int
    let month: Int
    let day: Int

    /// Makes a day; nil if the calendar has none such.
    init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...Self.daysInMonth(month, of: year)).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day a number of days after 1970-01-01.
    init(daysSinceEpoch days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day of the year, from 0.
    var dayOfYear: Int {
        (1..<month).reduce(day - 1) { $0 + Self.daysInMonth($1, of: year) }
    }

    private static func daysInMonth(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// A moment as a clock and a calendar at some distance from UTC show it.
struct CivilTime: Sendable {
    let date: CivilDate
    /// The day of the week, 0 for Sunday.
    let dayOfWeek: Int
    let secondOfDay: Int

    init(_ moment: CELTimestamp, offsetSeconds: Int) {
        let local = moment.seconds + Int64(offsetSeconds)
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        date = CivilDate(daysSinceEpoch: days)
        secondOfDay = Int(local - days * 86_400)
        dayOfWeek = Int(((days + 4) % 7 + 7) % 7)
    }

    var hour: Int { secondOfDay / 3600 }
    var minute: Int { secondOfDay / 60 % 60 }
    var second: Int { secondOfDay % 60 }
}

/// Knows how far named time zones are from UTC; the host provides it, so that this room reads no files.
public protocol ZoneProvider: Sendable {
    /// The distance from UTC in seconds (positive to the east) of a named zone at a moment in seconds since
    /// 1970; nil if the name is unknown.
    func offsetSeconds(ofZone name: String, at epochSeconds: Int64) -> Int?
}

extension CELTimestamp {
    /// The distance from UTC of a zone, which is empty, `UTC`, a fixed distance such as `+09:00`, or a name
    /// that the provider knows.
    func offset(zone: String, provider: (any ZoneProvider)?) throws(EvaluationError) -> Int {
        if zone.isEmpty || zone == "UTC" || zone == "Z" { return 0 }
        if let fixed = Self.fixedOffset(zone) { return fixed }
        if let offset = provider?.offsetSeconds(ofZone: zone, at: seconds), offset.magnitude < 86_400 * 2 {
            return offset
        }
        throw EvaluationError(.invalidArgument, "unknown time zone: \(zone)")
    }

    // `+09:00`, `-2:30`, `02:00`.
    private static func fixedOffset(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 2, let hours = Int(parts[0]), let minutes = Int(parts[1]),
            (-23...23).contains(hours), (0...59).contains(minutes)
        else { return nil }
        let magnitude = Int(hours.magnitude) * 3600 + minutes * 60
        return parts[0].hasPrefix("-") ? -magnitude : magnitude
    }
}
