import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import Synchronization
import TestSupport
import Testing
import Time

@Suite("Opening a PostgreSQL store", .needsPostgres)
struct OpeningTests {
    private static func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was refused"
        } catch {
            return "\(error)"
        }
    }

    @Test("is refused where the database is another's, of a newer version, not migrated, or would forget")
    func refusals() throws {
        let foreign = try TestDatabase()
        try foreign.query("CREATE TABLE customers (id int)")
        #expect(Self.message { _ = try foreign.open() }.contains("not a Kizuna database"))
        #expect(try foreign.number("SELECT count(*) FROM pg_class WHERE relname = 'member'") == 0)

        let newer = try TestDatabase()
        try newer.open().close()
        try newer.query("INSERT INTO kizuna_migration (name) VALUES ('9999-tomorrow')")
        #expect(Self.message { _ = try newer.open() }.contains("newer version"))
        #expect(Self.message { _ = try newer.open { $0.isReadOnly = true } }.contains("newer version"))

        let empty = try TestDatabase()
        #expect(Self.message { _ = try empty.open { $0.isReadOnly = true } }.contains("kizuna migrate"))

        let forgetful = try TestDatabase()
        try forgetful.query("ALTER DATABASE \(forgetful.name) SET synchronous_commit = off")
        #expect(Self.message { _ = try forgetful.open() }.contains("synchronous_commit is off"))
    }

    @Test("by several engines at once migrates it once")
    func migratesOnce() throws {
        let database = try TestDatabase()
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 6) { _ in
            do { try database.open().close() } catch { failures.withLock { $0.append("\(error)") } }
        }
        #expect(failures.withLock { $0 } == [])
        // Every file once, whoever was first.
        let files = try database.number("SELECT count(*) FROM kizuna_migration")
        #expect(try database.number("SELECT count(DISTINCT name) FROM kizuna_migration") == files && files > 0)
    }

    @Test("never tells a password")
    func secrets() throws {
        let database = try TestDatabase()
        let port = database.cluster.port
        let wrong = Self.message {
            _ = try PostgresStore("postgres://kizuna:s3cr3t@127.0.0.1:\(port)/\(database.name)")
        }
        #expect(wrong.contains("password authentication failed") && !wrong.contains("s3cr3t"), "\(wrong)")
        for text in ["postgres://u:s3cr3t@x@y:z/n", "host=h password='s3cr3t", "host=h password=s3cr3t nonsense"] {
            let message = Self.message { _ = try PostgresStore(text) }
            #expect(message != "nothing was refused" && !message.contains("s3cr3t"), "\(message)")
        }
        let named = try ConnectionString("postgres://u:s3cr3t@h:5433/n?sslmode=require")
        #expect(named.hasSecret && named.shown == "postgres://u@h:5433/n")
        #expect(try !ConnectionString("postgres://u@h/n").hasSecret)
    }

    @Test("waits a little for a server that is away, and then says so at once")
    func away() throws {
        let database = try TestDatabase()
        let store = try database.open { $0.reconnectPatience = .milliseconds(300) }
        try database.cluster.query("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS false", in: "postgres")
        try database.cluster.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database.name)'", in: "postgres")
        #expect(throws: StoreError.self) { try store.read { try $0.counts() } }
        try database.cluster.query("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS true", in: "postgres")
        Thread.sleep(forTimeInterval: 1.1)
        #expect(try store.read { try $0.counts() }.blocks == 0)
    }
}
