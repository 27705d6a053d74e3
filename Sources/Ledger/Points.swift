/// An amount of points in the smallest unit of its point currency.
///
/// Arithmetic is checked: a sum that does not fit 64 bits is `nil`, and the command that asked for it is refused.
public struct Points: Hashable, Comparable, Sendable {
    /// The number of smallest units.
    public let count: Int64

    /// No points.
    public static let zero = Points(0)

    public init(_ count: Int64) {
        self.count = count
    }

    public static func < (left: Points, right: Points) -> Bool {
        left.count < right.count
    }

    /// The sum, or `nil` on overflow.
    public func plus(_ other: Points) -> Points? {
        let (sum, overflow) = count.addingReportingOverflow(other.count)
        return overflow ? nil : Points(sum)
    }

    /// The difference, or `nil` on overflow.
    public func minus(_ other: Points) -> Points? {
        let (difference, overflow) = count.subtractingReportingOverflow(other.count)
        return overflow ? nil : Points(difference)
    }
}
