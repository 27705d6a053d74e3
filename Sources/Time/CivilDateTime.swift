/// A date and a time of day, without a time zone: what calendar and clock on the wall show.
public struct CivilDateTime: Hashable, Sendable {
    public let date: CivilDate
    /// Milliseconds since midnight, 0 to 86 399 999.
    public let millisecondOfDay: Int

    /// The date and time with these fields, or `nil` when the time of day is out of range.
    public init?(date: CivilDate, hour: Int, minute: Int, second: Int = 0, millisecond: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0...999).contains(millisecond)
        else { return nil }
        self.init(date: date, trusted: ((hour * 60 + minute) * 60 + second) * 1000 + millisecond)
    }

    init(date: CivilDate, trusted millisecondOfDay: Int) {
        self.date = date
        self.millisecondOfDay = millisecondOfDay
    }

    /// Midnight at the start of a date.
    public init(startOf date: CivilDate) {
        self.init(date: date, trusted: 0)
    }

    /// 0 to 23.
    public var hour: Int { millisecondOfDay / 3_600_000 }

    /// 0 to 59.
    public var minute: Int { millisecondOfDay / 60_000 % 60 }

    /// 0 to 59.
    public var second: Int { millisecondOfDay / 1000 % 60 }

    /// 0 to 999.
    public var millisecond: Int { millisecondOfDay % 1000 }

    /// The same time of day on another date.
    public func on(_ date: CivilDate) -> CivilDateTime {
        CivilDateTime(date: date, trusted: millisecondOfDay)
    }

    /// Seconds since 1970-01-01T00:00:00, as if the clock showed UTC.
    var wholeSeconds: Int64 {
        Int64(date.daysSinceEpoch) * 86_400 + Int64(millisecondOfDay / 1000)
    }
}

extension CivilDateTime: Comparable {
    public static func < (left: CivilDateTime, right: CivilDateTime) -> Bool {
        (left.date, left.millisecondOfDay) < (right.date, right.millisecondOfDay)
    }
}
