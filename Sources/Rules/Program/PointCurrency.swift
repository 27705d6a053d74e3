package import Time

/// A kind of points.
package struct PointCurrency: Hashable, Sendable {
    /// What points of a currency are for.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// They can be redeemed.
        case spendable
        /// They are only counted, for a tier.
        case status
    }

    package let id: String
    package let kind: Kind
    package let title: LocalizedText
    /// The decimal places people see; amounts are integers in the smallest unit.
    package let decimals: Int
    package let expiry: ExpiryPolicy
}

/// When points lapse.
package enum ExpiryPolicy: Hashable, Sendable {
    case never
    /// After a span, and then at the end of the period the span ends in, where one is named.
    case after(CalendarSpan, endOf: CalendarPeriod?)

    /// The first instant at which points can no longer be spent, for points that count from an instant.
    ///
    /// Spans of whole days end with the local day they lead to, so that points never live shorter than was promised:
    /// `10 days` from the 1st at 10:30 are usable through the 11th. Hours and minutes are exact.
    package func expiry(from start: Instant, in zone: Zone) -> Instant? {
        switch self {
        case .never: nil
        case .after(let span, endOf: nil) where !span.isCalendar: zone.adding(span, to: start)
        case .after(let span, let period): ExpiryPolicy.end(of: period ?? .day, after: span, from: start, in: zone)
        }
    }

    private static func end(
        of period: CalendarPeriod, after span: CalendarSpan, from start: Instant, in zone: Zone
    ) -> Instant {
        let day = span.isCalendar ? zone.date(at: start).adding(span) : zone.date(at: zone.adding(span, to: start))
        return zone.startOfDay(day.startOfNext(period))
    }
}
