import ArgumentParser
import Engine
import Foundation
import PostgresStore
import SQLiteStore

/// `kizuna migrate`
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Make a database, or bring its schema up to date.",
        discussion: """
            `kizuna serve` does the same as it starts; this is for a server whose role may not change the schema, and \
            for those who want to see it done first. Several may run at once: one does it, the others wait.

            EXAMPLES
              kizuna migrate --database postgres://owner@db.example/kizuna
              kizuna migrate --database /var/lib/kizuna/kizuna.sqlite
            """)

    @Option(help: ArgumentHelp("The database file, or postgres://….", valueName: "path or url"))
    var database: String

    func validate() throws {
        try DatabaseName(database).refuseSecret()
    }

    func run() throws {
        let name = try DatabaseName(database)
        var applied: [String] = []
        if case .postgres(let text, _) = name { applied = try PostgresStore.migrate(text) }
        let store = try name.open()
        defer { try? store.close() }
        if let file = store as? SQLiteStore { applied = file.appliedMigrations }
        for migration in applied { print("applied \(migration)") }
        if !applied.isEmpty {
            try store.record(AuditNote(.migrate, [.init("applied", applied.joined(separator: ", "))]))
        }
        print("\(name.shown) is up to date")
    }
}
