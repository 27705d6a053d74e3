public import Time

/// How often, or how much, a rule may pay one member in a window.
public struct UsageLimit: Hashable, Sendable {
    /// What is counted.
    public enum Measure: Hashable, Sendable {
        /// So many events at which the rule paid.
        case count(Int64)
        /// So many points.
        case points(Int64)
    }

    public let measure: Measure
    public let window: UsageWindow
}

/// The most that some rules together may pay one member in a window.
public struct Cap: Hashable, Sendable {
    public let id: String
    public let window: UsageWindow
    /// In the smallest unit of the rules' currency; at least 1.
    public let points: Int64
    /// The indices of the rules, ascending; all of them pay into one currency.
    public let rules: [Int]
}

/// A stretch of time, in the program's zone, over which uses are added up.
public enum UsageWindow: Hashable, Sendable {
    case calendar(CalendarPeriod)
    /// The day of the event and those before it, in all so long.
    case rolling(CalendarSpan)
    case lifetime

    /// The longest rolling window: a member's uses of every day in it are kept at hand.
    public static let longestRolling = CalendarSpan(trusted: 2, .year)

    /// The start of the window that an instant is in; what is used is written down under it. For a rolling window that
    /// is the instant's day.
    public func start(containing instant: Instant, in zone: Zone) -> Instant {
        switch self {
        case .calendar(let period): zone.start(of: period, containing: instant)
        case .rolling: zone.start(of: .day, containing: instant)
        case .lifetime: .distantPast
        }
    }

    /// The earliest start of a window whose uses still count at an instant.
    public func horizon(at instant: Instant, in zone: Zone) -> Instant {
        bounds(at: instant, in: zone).horizon
    }

    /// The start of the window that an instant is in, and the earliest one whose uses still count then.
    public func bounds(at instant: Instant, in zone: Zone) -> (horizon: Instant, start: Instant) {
        let start = start(containing: instant, in: zone)
        guard case .rolling(let span) = self else { return (start, start) }
        let day = zone.date(at: instant)
        let before =
            switch span.unit {
            case .minute, .hour: day
            case .day: day.adding(days: 1 - span.count)
            case .week: day.adding(days: 1 - 7 * span.count)
            case .month: day.adding(months: -span.count).adding(days: 1)
            case .year: day.adding(months: -12 * span.count).adding(days: 1)
            }
        return (zone.startOfDay(before), start)
    }
}
