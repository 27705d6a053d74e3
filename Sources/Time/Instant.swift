/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Additions saturate at the ends of the range instead of trapping, so that a deadline computed from a stored value
/// can never stop the service; every instant read from text lies 290 million years away from those ends.
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
    public let milliseconds: Int64

    /// The earliest instant there is.
    public static let distantPast = Instant(milliseconds: .min)

    /// The latest instant there is.
    public static let distantFuture = Instant(milliseconds: .max)

    /// The instant that many milliseconds after the start of 1970 (UTC).
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The instant that many whole seconds after the start of 1970 (UTC), saturating.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        self.milliseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant so many milliseconds later, saturating.
    public static func + (instant: Instant, milliseconds: Int64) -> Instant {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(milliseconds)
        return overflow ? (milliseconds < 0 ? .distantPast : .distantFuture) : Instant(milliseconds: sum)
    }

    /// The instant so many milliseconds earlier, saturating.
    public static func - (instant: Instant, milliseconds: Int64) -> Instant {
        let (difference, overflow) = instant.milliseconds.subtractingReportingOverflow(milliseconds)
        return overflow ? (milliseconds < 0 ? .distantFuture : .distantPast) : Instant(milliseconds: difference)
    }

    /// The milliseconds that have passed since an earlier instant, saturating.
    public func milliseconds(since earlier: Instant) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return overflow ? (milliseconds < 0 ? .min : .max) : difference
    }

    /// Whole seconds since 1970, rounded towards the past.
    var wholeSeconds: Int64 {
        milliseconds.dividedRoundingDown(by: 1000).quotient
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity, with a remainder that is never negative.
    func dividedRoundingDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
