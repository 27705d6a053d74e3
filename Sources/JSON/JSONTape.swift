// A scanned text is its bytes and a tape: one small node a value, in the order in which the values start. The members
// of an object are pairs of nodes, key then value, so a walk over siblings is a walk along the tape that jumps over
// what is nested:
//
//     {"a": [1, 2], "b": "x"}        0 object  next 7  count 2
//                                    1   key "a"     next 2
//                                    2   array       next 5  count 2
//                                    3     1         next 4
//                                    4     2         next 5
//                                    5   key "b"     next 6
//                                    6   string "x"  next 7
//
// Nothing is converted while scanning: a number or string is read from its bytes when somebody asks for it. The tape
// exists only for text that was found valid from end to end, so readers need no error paths.

/// One value: where its text is, where the next sibling is, and what it is.
struct JSONNode {
    /// Offset of the first byte of the value's text, quotes and brackets included.
    var start: UInt32
    /// Offset behind its last byte.
    var end: UInt32
    /// Index of the first node that is not part of this value.
    var next: UInt32
    /// Kind in bits 0–2, the flag in bit 3, the number of elements or members above.
    private(set) var info: UInt32

    /// More text than this is refused, which keeps every offset and count inside its bits.
    static let maxBytes = 1 << 28

    init(_ kind: JSONKind, start: Int, end: Int, next: Int, flag: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = UInt32(truncatingIfNeeded: next)
        info = kind.rawValue | (flag ? 8 : 0)
    }

    var kindBits: UInt32 { info & 7 }
    var kind: JSONKind { JSONKind(rawValue: kindBits) ?? .null }
    func isKind(_ kind: JSONKind) -> Bool { kindBits == kind.rawValue }

    /// String: it has escapes. Number: it is an integer literal. Object: one of its keys has escapes.
    var flag: Bool {
        get { info & 8 != 0 }
        set { info = newValue ? info | 8 : info & ~8 }
    }

    var count: Int {
        get { Int(truncatingIfNeeded: info >> 4) }
        set { info = info & 15 | UInt32(truncatingIfNeeded: newValue) << 4 }
    }
}

/// The bytes and nodes of one document, shared by all views of its values.
final class JSONTape: Sendable {
    let bytes: [UInt8]
    /// Offset in `bytes` where the scanned text starts; the offsets in nodes count from here.
    let base: Int
    let nodes: [JSONNode]

    init(bytes: [UInt8], base: Int, nodes: [JSONNode]) {
        self.bytes = bytes
        self.base = base
        self.nodes = nodes
    }
}
