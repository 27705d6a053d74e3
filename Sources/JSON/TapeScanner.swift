// The scanner walks the text once and appends nodes to the tape. It does not recurse: while a container is open, its
// node holds what the scanner needs when it comes back to it (`next` the enclosing container, `end` the set of key
// signatures seen, `count` the members so far), so depth costs neither stack nor a second array.
//
// Duplicate keys. Every key has a signature of five bits. In a small object a key whose signature was not seen is new;
// otherwise it is compared with the keys before it. An object that is large or has escaped keys is checked when it
// closes, by sorting, so a hostile text costs O(n log n) and needs no secret seed.

struct TapeScanner {
    private(set) var nodes: [JSONNode] = []
    private let maxDepth: Int

    /// Objects with more members than this are checked for duplicates by sorting.
    static let smallObject = 24
    private static let none = UInt32.max

    /// The container that is being filled.
    private struct Open {
        var node = TapeScanner.none
        var isObject = false
        var count = 0
        var signatures: UInt32 = 0
    }

    init(maxDepth: Int) {
        self.maxDepth = maxDepth
    }

    mutating func scan(_ bytes: Span<UInt8>) throws(JSONError) {
        nodes.reserveCapacity(bytes.count / 6 + 4)
        var open = Open()
        var depth = 0
        var at = Self.skipSpace(bytes, from: 0)
        guard at < bytes.count else { throw JSONError(offset: at, reason: .empty) }

        value: while true {
            guard at < bytes.count else { throw JSONError(offset: at, reason: .unexpectedEnd) }
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\""):
                let text = try scanString(bytes, from: at)
                append(.string, from: at, to: text.end, flag: text.isEscaped)
                at = text.end
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let number = try Self.scanNumber(bytes, from: at)
                append(.number, from: at, to: number.end, flag: number.isInteger)
                at = number.end
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= maxDepth else { throw JSONError(offset: at, reason: .tooDeep) }
                push(&open, isObject: byte == UInt8(ascii: "{"), at: at)
                at = Self.skipSpace(bytes, from: at + 1)
                guard at < bytes.count else { throw JSONError(offset: at, reason: .unexpectedEnd) }
                if bytes[at] != (open.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    if open.isObject { at = try scanKey(bytes, from: at, of: &open) } else { open.count = 1 }
                    continue value
                }
            case UInt8(ascii: "t"):
                at = try scanWord("true", .bool, bytes, from: at)
            case UInt8(ascii: "f"):
                at = try scanWord("false", .bool, bytes, from: at)
            case UInt8(ascii: "n"):
                at = try scanWord("null", .null, bytes, from: at)
            default:
                throw Self.unexpected(bytes, at: at)
            }

