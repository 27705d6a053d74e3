// Strings of the language are sequences of code points. Swift compares strings by canonical equivalence, so
// everything that compares, orders or hashes strings goes through this file.

extension String {
    /// Whether two strings have the same code points.
    @inline(__always)
    func isIdentical(_ other: String) -> Bool {
        // Most words that differ differ in length, and a count costs less than a span.
        utf8.count == other.utf8.count && utf8Span.span.isIdenticalContent(other.utf8Span.span)
    }

    /// Whether two strings have the same code points, if the other is known to be ASCII.
    ///
    /// Swift's own comparison is fastest for short strings. It takes the Kelvin sign for a K, but what is
    /// equivalent to an ASCII character without being it is longer in UTF-8.
    @inline(__always)
    func isIdentical(ascii other: String) -> Bool { utf8.count == other.utf8.count && self == other }

    /// Whether the code points of this string come before those of another.
    func precedes(_ other: String) -> Bool {
        // The order of UTF-8 bytes is the order of code points.
        utf8Span.span.compare(other.utf8Span.span) < 0
    }

    /// The number of code points. Complexity: O(n), O(1) for strings known to be ASCII.
    var codePointCount: Int {
        let bytes = utf8Span
        if bytes.isKnownASCII { return bytes.count }
        let span = bytes.span
        var count = 0
        for index in span.indices where span[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}

extension Span<UInt8> {
    /// Whether two spans hold the same bytes.
    @inline(__always)
    func isIdenticalContent(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    /// Less than 0, 0 or more than 0, as these bytes come before, are, or come after others.
    func compare(_ other: Span<UInt8>) -> Int {
        for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
            return self[index] < other[index] ? -1 : 1
        }
        return count - other.count
    }

    /// The first position at or after `start` where `pattern` occurs.
    func firstIndex(of pattern: Span<UInt8>, from start: Int = 0) -> Int? {
        guard pattern.count > 0 else { return start <= count ? start : nil }
        guard pattern.count <= count else { return nil }
        var position = start
        let last = count - pattern.count
        while position <= last {
            if self[position] == pattern[0], matches(pattern, at: position) { return position }
            position += 1
        }
        return nil
    }

    /// Whether `pattern` occurs at a position.
    func matches(_ pattern: Span<UInt8>, at position: Int) -> Bool {
        guard position >= 0, pattern.count <= count - position else { return false }
        for index in 0..<pattern.count where self[position + index] != pattern[index] { return false }
        return true
    }
}

/// A string that is equal to another only if its code points are.
struct Text: Hashable, Sendable {
    let string: String

    init(_ string: String) { self.string = string }

    static func == (left: Text, right: Text) -> Bool { left.string.isIdentical(right.string) }

    // Canonically equivalent strings share a hash; that only costs a comparison.
    func hash(into hasher: inout Hasher) { hasher.combine(string) }
}
