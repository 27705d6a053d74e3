/// The least and the most that a size or a cost can be; the greatest number stands for no bound.
public struct Estimate: Hashable, Sendable {
    /// The least.
    public var min: UInt64
    /// The most.
    public var max: UInt64

    /// Makes an interval.
    public init(_ min: UInt64, _ max: UInt64) {
        self.min = min
        self.max = max
    }

    /// Exactly one number.
    public static func exactly(_ value: UInt64) -> Estimate { Estimate(value, value) }
    /// Nothing at all.
    public static let zero = Estimate(0, 0)
    /// Anything.
    public static let unknown = Estimate(0, .max)

    /// The sum; it stops at the greatest number.
    public func adding(_ other: Estimate) -> Estimate {
        Estimate(Self.sum(min, other.min), Self.sum(max, other.max))
    }

    /// The product; it stops at the greatest number.
    public func multiplied(by other: Estimate) -> Estimate {
        Estimate(Self.product(min, other.min), Self.product(max, other.max))
    }

    /// Both ends times a factor, rounded up.
    public func scaled(by factor: Double) -> Estimate {
        Estimate(Self.scaled(min, by: factor), Self.scaled(max, by: factor))
    }

    /// The smallest interval that holds both.
    public func union(_ other: Estimate) -> Estimate {
        Estimate(Swift.min(min, other.min), Swift.max(max, other.max))
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (result, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : result
    }

    private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (result, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : result
    }

    private static func scaled(_ value: UInt64, by factor: Double) -> UInt64 {
        let product = Double(value) * factor
        guard product < 0x1p64 else { return .max }
        let whole = UInt64(product)
        return Double(whole) < product ? whole + 1 : whole
    }
}
