public import Time

/// A kind of points.
public struct PointCurrency: Hashable, Sendable {
    /// What points of a currency are for.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// They can be redeemed.
        case spendable
        /// They are only counted, for a tier.
        case status
        /// They are money that was paid in before: a gift card, an electronic purse. Each is a minor unit.
        case storedValue = "stored_value"
    }

    public let id: String
    public let kind: Kind
    public let title: LocalizedText
    /// The decimal places people see; amounts are integers in the smallest unit.
    public let decimals: Int
    public let expiry: ExpiryPolicy
    public let expiryCounts: ExpiryStart
    public let vesting: VestingPolicy
    public let debt: DebtPolicy
    /// Whether a purchase can be paid with the points that it earns itself.
    public let samePurchase: Bool

    /// The first instant at which points can no longer be spent that were earned at an instant and vest at another one.
    public func expiry(earnedAt: Instant, vestsAt: Instant, in zone: Zone) -> Instant? {
        expiry.expiry(from: expiryCounts == .vesting ? vestsAt : earnedAt, in: zone)
    }
}

/// When points can be spent.
public enum VestingPolicy: Hashable, Sendable {
    case immediate
    /// So long after the purchase.
    case after(CalendarSpan)
    /// When the next of these days of the year begins that is at least a span away.
    case dates([YearDay], atLeast: CalendarSpan?)
    /// Once the purchase is confirmed; without that they are taken back after a span.
    case onConfirmation(cancelAfter: CalendarSpan)
}

/// What happens to points that have to be taken back and are not there.
public enum DebtPolicy: Hashable, Sendable {
    /// The member owes them, up to a limit; what is beyond it is let go.
    case allow(limit: Int64?)
    /// They are let go.
    case clamp
    /// The return is refused.
    case refuse

    /// The most that a member may owe, in the smallest unit.
    public var greatestDebt: Int64 {
        switch self {
        case .allow(let limit): limit ?? .max
        case .clamp, .refuse: 0
        }
    }
}

/// From when the life of points counts.
public enum ExpiryStart: String, Hashable, Sendable, CaseIterable {
    /// From when they can be spent.
    case vesting
    /// From the purchase.
    case earning
}

extension VestingPolicy {
    /// The instant at which points can be spent that were earned at another one; `nil` for at once and for points that
    /// wait for a confirmation.
    public func instant(from earnedAt: Instant, in zone: Zone) -> Instant? {
        switch self {
        case .immediate, .onConfirmation: return nil
        case .after(let span): return zone.adding(span, to: earnedAt)
        case .dates(let days, let atLeast):
            let start = days.next(from: earnedAt, atLeast: atLeast, in: zone).map(zone.startOfDay)
            return start.flatMap { $0 > earnedAt ? $0 : nil }
        }
    }
}

/// When points lapse.
public enum ExpiryPolicy: Hashable, Sendable {
    case never
    /// After a span, and then at the end of the period the span ends in, where one is named.
    case after(CalendarSpan, endOf: CalendarPeriod?)
    /// With the end of the next of these days of the year that is at least a span away.
    case dates([YearDay], atLeast: CalendarSpan?)
    /// All of them, after a span without earning or spending.
    case inactivity(CalendarSpan)

    /// The first instant at which points can no longer be spent, for points that count from an instant.
    ///
    /// Spans of whole days end with the local day they lead to, so that points never live shorter than was promised:
    /// `10 days` from the 1st at 10:30 are usable through the 11th. Hours and minutes are exact.
    public func expiry(from start: Instant, in zone: Zone) -> Instant? {
        switch self {
        case .never: return nil
        case .after(let span, endOf: nil) where !span.isCalendar: return zone.adding(span, to: start)
        case .after(let span, let period):
            return ExpiryPolicy.end(of: period ?? .day, after: span, from: start, in: zone)
        case .dates(let days, let atLeast):
            return days.next(from: start, atLeast: atLeast, in: zone).map { zone.startOfDay($0.adding(days: 1)) }
        case .inactivity(let span): return ExpiryPolicy.end(of: .day, after: span, from: start, in: zone)
        }
    }

    private static func end(
        of period: CalendarPeriod, after span: CalendarSpan, from start: Instant, in zone: Zone
    ) -> Instant {
        let day = span.isCalendar ? zone.date(at: start).adding(span) : zone.date(at: zone.adding(span, to: start))
        return zone.startOfDay(day.startOfNext(period))
    }
}

/// A day of every year, such as 31 March; 29 February is the 28th in other years.
public struct YearDay: Hashable, Sendable {
    public let month: Int
    public let day: Int

    public init(month: Int, day: Int) {
        self.month = month
        self.day = day
    }

    /// Reads `03-31`; `nil` for a day that no year has.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let month = Int(parts[0]),
            let day = Int(parts[1]), CivilDate(year: 2000, month: month, day: day) != nil
        else { return nil }
        self.init(month: month, day: day)
    }

    /// The day in a year.
    public func date(in year: Int) -> CivilDate {
        let last = CivilDate.daysIn(month: month, of: year)
        guard let date = CivilDate(year: year, month: month, day: min(day, last)) else {
            preconditionFailure("a month has the days up to its last one")
        }
        return date
    }

    /// The first time that the day comes, from a date on.
    public func next(onOrAfter date: CivilDate) -> CivilDate {
        let thisYear = self.date(in: date.year)
        return thisYear < date ? self.date(in: date.year + 1) : thisYear
    }
}

extension [YearDay] {
    /// The first of the days that comes at least a span after an instant.
    fileprivate func next(from start: Instant, atLeast: CalendarSpan?, in zone: Zone) -> CivilDate? {
        let earliest = zone.date(at: start).adding(atLeast ?? CalendarSpan(trusted: 0, .day))
        return map { $0.next(onOrAfter: earliest) }.min()
    }
}
