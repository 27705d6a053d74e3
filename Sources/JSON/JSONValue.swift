/// A light view of one value of a document: it copies nothing until a Swift value is asked for.
///
/// Accessors answer nil when the value is of another kind; they never convert between kinds.
public struct JSONValue: Sendable {
    let tape: JSONTape
    let index: Int

    var node: JSONNode { tape.nodes[index] }

    /// What kind of value this is.
    public var kind: JSONKind { node.kind }

    /// Whether this is null.
    public var isNull: Bool { node.isKind(.null) }

    /// The truth value.
    public var bool: Bool? {
        let node = node
        guard node.isKind(.bool) else { return nil }
        return tape.bytes[tape.base + Int(node.start)] == UInt8(ascii: "t")
    }

    /// The number, if it is written as an integer (no fraction, no exponent) and fits.
    public var int64: Int64? {
        let node = node
        guard node.isKind(.number), node.flag else { return nil }
        let bytes = tape.bytes
        let end = tape.base + Int(node.end)
        var at = tape.base + Int(node.start)
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        // Counted below zero, because the negative side of Int64 reaches one further.
        var value: Int64 = 0
        while at < end {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, underflow) = shifted.subtractingReportingOverflow(Int64(bytes[at] &- UInt8(ascii: "0")))
            guard !overflow, !underflow else { return nil }
            value = sum
            at += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The number as the nearest double; nil when it is too large for one.
    public var double: Double? {
        guard node.isKind(.number), let value = Double(String(decoding: rawText, as: UTF8.self)), value.isFinite
        else { return nil }
        return value
    }

    /// The string, unescaped.
    public var string: String? {
        guard let text = utf8 else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// The unescaped UTF-8 of the string; a view of the source bytes unless it has escapes.
    public var utf8: ArraySlice<UInt8>? {
        let node = node
        guard node.isKind(.string) else { return nil }
        let range = tape.base + Int(node.start) + 1..<tape.base + Int(node.end) - 1
        guard node.flag else { return tape.bytes[range] }
        var text: [UInt8] = []
        let bytes = tape.bytes
        EscapedText.append(bytes.span.extracting(range), to: &text)
        return text[...]
    }

    /// Whether this is exactly that string; no allocation unless the value has escapes.
    public func isString(equalTo text: String) -> Bool {
        let node = node
        guard node.isKind(.string) else { return false }
        if !node.flag && Int(node.end) - Int(node.start) - 2 != text.utf8.count { return false }
        let utf8 = text.utf8
        return tape.isText(of: node, equalTo: utf8.span)
    }

    /// The value's text exactly as written, quotes and brackets included.
    public var rawText: ArraySlice<UInt8> {
        let node = node
        return tape.bytes[tape.base + Int(node.start)..<tape.base + Int(node.end)]
    }

    /// Bytes between the start of the document and the start of this value.
    public var offset: Int { Int(node.start) }
}

extension JSONTape {
    /// Compares a string node's unescaped text.
    @inline(__always)
    func isText(of node: JSONNode, equalTo text: Span<UInt8>) -> Bool {
        if node.flag { return isEscapedText(of: node, equalTo: text) }
        guard Int(node.end) - Int(node.start) - 2 == text.count else { return false }
        let first = base + Int(node.start) + 1
        for step in 0..<text.count where bytes[first + step] != text[step] { return false }
        return true
    }

    private func isEscapedText(of node: JSONNode, equalTo text: Span<UInt8>) -> Bool {
        var plain: [UInt8] = []
        let bytes = bytes
        EscapedText.append(bytes.span.extracting(base + Int(node.start) + 1..<base + Int(node.end) - 1), to: &plain)
        guard plain.count == text.count else { return false }
        for step in 0..<text.count where plain[step] != text[step] { return false }
        return true
    }
}
