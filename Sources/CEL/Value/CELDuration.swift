// A signed span of time with nanoseconds.
//
// Text may name any span up to 315,576,000,000 seconds (about 10,000 years), as the protocol buffer type
// allows. Arithmetic, however, fails once a result no longer fits 64 bits of nanoseconds (about 292 years),
// as it does in both reference implementations.

/// A span of time.
public struct CELDuration: Hashable, Sendable, Comparable {
    /// Whole seconds, rounded toward zero.
    public let seconds: Int64
    /// The rest in nanoseconds, of the same sign as `seconds`.
    public let nanos: Int32

    static let maxSeconds: Int64 = 315_576_000_000
    private static let billion: Int128 = 1_000_000_000

    /// Makes a span of a number of nanoseconds; nil beyond 315,576,000,000 seconds.
    public init?(nanoseconds: Int128) {
        let (seconds, nanos) = nanoseconds.quotientAndRemainder(dividingBy: Self.billion)
        guard seconds.magnitude <= UInt128(Self.maxSeconds) else { return nil }
        self.seconds = Int64(seconds)
        self.nanos = Int32(nanos)
    }

    /// The whole span in nanoseconds.
    public var nanoseconds: Int128 { Int128(seconds) * Self.billion + Int128(nanos) }

    /// The result of an arithmetic operation on times.
    static func computed(_ nanoseconds: Int128) throws(EvaluationError) -> CELDuration {
        guard Int64(exactly: nanoseconds) != nil, let result = CELDuration(nanoseconds: nanoseconds) else {
            throw .durationRange
        }
        return result
    }

    /// Whether one span is shorter than another, counting negative ones as shorter.
    public static func < (left: CELDuration, right: CELDuration) -> Bool {
        (left.seconds, left.nanos) < (right.seconds, right.nanos)
    }
}

extension CELDuration {
    private static let units: [(name: String, nanoseconds: Int128)] = [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// Reads text such as `1h30m`, `-1.5s` or `0`; nil if it is none or out of range.
    public init?(parsing text: String) {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        if rest == "0" {
            self.init(nanoseconds: 0)
            return
        }
        guard !rest.isEmpty else { return nil }
        var total: Int128 = 0
        while !rest.isEmpty {
            guard let part = Self.readPart(&rest) else { return nil }
            total += part
            // Every part is below 2^100, so that the sum cannot overflow before it is refused.
            guard total <= Int128(Self.maxSeconds) * Self.billion else { return nil }
        }
        self.init(nanoseconds: isNegative ? -total : total)
    }

    // One number with its unit, in nanoseconds.
    private static func readPart(_ rest: inout Substring) -> Int128? {
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest.removeFirst(whole.count)
        var fraction = Substring()
        if rest.first == "." {
            rest.removeFirst()
            fraction = rest.prefix { $0.isASCII && $0.isNumber }
            rest.removeFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let name = rest.prefix { $0.isLetter }
        guard let unit = units.first(where: { $0.name.isIdentical(String(name)) })?.nanoseconds else { return nil }
        rest.removeFirst(name.count)
        guard let amount = whole.isEmpty ? 0 : Int64(whole) else { return nil }
        var result = Int128(amount) * unit
        // Digits below a nanosecond are cut off.
        var scale = unit
        for digit in fraction.utf8 {
            scale /= 10
            result += Int128(digit - 0x30) * scale
            if scale == 0 { break }
        }
        return result
    }

    /// The span in seconds, such as `5400s` or `-1.500s`.
    public var text: String {
        let sign = seconds < 0 || nanos < 0 ? "-" : ""
        return "\(sign)\(seconds.magnitude)\(fractionText(nanos.magnitude))s"
    }
}

/// A fraction of a second with 3, 6 or 9 digits; nothing if it is zero.
func fractionText(_ nanos: UInt32) -> String {
    guard nanos != 0 else { return "" }
    let (value, width) =
        nanos % 1_000_000 == 0 ? (nanos / 1_000_000, 3) : nanos % 1_000 == 0 ? (nanos / 1_000, 6) : (nanos, 9)
    let digits = String(value)
    return "." + String(repeating: "0", count: width - digits.count) + digits
}
