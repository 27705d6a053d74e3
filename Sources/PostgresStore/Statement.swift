/// A statement that is prepared on each connection that uses it. Its text is fixed; values are parameters.
struct Statement: Sendable {
    let name: String
    let sql: String
    /// The numbers of the parameters' types.
    let parameters: [UInt32]

    init(_ name: String, _ parameters: [UInt32] = [], _ sql: String) {
        self.name = name
        self.parameters = parameters
        self.sql = sql
    }

    /// Inserts many rows, one array a column.
    init(insertInto table: String, _ columns: [Column], tail: String = "") {
        let names = columns.map(\.name).joined(separator: ", ")
        self.init(
            "insert_\(table)", columns.map(\.type.arrayNumber),
            "INSERT INTO \(table) (\(names)) SELECT \(names) FROM \(Self.unnest(columns))\(tail)")
    }

    /// The rows that the parameters from `first` on hold, one array a column, under the name `new`.
    ///
    /// The arrays are taken apart in step, in the list of a SELECT. As a function behind FROM, `unnest` would store each of them
    /// as a table of its own first, and a wide insertion would take half as much time again.
    static func unnest(_ columns: [Column], from first: Int = 1) -> String {
        let arrays = columns.enumerated().map { "unnest($\(first + $0)::\($1.type.name)[]) AS \($1.name)" }
        return "(SELECT \(arrays.joined(separator: ", "))) AS new"
    }
}

/// A column of rows that are sent.
struct Column: Sendable {
    let name: String
    let type: ColumnType

    init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }
}
