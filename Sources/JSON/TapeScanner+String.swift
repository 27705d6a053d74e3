extension TapeScanner {
    /// Finds the end of the string whose quote is at `start`, refusing everything that is not a clean string.
    func scanString(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> (end: Int, isEscaped: Bool) {
        var at = start + 1
        var isEscaped = false
        while true {
            at = ByteSearch.firstSpecial(in: bytes, from: at)
            guard at < bytes.count else { break }
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") { return (at + 1, isEscaped) }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                at = try Self.skipEscape(bytes, from: at)
            } else {
                guard byte >= 0x80 else { throw JSONError(offset: at, reason: .controlCharacter) }
                at = try Self.skipMultibyte(bytes, from: at)
            }
        }
        throw JSONError(offset: at, reason: .unexpectedEnd)
    }

    private static func skipEscape(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
        guard start + 1 < bytes.count else { throw JSONError(offset: start + 1, reason: .unexpectedEnd) }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            break
        default:
            throw JSONError(offset: start + 1, reason: .invalidEscape)
        }
        let unit = try fourHexDigits(bytes, from: start + 2)
        guard unit & 0xF800 == 0xD800 else { return start + 6 }
        // A surrogate is half a character: the first half must be followed at once by an escaped second half.
        guard unit < 0xDC00, start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"),
            bytes[start + 7] == UInt8(ascii: "u")
        else { throw JSONError(offset: start, reason: .loneSurrogate) }
        guard try fourHexDigits(bytes, from: start + 8) & 0xFC00 == 0xDC00 else {
            throw JSONError(offset: start, reason: .loneSurrogate)
        }
        return start + 12
    }

    private static func fourHexDigits(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for at in start..<start + 4 {
            guard at < bytes.count else { throw JSONError(offset: at, reason: .unexpectedEnd) }
            guard let digit = EscapedText.hexDigit(bytes[at]) else {
                throw JSONError(offset: at, reason: .invalidEscape)
            }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// Skips one character of two to four bytes (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
    private static func skipMultibyte(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
        let lead = bytes[start]
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONError(offset: start, reason: .invalidUTF8)
        }
        guard start + length <= bytes.count, second.contains(bytes[start + 1]) else {
            throw JSONError(offset: start, reason: .invalidUTF8)
        }
        for at in start + 2..<max(start + length, start + 2) where bytes[at] & 0xC0 != 0x80 {
            throw JSONError(offset: start, reason: .invalidUTF8)
        }
        return start + length
    }
}
