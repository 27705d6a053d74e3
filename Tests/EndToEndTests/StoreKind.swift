import Engine
import PostgresStore
import PostgresSupport
import SQLiteStore

/// What a server may keep its data in.
enum StoreKind: CaseIterable {
    case sqlite
    case postgres

    /// PostgreSQL where it is installed.
    static let allCases: [StoreKind] = PostgresCluster.isInstalled ? [.sqlite, .postgres] : [.sqlite]

    /// A database that does not exist yet, or is empty, as the command line names it.
    func makeDatabase(in folder: WorkFolder) throws -> String {
        switch self {
        case .sqlite: folder.path("kizuna.sqlite")
        case .postgres: try PostgresCluster.shared.address(of: PostgresCluster.shared.makeDatabase())
        }
    }

    /// Opens a database for reading.
    func open(_ database: String) throws -> any Store {
        switch self {
        case .sqlite:
            var options = SQLiteStore.Options()
            options.isReadOnly = true
            return try SQLiteStore(path: database, options: options)
        case .postgres:
            var options = PostgresStore.Options()
            options.isReadOnly = true
            return try PostgresStore(database, options: options)
        }
    }
}
