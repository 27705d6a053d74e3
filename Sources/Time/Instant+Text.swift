// Writing RFC 3339. Milliseconds appear only where there are some. A zone whose offset has seconds (local mean time,
// before about 1920) is written with the offset cut to whole minutes and the clock that belongs to that offset, so
// that the text always names the same instant. Years outside 0 to 9999, which no input can have, are written with a
// sign and all their digits, as ISO 8601 has it.

extension Instant {
    /// RFC 3339 text in UTC: `2026-05-16T01:00:00Z`.
    public var rfc3339: String {
        var bytes: [UInt8] = []
        appendRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// RFC 3339 text with the offset of a zone: `2026-05-16T10:00:00+09:00`.
    public func rfc3339(in zone: Zone) -> String {
        var bytes: [UInt8] = []
        appendRFC3339(to: &bytes, in: zone)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the RFC 3339 text in UTC.
    public func appendRFC3339(to bytes: inout [UInt8]) {
        append(offset: 0, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Appends the RFC 3339 text with the offset of a zone.
    public func appendRFC3339(to bytes: inout [UInt8], in zone: Zone) {
        let minutes = zone.offset(at: self) / 60
        append(offset: minutes * 60, to: &bytes)
        bytes.append(minutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        bytes.append(twoDigits: abs(minutes) / 60)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(twoDigits: abs(minutes) % 60)
    }

    private func append(offset: Int, to bytes: inout [UInt8]) {
        let local = Zone.fixed("", offset: offset).dateTime(at: self)
        local.date.appendText(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(twoDigits: local.hour)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(twoDigits: local.minute)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(twoDigits: local.second)
        guard local.millisecond > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(local.millisecond / 100))
        bytes.append(twoDigits: local.millisecond % 100)
    }
}

extension Instant: CustomStringConvertible {
    /// The RFC 3339 text in UTC.
    public var description: String { rfc3339 }
}

extension CivilDate: CustomStringConvertible {
    /// The RFC 3339 text: `2026-05-16`.
    public var description: String {
        var bytes: [UInt8] = []
        appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    fileprivate func appendText(to bytes: inout [UInt8]) {
        if (0...9999).contains(year) {
            bytes.append(twoDigits: year / 100)
            bytes.append(twoDigits: year % 100)
        } else {
            bytes.append(year < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
            let digits = String(year.magnitude)
            for _ in digits.utf8.count..<max(4, digits.utf8.count) { bytes.append(UInt8(ascii: "0")) }
            bytes.append(contentsOf: digits.utf8)
        }
        bytes.append(UInt8(ascii: "-"))
        bytes.append(twoDigits: month)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(twoDigits: day)
    }
}

extension CivilDateTime: CustomStringConvertible {
    /// Date and time without an offset: `2026-05-16T10:00:00`.
    public var description: String {
        let text = Zone.utc.instant(of: self).rfc3339
        return String(text.dropLast())
    }
}

extension [UInt8] {
    fileprivate mutating func append(twoDigits value: Int) {
        append(UInt8(ascii: "0") + UInt8(value / 10))
        append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
