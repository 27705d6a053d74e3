import ArgumentParser
import Engine
import Foundation
import PostgresStore
import SQLiteStore

/// The database that a command works on beside the server.
struct DatabaseOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The database file, or postgres://…; a server may run on it meanwhile.", valueName: "path or url"))
    var database: String

    func validate() throws {
        try DatabaseName(database).refuseSecret()
    }

    /// Opens the database, which must be there already: a misspelt path makes no new one.
    func open(isReadOnly: Bool) throws -> any ClosableStore {
        try Self.open(database, isReadOnly: isReadOnly)
    }

    /// Opens a database by its name, which must be there already.
    static func open(_ database: String, isReadOnly: Bool) throws -> any ClosableStore {
        let name = try DatabaseName(database)
        if case .file(let path) = name, !FileManager.default.fileExists(atPath: path) {
            throw CommandFailure(
                .noInput, "there is no database \(path); `kizuna serve --database \(path)` makes one")
        }
        return try name.open(isReadOnly: isReadOnly)
    }
}
