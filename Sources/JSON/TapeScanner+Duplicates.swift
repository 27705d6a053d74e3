extension TapeScanner {
    /// One bit that equal keys share; `start` and `end` enclose the key with its quotes.
    @inline(__always)
    static func signature(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt32 {
        let ends = UInt32(bytes[start + 1]) | UInt32(bytes[end - 2]) << 8
        let mixed = (ends | UInt32(truncatingIfNeeded: end - start) << 16) &* 0x9E37_79B1
        return 1 << (mixed >> 27)
    }

    /// Whether the open object already has this key; none of its keys is escaped.
    func hasKey(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, in object: Int) -> Bool {
        var index = object + 1
        while index < nodes.count {
            let key = nodes[index]
            if key.end &- key.start == UInt32(truncatingIfNeeded: end - start) {
                let other = Int(key.start)
                var length = end - start - 1
                while length > 0, bytes[other + length] == bytes[start + length] { length -= 1 }
                if length == 0 { return true }
            }
            index = Int(nodes[index + 1].next)
        }
        return false
    }

    /// Sorts the keys of a finished object and refuses it when two of them are equal.
    func refuseDuplicates(of object: Int, count: Int, _ bytes: Span<UInt8>) throws(JSONError) {
        var text: [UInt8] = []
        var keys: [(range: Range<Int>, offset: Int)] = []
        keys.reserveCapacity(count)
        var index = object + 1
        while index < nodes.count {
            let key = nodes[index]
            let start = text.count
            EscapedText.append(bytes.extracting(Int(key.start) + 1..<Int(key.end) - 1), to: &text)
            keys.append((start..<text.count, Int(key.start)))
            index = Int(nodes[index + 1].next)
        }
        let all = text.span
        keys.sort { Self.compare(all, $0.range, $1.range, ties: $0.offset < $1.offset) }
        var first: Int?
        for (one, other) in zip(keys, keys.dropFirst()) where Self.isEqual(all, one.range, other.range) {
            first = min(first ?? other.offset, other.offset)
        }
        if let first { throw JSONError(offset: first, reason: .duplicateKey) }
    }

    private static func compare(_ text: Span<UInt8>, _ one: Range<Int>, _ other: Range<Int>, ties: Bool) -> Bool {
        for step in 0..<min(one.count, other.count) {
            let (left, right) = (text[one.lowerBound + step], text[other.lowerBound + step])
            if left != right { return left < right }
        }
        return one.count == other.count ? ties : one.count < other.count
    }

    private static func isEqual(_ text: Span<UInt8>, _ one: Range<Int>, _ other: Range<Int>) -> Bool {
        guard one.count == other.count else { return false }
        for step in 0..<one.count where text[one.lowerBound + step] != text[other.lowerBound + step] { return false }
        return true
    }
}
