// The binary form in which operations are hashed.
//
// Fixed and simple, so that any language can check a chain: integers are 8 bytes big endian, texts and byte strings
// are their length (8 bytes) and their bytes, an absent value is one byte 0 and a present one is one byte 1 followed
// by the value. There is no JSON in it, whose spelling could vary, and no personal data, so that erasing a member
// leaves every chain verifiable.

extension [UInt8] {
    /// Appends eight bytes, the most significant first.
    public mutating func append(bigEndian word: UInt64) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    /// Appends eight bytes, the most significant first, in two's complement.
    public mutating func append(bigEndian number: Int64) {
        append(bigEndian: UInt64(bitPattern: number))
    }

    /// Appends the length of a text in UTF-8 and then its bytes.
    public mutating func append(lengthPrefixed text: String) {
        append(bigEndian: UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    /// Appends one byte that tells whether a value is there, and then the value.
    public mutating func append<Value>(optional value: Value?, _ body: (inout [UInt8], Value) -> Void) {
        guard let value else {
            append(0)
            return
        }
        append(1)
        body(&self, value)
    }
}
