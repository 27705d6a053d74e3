/// The parameters of one statement, in order, in PostgreSQL's binary form.
struct Parameters {
    /// Columns of rows, which come first. They are lent, not copied.
    private(set) var arrays: [BinaryArray] = []
    /// All other values, one behind the other.
    private(set) var bytes: [UInt8] = []
    /// Where each of those lies.
    private(set) var places: [Range<Int>] = []

    init() {}

    /// One array a column; the rows must be sealed. A column without any value is NULL as a whole, which `Statement.unnest`
    /// makes as many NULLs of, and nobody has to take apart.
    init(_ rows: Rows) {
        arrays = rows.arrays
    }

    var count: Int { arrays.count + places.count }

    /// Lends where every value lies, and how long it is.
    func withValues<Result>(_ body: ([UnsafePointer<CChar>?], [Int32]) -> Result) -> Result {
        var values: [UnsafePointer<CChar>?] = []
        values.reserveCapacity(count)
        return withValues(from: 0, behind: &values) { values in
            body(values, arrays.map { Int32($0.length) } + places.map { Int32($0.count) })
        }
    }

    private func withValues<Result>(
        from index: Int, behind values: inout [UnsafePointer<CChar>?], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        guard index < arrays.count else {
            return bytes.withUnsafeBytes { bytes in
                for place in places {
                    // A value without bytes still needs an address, because none means NULL.
                    let start = bytes.baseAddress.map {
                        UnsafePointer(($0 + place.lowerBound).assumingMemoryBound(to: CChar.self))
                    }
                    values.append(start ?? UnsafePointer(Self.nothing))
                }
                return body(values)
            }
        }
        guard !arrays[index].holdsOnlyNulls else {
            values.append(nil)
            return withValues(from: index + 1, behind: &values, body)
        }
        return arrays[index].bytes.withUnsafeBytes { bytes in
            values.append(bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
            return withValues(from: index + 1, behind: &values, body)
        }
    }

    nonisolated(unsafe) private static let nothing: UnsafeMutablePointer<CChar> = {
        // Never written to and never freed.
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return byte
    }()

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
