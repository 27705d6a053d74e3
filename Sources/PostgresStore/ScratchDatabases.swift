import Engine

// For measurements: databases that are made, copied and thrown away. The names are made of fixed words and a number,
// because names cannot be parameters.

/// Databases of a server whose role may create some, for as long as this value's owner wants them.
package struct ScratchDatabases: Sendable {
    /// A database of its own for a part of a measurement.
    package enum Part: String, Sendable, CaseIterable {
        case served
        case decided
        case written
        case bare
    }

    private let connectionString: ConnectionString
    private let number: Int32

    /// - Parameter number: Keeps measurements of several processes apart.
    package init(_ connectionString: ConnectionString, number: Int32) {
        self.connectionString = connectionString
        self.number = number
    }

    /// The name of a part.
    package func name(_ part: Part) -> String { "kizuna_bench_\(number)_\(part.rawValue)" }

    /// Makes an empty database, or a copy of one that nobody is connected to.
    package func make(_ part: Part, copying original: Part? = nil) throws {
        _ = try run("DROP DATABASE IF EXISTS \(name(part)) WITH (FORCE)")
        let template = original.map { " TEMPLATE \(name($0))" } ?? ""
        _ = try run("CREATE DATABASE \(name(part))\(template)")
    }

    /// Throws all of them away.
    package func dropAll() throws {
        for part in Part.allCases { _ = try run("DROP DATABASE IF EXISTS \(name(part)) WITH (FORCE)") }
    }

    /// How a part is reached, in the form of keywords and values.
    package func connectionString(of part: Part) -> String {
        connectionString.replacing(database: name(part))
    }

    /// The version of the server, such as `15.18`.
    package func serverVersion() throws -> String {
        try run("SHOW server_version").first ?? ""
    }

    /// Opens a part and brings its statistics up to date, as autovacuum would after a while.
    package func analyze(_ part: Part) throws {
        try StoreError.translating {
            var connection = try Connection([("dbname", connectionString(of: part))])
            _ = try connection.script("VACUUM ANALYZE", within: .seconds(3600))
        }
    }

    /// Has the server wait before each flush, which only a superuser may.
    package func delayFlushes(microseconds: Int) throws {
        _ = try run("ALTER SYSTEM SET commit_delay = \(microseconds)")
        _ = try run("ALTER SYSTEM SET commit_siblings = \(microseconds > 0 ? 0 : 5)")
        _ = try run("SELECT pg_reload_conf()")
    }

    /// How many bytes of log the server has written since it was made.
    package func logBytes() throws -> Int64 {
        let bytes = try run("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
        return bytes.first.flatMap { Int64($0) } ?? 0
    }

    private func run(_ sql: String) throws -> [String] {
        try StoreError.translating {
            var connection = try Connection([("dbname", connectionString.text)])
            return try connection.script(sql, within: .seconds(3600))
        }
    }
}
