import GRDB

/// The changes of the schema, from the files of `migrations/sqlite`, which are compiled into the program.
enum Migrations {
    /// Every migration by its file's name, in order. A file that is not listed here is not in the program.
    static let all: [(name: String, sql: [UInt8])] = [
        ("0001-ledger", PackageResources._001_ledger_sql),
        ("0002-rules", PackageResources._002_rules_sql),
        ("0003-versions", PackageResources._003_versions_sql),
        ("0004-operations", PackageResources._004_operations_sql),
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

    /// Knows which migrations a database has, and runs the others, each in a transaction of its own.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        for migration in all {
            migrator.registerMigration(migration.name) { database in
                try database.execute(sql: String(decoding: migration.sql, as: UTF8.self))
            }
        }
        return migrator
    }
}
