import Engine
import Foundation
import MemoryStore
import PostgresStore
import PostgresSupport
import SQLiteStore
import Synchronization
import TestSupport
import Testing

/// The stores that keep the contract. A new one joins by one more case here.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite
    /// On a cluster of the tests' own, where PostgreSQL is installed.
    case postgres

    static let allCases: [StoreKind] =
        PostgresCluster.isInstalled ? [.memory, .sqlite, .postgres] : [.memory, .sqlite]

    var testDescription: String { rawValue }
}

/// An empty store of one kind, in the temporary folder or the cluster of the test.
final class StoreUnderTest: Sendable {
    private let kind: StoreKind
    private let memory = MemoryStore()
    private let database = Mutex<String?>(nil)

    private let name: String

    /// - Parameter name: tells several stores of a test apart.
    init(_ kind: StoreKind, name: String = "kizuna") {
        self.kind = kind
        self.name = name
    }

    /// A way into the store as another engine or process would have it; the contents are the same.
    func open() throws -> any Store {
        switch kind {
        case .memory: memory
        case .sqlite: try SQLiteStore(path: TemporaryFolder.current.appending(path: "\(name).sqlite").path)
        case .postgres:
            try PostgresStore(PostgresCluster.shared.address(of: postgresDatabase()), options: Self.smallPages)
        }
    }

    /// So small that whatever reads all of the history has to turn pages.
    private static var smallPages: PostgresStore.Options {
        var options = PostgresStore.Options()
        options.rowsAtOnce = 2
        return options
    }

    private func postgresDatabase() throws -> String {
        try database.withLock { database in
            if let database { return database }
            let made = try PostgresCluster.shared.makeDatabase()
            database = made
            return made
        }
    }
}

@Suite("The store contract")
struct StoreKindTests {
    @Test(
        "is kept by PostgreSQL, too",
        .enabled(if: PostgresCluster.isInstalled, "there is no PostgreSQL server here, so its store is not tested"))
    func includesPostgres() {
        #expect(StoreKind.allCases.contains(.postgres))
    }
}
