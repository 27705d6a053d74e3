import CPostgres
import Engine

// For measurements: what PostgreSQL needs at least for the rows of batches, so that one can tell what the store adds.
//
// The rows are those that an engine wrote to another copy of the database. They are read back as arrays, in
// PostgreSQL's own binary form, and sent as they came. Each batch is one statement and one transaction. Nothing is
// decided, made into rows, compared or checked on the way: not even versions, and whether a key is new only by its index.
// Members are written as they are behind the last batch, since nobody keeps what they were in between.

/// Batches of one database, written to a copy of it by a bare loop over libpq. One thread at a time uses it.
package final class BareLoop {
    private struct Batch {
        /// `nil` where a batch has no rows of a table, or no value in a column of them.
        let values: [[UInt8]?]
        let operations: Int
    }

    /// A table, its columns, and what is done with a batch's rows of it.
    private struct Part: Sendable {
        let table: String
        let columns: [Column]
        /// Says which rows are a batch's, where `leaf` names its operations.
        let rows: String
        let write: @Sendable (_ arrays: String) -> String

        static func insert(_ table: String, _ columns: [Column], rows: String) -> Part {
            let names = columns.map(\.name).joined(separator: ", ")
            return Part(table: table, columns: columns, rows: rows) {
                "INSERT INTO \(table) (\(names)) SELECT \(names) FROM \($0)"
            }
        }
    }

    private static let number = [Column("member_no", .bigint)]
    private static let parts = [
        Part(
            table: "member", columns: number + BatchStatements.memberChanges,
            rows: "member WHERE member_no IN (SELECT member_no FROM leaf) ORDER BY member_no"
        ) { arrays in
            let changes = BatchStatements.memberChanges.map { "\($0.name) = new.\($0.name)" }
            return "UPDATE member SET \(changes.joined(separator: ", ")) FROM \(arrays) "
                + "WHERE member.member_no = new.member_no"
        },
        .insert("claim", BatchStatements.claim, rows: "claim JOIN leaf USING (member_no, seq) ORDER BY claim"),
        .insert(
            "operation", BatchStatements.operation + [Column("writer", .bigint), Column("batch_no", .bigint)],
            rows: "operation JOIN leaf USING (member_no, seq) ORDER BY member_no, seq"),
        // Members are due for the first time once they have points: behind their first purchase.
        .insert(
            "member_due", DueStatements.time,
            rows: "member_due JOIN leaf USING (member_no) WHERE leaf.seq = 2 ORDER BY member_no"),
    ]

    private let target: OpaquePointer
    private var batches: [Batch] = []

    /// - Parameters:
    ///   - source: to which an engine wrote batches that the copy does not have. It gets an index for reading them.
    ///   - copy: the same database from before them.
    package init(
        _ databases: ScratchDatabases, from source: ScratchDatabases.Part, to copy: ScratchDatabases.Part
    ) throws {
        target = try Self.connect(databases.connectionString(of: copy))
        let origin = try Self.connect(databases.connectionString(of: source))
        defer { PQfinish(origin) }
        _ = try Self.ask("CREATE INDEX ON claim (member_no, seq)", on: origin)
        guard let pinned = PQexec(target, Session.pinnedPlans) else { throw Self.lost(target) }
        _ = try Self.values(of: pinned, on: target)
        let known = try Self.ask("SELECT coalesce(max(place), 0)::text FROM block", on: target)
        let places = try Self.ask(
            "SELECT place::text FROM block WHERE place > \(Self.text(known[0])) ORDER BY place", on: origin)
        for place in places {
            let values = try Self.ask(Self.reading(Self.text(place)), on: origin)
            batches.append(
                Batch(
                    values: Array(values.dropFirst()), operations: Int(Self.text(values[0])) ?? 0))
        }
        let (sql, types) = Self.writing
        guard let answer = PQprepare(target, "batch", sql, Int32(types.count), types) else { throw Self.lost(target) }
        _ = try Self.values(of: answer, on: target)
    }

    deinit {
        PQfinish(target)
    }

    /// Operations per second over one part of the batches.
    package func measure(part: Int, of parts: Int) throws -> Double {
        let batches = batches[batches.count * part / parts..<batches.count * (part + 1) / parts]
        let started = ContinuousClock.now
        for batch in batches { try write(batch) }
        return Double(batches.reduce(0) { $0 + $1.operations }) / ((ContinuousClock.now - started) / .seconds(1))
    }

    private func write(_ batch: Batch) throws {
        let lengths = batch.values.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: lengths.count)
        var pointers: [UnsafePointer<CChar>?] = []
        let answer = Self.lend(batch.values[...], behind: &pointers) {
            PQexecPrepared(target, "batch", Int32(lengths.count), $0, lengths, formats, 1)
        }
        guard let answer else { throw Self.lost(target) }
        _ = try Self.values(of: answer, on: target)
    }

    // MARK: Statements

    /// The columns of a block, in which lists of what it seals are arrays already.
    private static let block =
        BatchStatements.blockColumns.map { (name: $0.name, type: $0.type.number) }
        + ["members", "sequences"].map { (name: $0, type: ColumnType.bigint.arrayNumber) }

    /// Asks for a batch: how many operations it has, its block, and then every column of every part as an array.
    private static func reading(_ place: String) -> String {
        let values = block.map { "(SELECT \($0.name) FROM this)" }
        let arrays = parts.flatMap { part in
            part.columns.map { column in
                "(SELECT CASE WHEN count(\(column.name)) > 0 THEN array_agg(\(column.name)) END FROM \(part.table)_rows)"
            }
        }
        let rows = parts.map { "\($0.table)_rows AS MATERIALIZED (SELECT \($0.table).* FROM \($0.rows))" }
        return """
            WITH this AS MATERIALIZED (SELECT * FROM block WHERE place = \(place)),
            leaf AS MATERIALIZED (
                SELECT new.* FROM this CROSS JOIN LATERAL unnest(members, sequences) AS new (member_no, seq)),
            \(rows.joined(separator: ",\n"))
            SELECT (SELECT operations::text FROM this), \((values + arrays).joined(separator: ", "))
            """
    }

    /// Writes a batch, and the types of its parameters.
    private static var writing: (sql: String, types: [UInt32]) {
        var types = block.map(\.type)
        let names = block.map(\.name).joined(separator: ", ")
        let values = block.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let writes = parts.map { part in
            let first = types.count + 1
            types += part.columns.map(\.type.arrayNumber)
            return "\(part.table)_done AS (\(part.write(Statement.unnest(part.columns, from: first))))"
        }
        return ("WITH \(writes.joined(separator: ", ")) INSERT INTO block (\(names)) VALUES (\(values))", types)
    }

    // MARK: libpq

    private static func connect(_ address: String) throws -> OpaquePointer {
        guard let connection = PQconnectdb(address) else {
            throw StoreError(.unavailable, "there is no memory for a connection")
        }
        guard PQstatus(connection) == CONNECTION_OK else {
            defer { PQfinish(connection) }
            throw lost(connection)
        }
        return connection
    }

    /// All values of all rows, in binary form.
    private static func ask(_ sql: String, on connection: OpaquePointer) throws -> [[UInt8]?] {
        guard let answer = PQexecParams(connection, sql, 0, nil, nil, nil, nil, 1) else { throw lost(connection) }
        return try values(of: answer, on: connection)
    }

    private static func values(of answer: OpaquePointer, on connection: OpaquePointer) throws -> [[UInt8]?] {
        defer { PQclear(answer) }
        let status = PQresultStatus(answer)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else { throw lost(connection) }
        return (0..<PQntuples(answer)).flatMap { row in
            (0..<PQnfields(answer)).map { column in
                guard PQgetisnull(answer, row, column) == 0, let start = PQgetvalue(answer, row, column) else {
                    return nil
                }
                return Array(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(answer, row, column))))
            }
        }
    }

    /// Lends where values lie.
    private static func lend<Result>(
        _ values: ArraySlice<[UInt8]?>, behind pointers: inout [UnsafePointer<CChar>?],
        _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        guard let first = values.first else { return body(pointers) }
        guard let first else {
            pointers.append(nil)
            return lend(values.dropFirst(), behind: &pointers, body)
        }
        return first.withUnsafeBytes { bytes in
            pointers.append(bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
            return lend(values.dropFirst(), behind: &pointers, body)
        }
    }

    private static func text(_ value: [UInt8]?) -> String { String(decoding: value ?? [], as: UTF8.self) }

    private static func lost(_ connection: OpaquePointer) -> StoreError {
        StoreError(.unreachable, "the bare loop: \(String(cString: PQerrorMessage(connection)))")
    }
}
