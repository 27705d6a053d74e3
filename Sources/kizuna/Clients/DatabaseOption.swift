import ArgumentParser
import Foundation
import SQLiteStore

/// The database that a command works on beside the server.
struct DatabaseOption: ParsableArguments {
    @Option(help: ArgumentHelp("The database file; a server may run on it meanwhile.", valueName: "path"))
    var database: String

    /// Opens the database, which must be there already: a misspelt path makes no new one.
    func open(isReadOnly: Bool) throws -> SQLiteStore {
        guard FileManager.default.fileExists(atPath: database) else {
            throw CommandFailure(
                .noInput, "there is no database \(database); `kizuna serve --database \(database)` makes one")
        }
        var options = SQLiteStore.Options()
        options.isReadOnly = isReadOnly
        return try SQLiteStore(path: database, options: options)
    }
}
