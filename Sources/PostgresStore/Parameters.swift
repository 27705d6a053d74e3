/// The parameters of one statement, in order, in PostgreSQL's binary form.
struct Parameters {
    /// All values, one behind the other.
    private(set) var bytes: [UInt8] = []
    /// Where each value lies.
    private(set) var places: [Range<Int>] = []

    init() {}

    /// One array a column; the rows must be sealed.
    init(_ rows: Rows) {
        bytes.reserveCapacity(rows.arrays.reduce(64) { $0 + $1.length })
        for array in rows.arrays { add(array) }
    }

    mutating func add(_ array: BinaryArray) {
        let start = bytes.count
        bytes.append(contentsOf: array.bytes[..<array.length])
        places.append(start..<bytes.count)
    }

    /// Adds a `bigint`.
    mutating func add(_ value: Int64) {
        let start = bytes.count
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        places.append(start..<bytes.count)
    }

    /// Adds an `integer`.
    mutating func add(integer value: Int32) {
        let start = bytes.count
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        places.append(start..<bytes.count)
    }

    /// Adds a text that may come from outside.
    mutating func add(text: String) {
        let start = bytes.count
        var text = text
        text.withUTF8 { utf8 in
            if StoredText.isPlain(utf8) {
                bytes.append(contentsOf: utf8)
            } else {
                StoredText.append(escaping: utf8, to: &bytes)
            }
        }
        places.append(start..<bytes.count)
    }

    /// Adds a `uuid`.
    mutating func add(_ key: HashedKey) {
        let start = bytes.count
        for word in [key.high, key.low] { withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) } }
        places.append(start..<bytes.count)
    }

    mutating func add(bytes more: [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: more)
        places.append(start..<bytes.count)
    }
}
