// Reading RFC 3339 from bytes, one pass, without allocation: a till sends one of these with every purchase.
//
// Decisions where the RFC leaves room: `t` and `z` may be lower case, a space instead of `T` is refused, `-00:00` is
// read as UTC, a fraction may have any number of digits and is cut to milliseconds. A leap second (second 60) is
// accepted only where one can be, at 23:59:60 UTC on the last day of a month, and becomes the last millisecond of
// that day, so that it keeps its date.

extension Instant {
    /// Reads an RFC 3339 date-time such as `2026-05-16T10:00:00.5+09:00`.
    public init(rfc3339 text: String) throws(RFC3339Error) {
        try self.init(rfc3339: text.utf8.span)
    }

    /// Reads an RFC 3339 date-time from UTF-8; does not allocate.
    public init(rfc3339 bytes: Span<UInt8>) throws(RFC3339Error) {
        // The shortest form is 2026-05-16T10:00:00Z.
        guard bytes.count >= 20 else { throw .form }
        let date = try CivilDate(datePart: bytes)
        guard bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = bytes.twoDigits(at: 11), let minute = bytes.twoDigits(at: 14),
            let second = bytes.twoDigits(at: 17)
        else { throw .form }
        guard hour <= 23, minute <= 59, second <= 60 else { throw .time }

        var index = 19
        let fraction = try Instant.milliseconds(in: bytes, at: &index)
        let offset = try Instant.offset(in: bytes, at: index)
        let minutes = Int64(date.daysSinceEpoch) * 1440 + Int64(hour * 60 + minute) - Int64(offset)
        guard second == 60 else {
            self.init(milliseconds: (minutes * 60 + Int64(second)) * 1000 + Int64(fraction))
            return
        }
        let (days, minuteOfDay) = minutes.dividedRoundingDown(by: 1440)
        guard minuteOfDay == 1439, CivilDate(daysSinceEpoch: Int(days) + 1).day == 1 else { throw .leapSecond }
        self.init(milliseconds: (days + 1) * 86_400_000 - 1)
    }

    /// The milliseconds of a fraction, 0 where there is none, with the index moved behind it.
    private static func milliseconds(in bytes: Span<UInt8>, at index: inout Int) throws(RFC3339Error) -> Int {
        guard bytes[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        let start = index
        var value = 0
        var unit = 100
        while index < bytes.count, let digit = bytes.digit(at: index) {
            value += digit * unit
            unit /= 10
            index += 1
        }
        guard index > start else { throw .form }
        return value
    }

    /// The minutes of the offset that the text ends with.
    private static func offset(in bytes: Span<UInt8>, at index: Int) throws(RFC3339Error) -> Int {
        guard index < bytes.count else { throw .form }
        if bytes[index] | 0x20 == UInt8(ascii: "z") {
            guard index + 1 == bytes.count else { throw .form }
            return 0
        }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        guard isNegative || bytes[index] == UInt8(ascii: "+"), index + 6 == bytes.count,
            bytes[index + 3] == UInt8(ascii: ":"), let hours = bytes.twoDigits(at: index + 1),
            let minutes = bytes.twoDigits(at: index + 4)
        else { throw .form }
        guard hours <= 23, minutes <= 59 else { throw .offset }
        return isNegative ? -(hours * 60 + minutes) : hours * 60 + minutes
    }
}

extension CivilDate {
    /// Reads an RFC 3339 full-date such as `2026-05-16`.
    public init(rfc3339 text: String) throws(RFC3339Error) {
        try self.init(rfc3339: text.utf8.span)
    }

    /// Reads an RFC 3339 full-date from UTF-8; does not allocate.
    public init(rfc3339 bytes: Span<UInt8>) throws(RFC3339Error) {
        guard bytes.count == 10 else { throw .form }
        try self.init(datePart: bytes)
    }

    /// Reads the first ten of at least ten bytes.
    fileprivate init(datePart bytes: Span<UInt8>) throws(RFC3339Error) {
        guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let century = bytes.twoDigits(at: 0), let yearOfCentury = bytes.twoDigits(at: 2),
            let month = bytes.twoDigits(at: 5), let day = bytes.twoDigits(at: 8)
        else { throw .form }
        guard let date = CivilDate(year: century * 100 + yearOfCentury, month: month, day: day) else { throw .date }
        self = date
    }
}

extension Span<UInt8> {
    fileprivate func digit(at index: Int) -> Int? {
        let value = self[index] &- UInt8(ascii: "0")
        return value <= 9 ? Int(value) : nil
    }

    fileprivate func twoDigits(at index: Int) -> Int? {
        guard let tens = digit(at: index), let ones = digit(at: index + 1) else { return nil }
        return tens * 10 + ones
    }
}
