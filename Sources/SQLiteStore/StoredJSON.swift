import Engine
import JSON
import Loyalty

/// Reads the JSON that this store wrote into its own rows: arrays of arrays, field after field.
struct StoredFields {
    private var elements: JSONElements
    private let column: String

    private init(_ array: JSONValue, column: String) {
        elements = array.elements
        self.column = column
    }

    /// Reads every row of a JSON text that is an array of arrays.
    static func rows<Row>(
        _ text: [UInt8], of column: String, _ read: (inout StoredFields) throws -> Row
    ) throws -> [Row] {
        try rows(document(text, of: column), of: column, read)
    }

    /// Reads every row of an array of arrays.
    static func rows<Row>(
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

    /// Reads a JSON text that is one array.
    init(_ text: [UInt8], of column: String) throws {
        let root = try Self.document(text, of: column)
        guard root.kind == .array else { throw Self.corrupt(column) }
        self.init(root, column: column)
    }

    /// Reads a JSON text that is a list of texts.
    static func texts(_ text: [UInt8], of column: String) throws -> [String] {
        let root = try document(text, of: column)
        guard root.kind == .array else { throw corrupt(column) }
        return try root.elements.map {
            guard let text = $0.string else { throw corrupt(column) }
            return text
        }
    }

    static func document(_ text: [UInt8], of column: String) throws -> JSONValue {
        do {
            return try JSONDocument(text).root
        } catch {
            throw corrupt(column)
        }
    }

    static func corrupt(_ column: String) -> StoreError {
        StoreError(.corrupt, "the column \(column) does not hold what this program writes")
    }

    mutating func int() throws -> Int64 {
        guard let value = elements.next()?.int64 else { throw Self.corrupt(column) }
        return value
    }

    /// An integer, or `nil` for null.
    mutating func optionalInt() throws -> Int64? {
        guard let value = elements.next() else { throw Self.corrupt(column) }
        if value.isNull { return nil }
        guard let integer = value.int64 else { throw Self.corrupt(column) }
        return integer
    }

    /// Whether there is another field.
    var isAtEnd: Bool {
        var rest = elements
        return rest.next() == nil
    }

    /// A number, a text or numbers.
    mutating func detailValue() throws -> Detail.Value {
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

    mutating func text() throws -> String {
        guard let value = elements.next()?.string else { throw Self.corrupt(column) }
        return value
    }

    mutating func ints() throws -> [Int64] {
        guard let array = elements.next(), array.kind == .array else { throw Self.corrupt(column) }
        return try array.elements.map {
            guard let value = $0.int64 else { throw Self.corrupt(column) }
            return value
        }
    }

    mutating func texts() throws -> [String] {
        guard let array = elements.next(), array.kind == .array else { throw Self.corrupt(column) }
        return try array.elements.map {
            guard let text = $0.string else { throw Self.corrupt(column) }
            return text
        }
    }
}
