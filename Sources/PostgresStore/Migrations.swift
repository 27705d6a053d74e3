import Engine

// Brings a database's schema up to date, one engine at a time: an advisory lock makes the others wait, and then they
// find nothing left to do. Each migration is a transaction of its own.

/// The changes of the schema, from the files of `migrations/postgres`, which are compiled into the program.
struct Migrations {
    /// Every migration by its file's name, in order. A file that is not listed here is not in the program.
    static let all: [(name: String, sql: [UInt8])] = [
        ("0001-ledger", PackageResources._001_ledger_sql),
        ("0005-tiers", PackageResources._005_tiers_sql),
        ("0008-due", PackageResources._008_due_sql),
        ("0010-keys", PackageResources._010_keys_sql),
        ("0011-privacy", PackageResources._011_privacy_sql),
        ("0012-members", PackageResources._012_members_sql),
        ("0013-bonds", PackageResources._013_bonds_sql),
        ("0014-tills", PackageResources._014_tills_sql),
        ("0015-revocations", PackageResources._015_revocations_sql),
        ("0016-salts", PackageResources._016_salts_sql),
    ]

    /// The name of the lock: `Kizu`, and 1.
    private static let lock = "pg_advisory_lock(1265203829, 1)"

    /// How long a change of the schema may take, and waiting for another engine that makes it.
    private static let patience = Duration.seconds(86_400)

    private let settings: [(keyword: String, value: String)]

    init(_ settings: [(keyword: String, value: String)]) {
        self.settings = settings
    }

    /// Applies what is missing, and returns the names.
    ///
    /// - Parameter upgrades: whether an older schema is changed, and not only made where there is none.
    /// - Throws: `StoreError` for a database of something else or of a newer version; nothing is changed then.
    func apply(upgrading upgrades: Bool) throws -> [String] {
        var connection = try Connection(settings)
        let missing = try pending(over: &connection)
        if missing.isEmpty { return [] }
        guard upgrades || missing.count == Self.all.count else {
            throw StoreError(
                .unavailable, "the database was written by an older version of this program: migrate it first")
        }
        _ = try connection.script("SET client_min_messages = warning; SELECT \(Self.lock)", within: Self.patience)
        var applied: [String] = []
        for migration in try pending(over: &connection) {
            // The names are this program's own.
            _ = try connection.script(
                """
                BEGIN;
                CREATE TABLE IF NOT EXISTS kizuna_migration (
                    name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
                \(String(decoding: migration.sql, as: UTF8.self))
                INSERT INTO kizuna_migration (name) VALUES ('\(migration.name)');
                COMMIT
                """, within: Self.patience)
            applied.append(migration.name)
        }
        return applied
    }

    /// Refuses a database whose schema is not the present one.
    func check() throws {
        var connection = try Connection(settings)
        guard try pending(over: &connection).isEmpty else {
            throw StoreError(
                .unavailable, "the database is empty or was written by an older version: run `kizuna migrate` first")
        }
    }

    /// The migrations that a database lacks.
    private func pending(over connection: inout Connection) throws -> [(name: String, sql: [UInt8])] {
        let found = try connection.script(
            """
            SELECT to_regclass('kizuna_migration') IS NOT NULL, count(*), current_setting('server_encoding')
            FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')
            """, within: Self.patience)
        guard found.count == 3 else { throw StoreError(.unavailable, "the database has no schema to work in") }
        guard found[2] == "UTF8" else {
            throw StoreError(.unavailable, "the database's encoding is \(found[2]) and must be UTF8")
        }
        guard found[0] == "t" else {
            guard found[1] == "0" else {
                throw StoreError(.unavailable, "the database is not empty and not a Kizuna database")
            }
            return Self.all
        }
        let names = try connection.script(
            "SELECT string_agg(name, ' ' ORDER BY name) FROM kizuna_migration", within: Self.patience)
        let applied = (names.first ?? "").split(separator: " ").map(String.init)
        guard applied.allSatisfy({ name in Self.all.contains { $0.name == name } }) else {
            throw StoreError(.tooNew, "the database was written by a newer version of this program")
        }
        return Self.all.filter { !applied.contains($0.name) }
    }
}
