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
        let applied = try PostgresStore.migrate(cluster.address(of: database))
        #expect(applied.map { $0 + ".sql" } == files.sorted())
        #expect(try PostgresStore.migrate(cluster.address(of: database)).isEmpty)
    }
}
