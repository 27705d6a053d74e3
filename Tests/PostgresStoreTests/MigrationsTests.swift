import Engine
import Foundation
import PostgresStore
import PostgresSupport
import Testing
import Time

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

    @Test("guard the audit trail after a copy as before")
    func guardedAfterCopy() throws {
        let cluster = PostgresCluster.shared
        let names = [try cluster.makeDatabase(), try cluster.makeDatabase()]
        let stores = try names.map { try PostgresStore(cluster.address(of: $0)) }
        defer { for store in stores { store.close() } }
        func note(_ action: AuditNote.Action) -> AuditNote {
            AuditNote(
                at: Instant(milliseconds: 0), author: .commandLine, action: action, subject: "database",
                details: [.init("of", "the test")])
        }
        for store in stores { try store.record(note(.migrate)) }
        try stores[0].read { try stores[1].fill(from: $0, noting: note(.copy)) { _, _ in } }
        #expect(try stores[1].read { try $0.audit(after: 0, limit: 9).map(\.note.action) } == [.migrate, .copy])
        let enabled = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'audit'::regclass AND tgenabled = 'O'"
        #expect(try cluster.number(enabled, in: names[1]) == cluster.number(enabled, in: names[0]))
        #expect(throws: (any Error).self) { _ = try cluster.query("DELETE FROM audit", in: names[1]) }
    }
}
