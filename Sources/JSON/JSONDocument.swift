/// One JSON text that was found valid from end to end, ready to be read without a copy.
///
/// Stricter than RFC 8259 where guessing would be dangerous: duplicate member names (compared after unescaping), byte
/// order marks, invalid UTF-8 and lone surrogates are refused. Scanning is linear in the text, O(n log n) in the
/// members of one object, whatever the text is.
public struct JSONDocument: Sendable {
    private let tape: JSONTape

    /// Nesting is never allowed beyond this, so that code which follows a document may recurse.
    public static let deepest = 512

    /// Scans a whole buffer.
    public init(_ bytes: [UInt8], maxDepth: Int = 64) throws(JSONError) {
        try self.init(bytes, in: 0..<bytes.count, maxDepth: maxDepth)
    }

    /// Scans one part of a larger buffer without copying it; the document keeps the whole buffer alive.
    ///
    /// Offsets of errors and values count from the start of the part.
    public init(_ bytes: [UInt8], in range: Range<Int>, maxDepth: Int = 64) throws(JSONError) {
        precondition(maxDepth <= Self.deepest, "readers recurse: the depth of a document is limited")
        guard range.count <= JSONNode.maxBytes else { throw JSONError(offset: 0, reason: .tooLarge) }
        var scanner = TapeScanner(maxDepth: maxDepth)
        try scanner.scan(bytes.span.extracting(range))
        tape = JSONTape(bytes: bytes, base: range.lowerBound, nodes: scanner.nodes)
    }

    /// The value the text consists of.
    public var root: JSONValue { JSONValue(tape: tape, index: 0) }
}
