public import Engine
public import JSON
public import Loyalty

/// Reads the JSON that a store wrote into its own rows: arrays of arrays, field after field.
public struct StoredFields {
    private var elements: JSONElements
    private let column: String

    private init(_ array: JSONValue, column: String) {
        elements = array.elements
        self.column = column
    }

    /// Reads every row of a JSON text that is an array of arrays.
    public static func rows<Row>(
        _ text: [UInt8], of column: String, _ read: (inout StoredFields) throws -> Row
    ) throws -> [Row] {
        try rows(document(text, of: column), of: column, read)
    }

    /// Reads every row of an array of arrays.
    public static func rows<Row>(
        _ rows: JSONValue?, of column: String, _ read: (inout StoredFields) throws -> Row
    ) throws -> [Row] {
        guard let rows, rows.kind == .array else { throw corrupt(column) }
        var result: [Row] = []
        result.reserveCapacity(rows.count)
        for row in rows.elements {
            guard row.kind == .array else { throw corrupt(column) }
            var fields = StoredFields(row, column: column)
            result.append(try read(&fields))
        }
        return result
    }

    /// Reads one array.
    public init(_ array: JSONValue, of column: String) throws {
        guard array.kind == .array else { throw Self.corrupt(column) }
        self.init(array, column: column)
    }

    /// Reads a JSON text that is one array.
    public init(_ text: [UInt8], of column: String) throws {
        try self.init(Self.document(text, of: column), of: column)
    }

    /// Reads a JSON text that is a list of texts.
    public static func texts(_ text: [UInt8], of column: String) throws -> [String] {
        let root = try document(text, of: column)
        guard root.kind == .array else { throw corrupt(column) }
        return try root.elements.map {
            guard let text = $0.string else { throw corrupt(column) }
            return text
        }
    }

    /// Reads a JSON text.
    public static func document(_ text: [UInt8], of column: String) throws -> JSONValue {
        do {
            return try JSONDocument(text).root
        } catch {
            throw corrupt(column)
        }
    }

    /// A column that does not hold what it should.
    public static func corrupt(_ column: String) -> StoreError {
        StoreError(.corrupt, "the column \(column) does not hold what this program writes")
    }

    /// The next field, an integer.
    public mutating func int() throws -> Int64 {
        guard let value = elements.next()?.int64 else { throw Self.corrupt(column) }
        return value
    }

    /// An integer, or `nil` for null.
    public mutating func optionalInt() throws -> Int64? {
        guard let value = elements.next() else { throw Self.corrupt(column) }
        if value.isNull { return nil }
        guard let integer = value.int64 else { throw Self.corrupt(column) }
        return integer
    }

    /// A text, or `nil` for null.
    public mutating func optionalText() throws -> String? {
        guard let value = elements.next() else { throw Self.corrupt(column) }
        if value.isNull { return nil }
        guard let text = value.string else { throw Self.corrupt(column) }
        return text
    }

    /// Whether there is no other field.
    public var isAtEnd: Bool {
        var rest = elements
        return rest.next() == nil
    }

    /// A number, a text or numbers.
    public mutating func detailValue() throws -> Detail.Value {
        guard let value = elements.next() else { throw Self.corrupt(column) }
        if let number = value.int64 { return .integer(number) }
        if let text = value.string { return .text(text) }
        guard value.kind == .array else { throw Self.corrupt(column) }
        return .integers(
            try value.elements.map {
                guard let number = $0.int64 else { throw Self.corrupt(column) }
                return number
            })
    }

    /// The next field, a text.
    public mutating func text() throws -> String {
        guard let value = elements.next()?.string else { throw Self.corrupt(column) }
        return value
    }

    /// The next field, an array of any form.
    public mutating func array() throws -> JSONValue {
        guard let array = elements.next(), array.kind == .array else { throw Self.corrupt(column) }
        return array
    }

    /// The next field, a list of integers.
    public mutating func ints() throws -> [Int64] {
        guard let array = elements.next(), array.kind == .array else { throw Self.corrupt(column) }
        return try array.elements.map {
            guard let value = $0.int64 else { throw Self.corrupt(column) }
            return value
        }
    }

    /// The next field, a list of texts.
    public mutating func texts() throws -> [String] {
        guard let array = elements.next(), array.kind == .array else { throw Self.corrupt(column) }
        return try array.elements.map {
            guard let text = $0.string else { throw Self.corrupt(column) }
            return text
        }
    }
}
