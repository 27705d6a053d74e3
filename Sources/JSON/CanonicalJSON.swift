// RFC 8785 (JSON Canonicalization Scheme): members sorted by the UTF-16 code units of their names, no spaces, the
// fewest escapes, numbers as ECMAScript writes them. Two texts with the same content have the same canonical bytes, so
// requests are compared by a digest of them.
//
// Two deliberate deviations, both so that different content can never look the same:
// - an integer literal that fits Int64 is written with all its digits; RFC 8785 would round it to a double, and ids and
//   amounts beyond 2^53 must not lose bits;
// - a number too large for a double, which RFC 8785 cannot express, is written as it stands in the source.

/// The canonical form of a value.
public enum CanonicalJSON {
    /// The canonical bytes of a value; members of the outermost object with an omitted name are left out.
    public static func bytes(of value: JSONValue, omitting omitted: [String] = []) -> [UInt8] {
        var writer = CanonicalWriter(tape: value.tape)
        writer.bytes.reserveCapacity(value.rawText.count)
        writer.write(value.index, omitting: omitted)
        return writer.bytes
    }
}

/// Recursion is safe: no document is deeper than `JSONDocument.deepest`.
private struct CanonicalWriter {
    let tape: JSONTape
    var bytes: [UInt8] = []
    /// The sorted keys of the objects on the way from the root to the value being written.
    private var keys: [Int] = []

    init(tape: JSONTape) {
        self.tape = tape
    }

    mutating func write(_ index: Int, omitting omitted: [String] = []) {
        let node = tape.nodes[index]
        switch node.kind {
        case .object: writeObject(index, omitting: omitted)
        case .array: writeArray(index)
        case .string: writeString(node)
        case .number: writeNumber(index)
        case .null, .bool: bytes.append(contentsOf: JSONValue(tape: tape, index: index).rawText)
        }
    }

    private mutating func writeArray(_ index: Int) {
        bytes.append(UInt8(ascii: "["))
        var at = index + 1
        let end = Int(tape.nodes[index].next)
        while at < end {
            if at > index + 1 { bytes.append(UInt8(ascii: ",")) }
            write(at)
            at = Int(tape.nodes[at].next)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func writeObject(_ index: Int, omitting omitted: [String]) {
        let first = keys.count
        gatherKeys(of: index, omitting: omitted)
        if tape.nodes[index].flag || keys.count - first > TapeScanner.smallObject {
            sortByCopies(from: first)
        } else {
            sortInPlace(from: first)
        }
        bytes.append(UInt8(ascii: "{"))
        for position in first..<keys.count {
            if position > first { bytes.append(UInt8(ascii: ",")) }
            let key = keys[position]
            writeString(tape.nodes[key])
            bytes.append(UInt8(ascii: ":"))
            write(key + 1)
        }
        bytes.append(UInt8(ascii: "}"))
        keys.removeSubrange(first...)
    }

    private mutating func gatherKeys(of index: Int, omitting omitted: [String]) {
        var at = index + 1
        let end = Int(tape.nodes[index].next)
        while at < end {
            let key = JSONValue(tape: tape, index: at)
            if !omitted.contains(where: { key.isString(equalTo: $0) }) { keys.append(at) }
            at = Int(tape.nodes[at + 1].next)
        }
    }

    // MARK: Order of keys

    /// Insertion sort of a few keys without escapes, compared where they stand in the source.
    private mutating func sortInPlace(from first: Int) {
        guard keys.count - first > 1 else { return }
        for next in first + 1..<keys.count {
            let key = keys[next]
            var hole = next
            while hole > first, precedes(key, keys[hole - 1]) {
                keys[hole] = keys[hole - 1]
                hole -= 1
            }
            keys[hole] = key
        }
    }

    private func precedes(_ one: Int, _ other: Int) -> Bool {
        let (left, right) = (tape.nodes[one], tape.nodes[other])
        let bytes = tape.bytes
        let span = bytes.span
        return Self.precedes(
            span.extracting(tape.base + Int(left.start) + 1..<tape.base + Int(left.end) - 1),
            span.extracting(tape.base + Int(right.start) + 1..<tape.base + Int(right.end) - 1))
    }

    private mutating func sortByCopies(from first: Int) {
        var copies = keys[first...].map { (text: [UInt8](JSONValue(tape: tape, index: $0).utf8 ?? []), key: $0) }
        copies.sort { Self.precedes($0.text.span, $1.text.span) }
        keys.replaceSubrange(first..., with: copies.map(\.key))
    }

    /// Order by UTF-16 code units, read from UTF-8: it is the order of the bytes, except that characters beyond U+FFFF
    /// (surrogates in UTF-16, from 0xD800) come before U+E000 to U+FFFF (whose UTF-8 begins with 0xEE or 0xEF).
    private static func precedes(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        for at in 0..<min(one.count, other.count) {
            let (left, right) = (one[at], other[at])
            if left != right { return rank(left) < rank(right) }
        }
        return one.count < other.count
    }

    private static func rank(_ byte: UInt8) -> UInt8 { byte & 0xFE == 0xEE ? byte + 0x10 : byte }

    // MARK: Scalars

    private mutating func writeString(_ node: JSONNode) {
        let range = tape.base + Int(node.start)..<tape.base + Int(node.end)
        let source = tape.bytes
        guard node.flag else { return bytes.append(contentsOf: source[range]) }
        var text: [UInt8] = []
        EscapedText.append(source.span.extracting(range.lowerBound + 1..<range.upperBound - 1), to: &text)
        QuotedText.append(text.span, to: &bytes)
    }

    private mutating func writeNumber(_ index: Int) {
        let value = JSONValue(tape: tape, index: index)
        if let integer = value.int64 {
            Decimal.append(integer.magnitude, isNegative: integer < 0, to: &bytes)
        } else if let double = value.double {
            ECMANumber.append(double, to: &bytes)
        } else {
            bytes.append(contentsOf: value.rawText)
        }
    }
}
