/// A length of time as people say it: `12 months`, `30 days`, `15 minutes`.
///
/// Years, months, weeks and days follow the calendar and keep the local time of day; hours and minutes are exact.
public struct CalendarSpan: Hashable, Sendable {
    /// What a span counts.
    public enum Unit: String, Hashable, Sendable, CaseIterable {
        case minute, hour, day, week, month, year
    }

    /// How many units; 0 to 1 000 000.
    public let count: Int
    public let unit: Unit

    /// The greatest count, far beyond any plan and far below overflow.
    public static let greatestCount = 1_000_000

    /// A span of so many units, or `nil` outside 0 to 1 000 000.
    public init?(_ count: Int, _ unit: Unit) {
        guard (0...CalendarSpan.greatestCount).contains(count) else { return nil }
        self.count = count
        self.unit = unit
    }

    /// A span that is known to be within the bounds.
    public init(trusted count: Int, _ unit: Unit) {
        precondition((0...CalendarSpan.greatestCount).contains(count), "a span has at most a million units")
        self.count = count
        self.unit = unit
    }

    /// Reads `12 months`: decimal digits, one space, a unit in the singular or the plural.
    public init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...7).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int(parts[0]),
            let unit = Unit(rawValue: String(parts[1].hasSuffix("s") ? parts[1].dropLast() : parts[1]))
        else { return nil }
        self.init(count, unit)
    }

    /// Whether the span is made of whole calendar days.
    public var isCalendar: Bool {
        switch unit {
        case .minute, .hour: false
        case .day, .week, .month, .year: true
        }
    }
}

extension CalendarSpan: CustomStringConvertible {
    /// The span as it would be written: `1 year`, `12 months`.
    public var description: String {
        "\(count) \(unit.rawValue)\(count == 1 ? "" : "s")"
    }
}

extension CivilDate {
    /// The date a calendar span later; the same date for hours and minutes.
    public func adding(_ span: CalendarSpan) -> CivilDate {
        switch span.unit {
        case .minute, .hour: self
        case .day: adding(days: span.count)
        case .week: adding(days: span.count * 7)
        case .month: adding(months: span.count)
        case .year: adding(months: span.count * 12)
        }
    }
}

extension Zone {
    /// The instant a span later: calendar units keep the local time of day, hours and minutes are exact.
    ///
    /// A local time that does not exist becomes the end of its gap; one that exists twice is the earlier.
    public func adding(_ span: CalendarSpan, to instant: Instant) -> Instant {
        switch span.unit {
        case .minute: instant + Int64(span.count) * 60_000
        case .hour: instant + Int64(span.count) * 3_600_000
        case .day, .week, .month, .year: adding(calendar: span, to: instant)
        }
    }

    private func adding(calendar span: CalendarSpan, to instant: Instant) -> Instant {
        guard span.count > 0 else { return instant }
        let local = dateTime(at: instant)
        return self.instant(of: local.on(local.date.adding(span)))
    }
}
