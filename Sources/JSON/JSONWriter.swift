// Appends JSON text to one growing buffer, without spaces and with the fewest escapes (RFC 8785 §3.2.2.2: quote,
// backslash, control characters; all else stays UTF-8). Commas are the writer's business: one flag says whether the
// next key or value follows another one, and every container sets and clears it as it opens and closes.

/// Writes JSON text value by value.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    private var needsComma = false
    private var depth = 0

    /// Starts with an empty buffer that has room for some bytes.
    public init(reserving capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Hands over what has been written and starts anew with an empty buffer.
    public mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        needsComma = false
        depth = 0
        return taken
    }

    /// Forgets what has been written and keeps the memory.
    public mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
        depth = 0
    }

    /// Ends a line of newline-delimited JSON; the next value starts afresh.
    public mutating func endLine() {
        precondition(depth == 0, "a line holds whole values")
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    // MARK: Containers

    /// Opens an object.
    public mutating func beginObject() { begin(UInt8(ascii: "{")) }

    /// Closes the innermost object.
    public mutating func endObject() { end(UInt8(ascii: "}")) }

    /// Opens an array.
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }

    /// Closes the innermost array.
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// Writes a member's name; its value must follow.
    public mutating func key(_ name: String) {
        appendQuoted(name, before: needsComma ? UInt8(ascii: ",") : nil, after: UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(depth > 0, "every end has its begin")
        bytes.append(bracket)
        needsComma = true
        depth -= 1
    }

    // MARK: Values

    /// Writes a string.
    public mutating func string(_ value: String) {
        appendQuoted(value, before: needsComma ? UInt8(ascii: ",") : nil, after: nil)
        needsComma = true
    }

    /// Writes an integer with all its digits.
    public mutating func int(_ value: Int64) {
        appendDecimal(value.magnitude, isNegative: value < 0)
    }

    /// Writes an integer with all its digits.
    public mutating func int(_ value: Int) { int(Int64(value)) }

    /// Writes an unsigned integer with all its digits.
    public mutating func uint(_ value: UInt64) {
        appendDecimal(value, isNegative: false)
    }

    /// Writes a finite number as ECMAScript does: the shortest text that reads back as the same double.
    public mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has no word for infinity or not-a-number")
        separate()
        ECMANumber.append(value, to: &bytes)
    }

    /// Writes true or false.
    public mutating func bool(_ value: Bool) { raw(value ? Self.trueWord : Self.falseWord) }

    /// Writes null.
    public mutating func null() { raw(Self.nullWord) }

    /// Writes one value that is JSON text already.
    public mutating func raw(_ text: [UInt8]) {
        separate()
        bytes.append(contentsOf: text)
    }

    /// Writes one value that is JSON text already.
    public mutating func raw(_ text: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: text)
    }

    private static let trueWord = Array("true".utf8)
    private static let falseWord = Array("false".utf8)
    private static let nullWord = Array("null".utf8)

    // MARK: Bytes

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func appendDecimal(_ magnitude: UInt64, isNegative: Bool) {
        Decimal.append(magnitude, isNegative: isNegative, to: &bytes, after: needsComma ? UInt8(ascii: ",") : nil)
        needsComma = true
    }

    /// Appends a quoted string with a byte before and after it, in one step when nothing needs an escape.
    private mutating func appendQuoted(_ value: String, before: UInt8?, after: UInt8?) {
        let utf8 = value.utf8
        QuotedText.append(utf8.span, to: &bytes, before: before, after: after)
    }
}
