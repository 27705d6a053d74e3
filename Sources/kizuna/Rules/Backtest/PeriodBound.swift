import ArgumentParser
import Time

/// The beginning or the end of a period: a calendar date, which begins at midnight in the program's zone, or a time of
/// RFC 3339.
enum PeriodBound: ExpressibleByArgument, Equatable {
    case date(CivilDate)
    case instant(Instant)

    init?(argument text: String) {
        if let date = try? CivilDate(rfc3339: text) {
            self = .date(date)
        } else if let instant = try? Instant(rfc3339: text) {
            self = .instant(instant)
        } else {
            return nil
        }
    }

    /// The instant that is meant.
    func instant(in zone: Zone) -> Instant {
        switch self {
        case .date(let date): zone.startOfDay(date)
        case .instant(let instant): instant
        }
    }
}

/// How long the rows of a backtest are.
enum RowLength: String, ExpressibleByArgument, CaseIterable {
    case day, week, month

    var period: CalendarPeriod {
        switch self {
        case .day: .day
        case .week: .week
        case .month: .month
        }
    }
}
