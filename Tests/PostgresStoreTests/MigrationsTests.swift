import Engine
import Foundation
import PostgresStore
import PostgresSupport
import Testing

@Suite("Migrations of PostgreSQL", .enabled(if: PostgresCluster.isInstalled, "there is no PostgreSQL server here"))
struct MigrationsTests {
    @Test("are all the files of their folder")
    func complete() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "migrations/postgres")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sql") }
        let cluster = PostgresCluster.shared
        let database = try cluster.makeDatabase()
        func open() throws -> [String] {
            let store = try PostgresStore(cluster.address(of: database))
            defer { store.close() }
            return store.appliedMigrations
        }
        #expect(try open().map { $0 + ".sql" } == files.sorted())
        #expect(try open().isEmpty)
    }
}
