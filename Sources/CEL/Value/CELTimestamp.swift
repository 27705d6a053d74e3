// A moment with nanoseconds, from the year 1 to the end of the year 9999, always in UTC.

/// A moment in time.
public struct CELTimestamp: Hashable, Sendable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z, rounded toward the past.
    public let seconds: Int64
    /// Nanoseconds after `seconds`, 0 to 999,999,999.
    public let nanos: Int32

    static let minSeconds: Int64 = -62_135_596_800
    static let maxSeconds: Int64 = 253_402_300_799
    private static let billion: Int128 = 1_000_000_000

    /// Makes a moment; nil outside the years 1 to 9999 or if `nanos` is not a part of a second.
    public init?(seconds: Int64, nanos: Int32 = 0) {
        guard (Self.minSeconds...Self.maxSeconds).contains(seconds), (0..<1_000_000_000).contains(nanos) else {
            return nil
        }
        self.seconds = seconds
        self.nanos = nanos
    }

    /// Makes the moment a number of nanoseconds after 1970.
    init?(nanoseconds: Int128) {
        var (seconds, nanos) = nanoseconds.quotientAndRemainder(dividingBy: Self.billion)
        if nanos < 0 {
            nanos += Self.billion
            seconds -= 1
        }
        guard let seconds = Int64(exactly: seconds) else { return nil }
        self.init(seconds: seconds, nanos: Int32(nanos))
    }

    /// Nanoseconds since 1970.
    var nanoseconds: Int128 { Int128(seconds) * Self.billion + Int128(nanos) }

    /// Whether one moment is before another.
    public static func < (left: CELTimestamp, right: CELTimestamp) -> Bool {
        (left.seconds, left.nanos) < (right.seconds, right.nanos)
    }

    /// The moment a span later.
    func adding(_ span: CELDuration) throws(EvaluationError) -> CELTimestamp {
        guard let result = CELTimestamp(nanoseconds: nanoseconds + span.nanoseconds) else { throw .timestampRange }
        return result
    }

    /// The moment a span earlier.
    func subtracting(_ span: CELDuration) throws(EvaluationError) -> CELTimestamp {
        guard let result = CELTimestamp(nanoseconds: nanoseconds - span.nanoseconds) else { throw .timestampRange }
        return result
    }

    /// The span from another moment to this one.
    func since(_ other: CELTimestamp) throws(EvaluationError) -> CELDuration {
        try CELDuration.computed(nanoseconds - other.nanoseconds)
    }
}

extension CELTimestamp {
    /// Reads RFC 3339 text such as `2009-02-13T23:31:30.5+09:00`; nil if it is none or out of range. Digits
    /// below a nanosecond are cut off.
    public init?(parsing text: String) {
        var reader = DigitReader(bytes: Array(text.utf8))
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T", or: "t"), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
            hour < 24, minute < 60, second < 60,
            let days = CivilDate(year: year, month: month, day: day)?.daysSinceEpoch
        else { return nil }
        guard let nanos = reader.fraction(), let offset = reader.offset(), reader.isAtEnd else { return nil }
        let clock = Int64(hour * 3600 + minute * 60 + second)
        self.init(seconds: days * 86_400 + clock - Int64(offset), nanos: nanos)
    }

    /// RFC 3339 text in UTC, with a fraction of 0, 3, 6 or 9 digits.
    public var text: String {
        let time = CivilTime(self, offsetSeconds: 0)
        let date = time.date
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
            + "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))"
            + "\(fractionText(UInt32(nanos)))Z"
    }

    private func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Reads fixed-width numbers from the start of some bytes.
struct DigitReader {
    let bytes: [UInt8]
    private(set) var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// A number of exactly `width` digits.
    mutating func number(_ width: Int) -> Int? {
        guard bytes.count - position >= width else { return nil }
        var value = 0
        for byte in bytes[position..<position + width] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        position += width
        return value
    }

    /// Moves past one of two characters.
    mutating func skip(_ character: Character, or other: Character? = nil) -> Bool {
        guard position < bytes.count,
            bytes[position] == character.asciiValue || bytes[position] == other?.asciiValue
        else { return false }
        position += 1
        return true
    }

    /// A fraction of a second in nanoseconds, 0 if there is none; nil if a point has no digits.
    mutating func fraction() -> Int32? {
        guard skip(".") else { return 0 }
        var nanos: Int32 = 0
        var scale: Int32 = 100_000_000
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            nanos += Int32(bytes[position] - 0x30) * scale
            scale /= 10
            position += 1
        }
        return position > start ? nanos : nil
    }

    /// The distance from UTC in seconds: `Z` or `+09:00`.
    mutating func offset() -> Int? {
        if skip("Z", or: "z") { return 0 }
        guard position < bytes.count else { return nil }
        let isNegative = bytes[position] == 0x2D
        guard skip("+", or: "-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
    }
}
