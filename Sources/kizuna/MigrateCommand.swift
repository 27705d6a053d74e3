import ArgumentParser
import Foundation

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
        let store = try name.open()
        defer { try? store.close() }
        for migration in store.appliedMigrations { print("applied \(migration)") }
        print("\(name.shown) is up to date")
    }
}
