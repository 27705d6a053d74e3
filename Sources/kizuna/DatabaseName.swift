import ArgumentParser
import Engine
import Foundation
import PostgresStore
import SQLiteStore

/// A store that is closed when a command ends.
protocol ClosableStore: Store {
    func close() throws
    /// The changes of the schema that were made as it was opened.
    var appliedMigrations: [String] { get }
}

extension SQLiteStore: ClosableStore {}
extension PostgresStore: ClosableStore {}

/// A database as people name it: the path of a file, with or without `sqlite:` in front, or a connection string of
/// PostgreSQL.
enum DatabaseName {
    case file(String)
    case postgres(String, ConnectionString)

    init(_ text: String) throws {
        self = ConnectionString.isOne(text) ? .postgres(text, try ConnectionString(text)) : .file(Self.path(text))
    }

    /// `sqlite:kizuna.sqlite` is the file `kizuna.sqlite`, `sqlite:///var/kizuna.sqlite` is `/var/kizuna.sqlite`.
    private static func path(_ text: String) -> String {
        guard text.hasPrefix("sqlite:") else { return text }
        let path = text.dropFirst("sqlite:".count)
        return String(path.hasPrefix("//") ? path.dropFirst(2) : path)
    }

    /// What people are shown, without secrets.
    var shown: String {
        switch self {
        case .file(let path): path
        case .postgres(_, let connection): connection.shown
        }
    }

    /// Whether both name the same file. Of two connection strings nobody can tell.
    func isSame(as other: DatabaseName) -> Bool {
        guard case .file(let path) = self, case .file(let otherPath) = other else { return false }
        func place(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path }
        return place(path) == place(otherPath)
    }

    /// Refuses a password on the command line, where every user of the machine could read it.
    func refuseSecret() throws {
        if case .postgres(_, let connection) = self, connection.hasSecret {
            throw ValidationError(
                "a password on the command line can be read by every user of this machine; "
                    + "put it into PGPASSWORD, or into a file that PGPASSFILE names")
        }
    }

    /// Opens the database; a file is made where there is none, and its schema is brought up to date, which the audit trail
    /// tells.
    func open(isReadOnly: Bool = false, notice: @escaping @Sendable (String) -> Void = { _ in }) throws
        -> any ClosableStore
    {
        let store = try openStore(isReadOnly: isReadOnly, upgrades: true, notice: notice)
        if !store.appliedMigrations.isEmpty {
            try store.record(
                AuditNote(.migrate, [.init("applied", store.appliedMigrations.joined(separator: ", "))]))
        }
        return store
    }

    /// Opens a database that is to be filled from another one. A file and a schema are made where there is none, of which
    /// the audit trail, which comes from elsewhere, tells nothing; a database with an older schema stays as it is.
    func openNew() throws -> any ClosableStore {
        try openStore(isReadOnly: false, upgrades: false) { _ in }
    }

    private func openStore(
        isReadOnly: Bool, upgrades: Bool, notice: @escaping @Sendable (String) -> Void
    ) throws -> any ClosableStore {
        switch self {
        case .file(let path):
            var options = SQLiteStore.Options()
            options.isReadOnly = isReadOnly
            options.upgrades = upgrades
            options.notice = notice
            return try SQLiteStore(path: path, options: options)
        case .postgres(let text, _):
            var options = PostgresStore.Options()
            options.isReadOnly = isReadOnly
            options.upgrades = upgrades
            options.notice = notice
            return try PostgresStore(text, options: options)
        }
    }
}
