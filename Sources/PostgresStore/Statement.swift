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

    /// The rows that the parameters hold, one array a column, under the name `new`.
    static func unnest(_ columns: [Column]) -> String {
        let arrays = columns.enumerated().map { "$\($0 + 1)::\($1.type.name)[]" }.joined(separator: ", ")
        return "unnest(\(arrays)) AS new (\(columns.map(\.name).joined(separator: ", ")))"
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
