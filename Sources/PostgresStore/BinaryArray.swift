// An array in PostgreSQL's binary form, grown value by value: the number of dimensions, whether there are nulls, the
// type of the elements, their count and the first index, 4 bytes each, and then every element behind its length.

/// One column of many rows, as a parameter.
struct BinaryArray {
    let type: ColumnType
    /// What is sent. The header is up to date after `seal`.
    private(set) var bytes: [UInt8]
    private(set) var count: Int32 = 0
    private var nulls: Int32 = 0

    private static let headerLength = 20

    init(_ type: ColumnType, reserving capacity: Int = 0) {
        self.type = type
        bytes = [UInt8](repeating: 0, count: Self.headerLength)
        bytes.reserveCapacity(Self.headerLength + capacity)
    }

    /// Forgets all values and keeps the memory.
    mutating func removeAll() {
        bytes.removeLast(bytes.count - Self.headerLength)
        count = 0
        nulls = 0
    }

    mutating func appendNull() {
        add(Int32(-1))
        nulls += 1
        count += 1
    }

    /// Appends an integer in the width of the type.
    mutating func append(_ value: Int64) {
        count += 1
        switch type {
        case .bigint:
            add(Int32(8))
            add(value)
        case .integer:
            add(Int32(4))
            add(Int32(truncatingIfNeeded: value))
        case .smallint:
            add(Int32(2))
            add(Int16(truncatingIfNeeded: value))
        case .boolean, .text, .bytea, .uuid: preconditionFailure("the column holds integers")
        }
    }

    mutating func append(_ truth: Bool) {
        precondition(type == .boolean, "the column holds truth values")
        count += 1
        add(Int32(1))
        bytes.append(truth ? 1 : 0)
    }

    /// Appends a text from outside in its stored form.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(text: $0) }
    }

    /// Appends UTF-8 from outside in its stored form.
    mutating func append(text utf8: UnsafeBufferPointer<UInt8>) {
        precondition(type == .text, "the column holds texts")
        count += 1
        guard !StoredText.isPlain(utf8) else {
            add(Int32(utf8.count))
            bytes.append(contentsOf: utf8)
            return
        }
        let start = bytes.count
        add(Int32(0))
        StoredText.append(escaping: utf8, to: &bytes)
        put(Int32(bytes.count - start - 4), at: start)
    }

    /// Appends text that this program wrote itself, such as JSON, which has no zero byte.
    mutating func append(plain utf8: [UInt8]) {
        count += 1
        add(Int32(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    /// Appends four big-endian words as 32 bytes.
    mutating func append(words: (UInt64, UInt64, UInt64, UInt64)) {
        precondition(type == .bytea, "the column holds bytes")
        count += 1
        add(Int32(32))
        add(Int64(bitPattern: words.0))
        add(Int64(bitPattern: words.1))
        add(Int64(bitPattern: words.2))
        add(Int64(bitPattern: words.3))
    }

    mutating func append(_ key: HashedKey) {
        precondition(type == .uuid, "the column holds keys")
        count += 1
        add(Int32(16))
        add(Int64(bitPattern: key.high))
        add(Int64(bitPattern: key.low))
    }

    /// Writes the header.
    mutating func seal() {
        put(count == 0 ? 0 : 1, at: 0)
        put(nulls > 0 ? 1 : 0, at: 4)
        put(Int32(bitPattern: type.number), at: 8)
        put(count, at: 12)
        put(1, at: 16)
    }

    /// Whether there are elements, and none has a value.
    var holdsOnlyNulls: Bool { count > 0 && nulls == count }

    /// What is sent: an array without elements has no dimensions either.
    var length: Int { count == 0 ? 12 : bytes.count }

    private mutating func add(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func put(_ value: Int32, at offset: Int) {
        let word = UInt32(bitPattern: value)
        for place in 0..<4 { bytes[offset + place] = UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32(place))) }
    }
}
