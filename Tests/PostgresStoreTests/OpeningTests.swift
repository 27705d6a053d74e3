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
        for level in ["off", "local", "remote_write"] {
            try forgetful.query("ALTER DATABASE \(forgetful.name) SET synchronous_commit = \(level)")
            #expect(Self.message { _ = try forgetful.open() }.contains("synchronous_commit is \(level)"))
        }
        try forgetful.query("ALTER DATABASE \(forgetful.name) SET synchronous_commit = remote_apply")
        try forgetful.open().close()
    }

    @Test("is refused in another encoding, before anything is made", arguments: ["LATIN1", "SQL_ASCII"])
    func encodings(encoding: String) throws {
        let database = try TestDatabase()
        let name = "\(database.name)_\(encoding.lowercased())"
        try database.query("CREATE DATABASE \(name) ENCODING '\(encoding)' TEMPLATE template0 LOCALE 'C'")
        defer { _ = try? database.query("DROP DATABASE \(name)") }
        let address = database.address.replacing("dbname=\(database.name)", with: "dbname=\(name)")
        #expect(address != database.address)
        #expect(Self.message { _ = try PostgresStore(address) }.contains("encoding is \(encoding) and must be UTF8"))
        #expect(
            try database.cluster.query("SELECT count(*) FROM pg_class WHERE relname = 'member'", in: name) == "0")
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
        // What libpq would take for a host, a port or the name of a database, and show.
        for text in [
            "postgres://u:s3cr3t/x@h:5432/n", "postgres://u:s@cr3t@h/n", "postgres://u:s@c@r3t@h:1/n?sslmode=require",
            "postgres://u:s3cr3t/@h/n", "postgresql://u:s3cr3t?x=@h/n", "postgres://u:a/b@c@h/n",
        ] {
            let message = Self.message { _ = try ConnectionString(text) }
            #expect(message.contains("%2F") && !message.contains("cr3t") && !message.contains("r3t"), "\(message)")
        }
        for text in [
            "postgres://u:s3cr%2Ft@h/n", "postgres://h/n?user=u@x&sslrootcert=/a@b", "postgres://u@h1,h2:5433/n",
            "postgres:///n?host=/var/run/postgresql", "host=h user=u@x dbname=a/b",
            "postgres://?host=/run&user=a@b", "postgres://h?user=a@b", "host=h password=a://b/c@d",
        ] {
            #expect(throws: Never.self) { try ConnectionString(text) }
        }
        let named = try ConnectionString("postgres://u:s3cr3t@h:5433/n?sslmode=require")
        #expect(named.hasSecret && named.shown == "postgres://u@h:5433/n")
        #expect(try !ConnectionString("postgres://u@h/n").hasSecret)
    }

    @Test(
        "refuses, before it connects, what libpq would refuse",
        arguments: [
            ("postgres://u@h/n?sslmode=verify", "sslmode is one of disable, allow"),
            ("postgres://u@h:99999/n", "a port is a number from 1 to 65535"),
            ("host=h port=0", "a port is a number"), ("postgres://u@h1:5432,h2:x/n", "a port is a number"),
        ])
    func wrongValues(_ text: String, _ expected: String) {
        let message = Self.message { _ = try ConnectionString(text) }
        #expect(message.contains(expected), "\(message)")
    }

    @Test(
        "takes what libpq takes",
        arguments: [
            "postgres://u@h1,h2:5433/n?sslmode=", "host=a,b,c port=1,,65535", "postgres://u@h/n?sslmode=require",
        ])
    func rightValues(_ text: String) {
        #expect(throws: Never.self) { try ConnectionString(text) }
    }

    @Test("goes on after a while on a server that takes nothing, because it is a standby or was made one")
    func readOnlyServer() throws {
        let database = try TestDatabase()
        let store = try database.open { $0.reconnectPatience = .milliseconds(300) }
        var books = try Bookkeeper(store)
        try books.enroll("m1")
        #expect(try books.commit() == .committed)
        try database.query("ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
        try database.query(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        try books.enroll("m2")
        let batch = books.batch()
        #expect(Self.message { _ = try store.commit(batch) }.contains("25006"))
        // A connection that was made meanwhile must not stay.
        try database.cluster.query(
            "ALTER DATABASE \(database.name) SET default_transaction_read_only = off", in: "postgres")
        #expect(try waitUntil { (try? store.commit(batch)) == .committed })
        #expect(try store.read { try $0.counts() }.members == 2)
    }

    @Test("that was taken back in time under a server takes nothing more from it")
    func takenBack() throws {
        let database = try TestDatabase()
        let store = try database.open()
        var books = try Bookkeeper(store)
        for name in ["m1", "m2"] as [ExactText] {
            try books.enroll(name)
            #expect(try books.commit() == .committed)
        }
        try database.query("ALTER TABLE block DISABLE TRIGGER USER")
        try database.query("DELETE FROM block WHERE batch_no = 2")
        try books.enroll("m3")
        let batch = books.batch()
        #expect(Self.message { _ = try store.commit(batch) }.contains("restart the server"))
        #expect(try database.number("SELECT count(*) FROM block") == 1)
        #expect(try database.number("SELECT count(*) FROM member WHERE id = 'm3'") == 0)
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
