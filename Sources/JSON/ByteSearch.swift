// Looks at eight bytes at a time, as one integer. For a byte b, (x ^ b·0x01…01) has a zero byte where x has b, and
// subtracting 0x01…01 from it borrows into the top bit of that byte. The borrow may run on into higher bytes, so of the
// bytes found only the lowest is certain, and only it is used. The integer is put together from bytes that are checked
// to be there; the compiler makes one load of it.

/// Finds the next byte of interest in a text.
public enum ByteSearch {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The position of the next such byte, or the end.
    public static func firstIndex(of byte: UInt8, in text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        let pattern = UInt64(byte) &* ones
        while at &+ 8 <= text.count {
            let word = word(text, at)
            let difference = word ^ pattern
            let found = (difference &- ones) & ~difference & tops
            if found != 0 { return at &+ found.trailingZeroBitCount / 8 }
            at &+= 8
        }
        while at < text.count, text[at] != byte { at &+= 1 }
        return at
    }

    /// The position of the next byte that is a quote, a backslash, a control character or not ASCII, or the end.
    @inline(__always)
    static func firstSpecial(in text: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at &+ 8 <= text.count {
            let word = word(text, at)
            let quotes = (word ^ 0x2222_2222_2222_2222) &- ones
            let backslashes = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- ones
            let controls = word &- 0x2020_2020_2020_2020
            let found = (quotes | backslashes | controls | word) & tops
            if found != 0 { return at &+ found.trailingZeroBitCount / 8 }
            at &+= 8
        }
        while at < text.count {
            let byte = text[at]
            if byte &- 0x20 >= 0x60 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            at &+= 1
        }
        return at
    }

    @inline(__always)
    private static func word(_ text: Span<UInt8>, _ at: Int) -> UInt64 {
        let part = text.extracting(at..<at &+ 8)
        let low = UInt64(part[0]) | UInt64(part[1]) << 8 | UInt64(part[2]) << 16 | UInt64(part[3]) << 24
        let high = UInt64(part[4]) | UInt64(part[5]) << 8 | UInt64(part[6]) << 16 | UInt64(part[7]) << 24
        return low | high << 32
    }
}