            // A value is complete: what may follow depends on the container it is in.
            while true {
                at = Self.skipSpace(bytes, from: at)
                guard open.node != Self.none else {
                    guard at == bytes.count else { throw JSONError(offset: at, reason: .trailingContent) }
                    return
                }
                guard at < bytes.count else { throw JSONError(offset: at, reason: .unexpectedEnd) }
                let byte = bytes[at]
                if byte == UInt8(ascii: ",") {
                    at = Self.skipSpace(bytes, from: at + 1)
                    if open.isObject { at = try scanKey(bytes, from: at, of: &open) } else { open.count += 1 }
                    continue value
                }
                guard byte == (open.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw JSONError(offset: at, reason: .expectedCommaOrEnd)
                }
                at += 1
                depth -= 1
                try pop(&open, bytes, end: at)
            }
        }
    }

    // MARK: Containers

    private mutating func append(_ kind: JSONKind, from start: Int, to end: Int, flag: Bool) {
        nodes.append(JSONNode(kind, start: start, end: end, next: nodes.count + 1, flag: flag))
    }

    private mutating func push(_ open: inout Open, isObject: Bool, at: Int) {
        if open.node != Self.none {
            nodes[Int(open.node)].count = open.count
            nodes[Int(open.node)].end = open.signatures
        }
        let index = nodes.count
        var node = JSONNode(isObject ? .object : .array, start: at, end: at, next: 0)
        node.next = open.node
        nodes.append(node)
        open = Open(node: UInt32(truncatingIfNeeded: index), isObject: isObject)
    }

    private mutating func pop(_ open: inout Open, _ bytes: Span<UInt8>, end: Int) throws(JSONError) {
        let index = Int(open.node)
        if open.isObject && (open.count > Self.smallObject || nodes[index].flag && open.count > 1) {
            try refuseDuplicates(of: index, count: open.count, bytes)
        }
        let parent = nodes[index].next
        nodes[index].count = open.count
        nodes[index].end = UInt32(truncatingIfNeeded: end)
        nodes[index].next = UInt32(truncatingIfNeeded: nodes.count)
        open = Open(node: parent)
        if parent != Self.none {
            let node = nodes[Int(parent)]
            open.isObject = node.isKind(.object)
            open.count = node.count
            open.signatures = node.end
        }
    }

    /// Scans a key and its colon; the result is the offset of the member's value.
    private mutating func scanKey(
        _ bytes: Span<UInt8>, from start: Int, of open: inout Open
    ) throws(JSONError) -> Int {
        guard start < bytes.count else { throw JSONError(offset: start, reason: .unexpectedEnd) }
        guard bytes[start] == UInt8(ascii: "\"") else { throw JSONError(offset: start, reason: .expectedKey) }
        let text = try scanString(bytes, from: start)
        open.count += 1
        if text.isEscaped {
            nodes[Int(open.node)].flag = true
        } else if open.count <= Self.smallObject {
            let signature = Self.signature(bytes, start, text.end)
            if open.signatures & signature != 0 && hasKey(bytes, start, text.end, in: Int(open.node)) {
                throw JSONError(offset: start, reason: .duplicateKey)
            }
            open.signatures |= signature
        }
        append(.string, from: start, to: text.end, flag: text.isEscaped)
        var at = Self.skipSpace(bytes, from: text.end)
        guard at < bytes.count else { throw JSONError(offset: at, reason: .unexpectedEnd) }
        guard bytes[at] == UInt8(ascii: ":") else { throw JSONError(offset: at, reason: .expectedColon) }
        at = Self.skipSpace(bytes, from: at + 1)
        return at
    }

    // MARK: Small pieces

    @inline(__always)
    private static func skipSpace(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var at = start
        while at < bytes.count {
            let byte = bytes[at]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            at += 1
        }
        return at
    }

    private mutating func scanWord(
        _ word: String, _ kind: JSONKind, _ bytes: Span<UInt8>, from start: Int
    ) throws(JSONError) -> Int {
        var at = start
        for letter in word.utf8 {
            guard at < bytes.count else { throw JSONError(offset: at, reason: .unexpectedEnd) }
            guard bytes[at] == letter else { throw JSONError(offset: at, reason: .invalidLiteral) }
            at += 1
        }
        append(kind, from: start, to: at, flag: false)
        return at
    }

    private static func unexpected(_ bytes: Span<UInt8>, at: Int) -> JSONError {
        let isMark = at == 0 && bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
        return JSONError(offset: at, reason: isMark ? .byteOrderMark : .expectedValue)
    }

    private static func scanNumber(
        _ bytes: Span<UInt8>, from start: Int
    ) throws(JSONError) -> (end: Int, isInteger: Bool) {
        var at = start
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let firstDigit = at
        at = try skipDigits(bytes, from: at)
        guard bytes[firstDigit] != UInt8(ascii: "0") || at == firstDigit + 1 else {
            throw JSONError(offset: firstDigit + 1, reason: .invalidNumber)
        }
        var isInteger = true
        if at < bytes.count && bytes[at] == UInt8(ascii: ".") {
            isInteger = false
            at = try skipDigits(bytes, from: at + 1)
        }
        if at < bytes.count && bytes[at] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at += 1
            if at < bytes.count && (bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-")) { at += 1 }
            at = try skipDigits(bytes, from: at)
        }
        return (at, isInteger)
    }

    /// Skips one digit or more.
    @inline(__always)
    private static func skipDigits(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
        var at = start
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        guard at > start else {
            throw JSONError(offset: at, reason: at < bytes.count ? .invalidNumber : .unexpectedEnd)
        }
        return at
    }
}
