import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import TestSupport
import Testing
import Time

@Suite("A commit whose connection is lost", .needsPostgres)
struct UnknownOutcomeTests {
    @Test("is unknown, and looking it up tells for good", arguments: CuttingProxy.Cut.allCases, 1...5 * Siege.scale)
    func cutDuringCommit(cut: CuttingProxy.Cut, round: Int) throws {
        let database = try TestDatabase()
        let proxy = try CuttingProxy(to: database.cluster.port)
        let password = URL(filePath: NSTemporaryDirectory()).appending(path: "kizuna-pgpass-\(UUID().uuidString)")
        try "*:*:*:*:\(PostgresCluster.password)\n".write(to: password, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: password.path)
        defer { try? FileManager.default.removeItem(at: password) }
        let store = try PostgresStore(
            database.cluster.url(of: database.name, port: proxy.port) + "?passfile=\(password.path)")
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        #expect(try books.commit() == .committed)
        try books.purchase(by: member, key: "k", receipt: receipt("1"), earning: [("beans", 5, nil)])
        let batch = books.batch()
        proxy.cutNext(cut)
        #expect(try store.commit(batch) == .unknown)
        let isThere = try store.hasBatch(writer: books.writer, number: 2)
        if cut == .beforeCommit { #expect(!isThere) }
        Thread.sleep(forTimeInterval: 0.1)
        #expect(try database.number("SELECT count(*) FROM block WHERE batch_no = 2") == (isThere ? 1 : 0))
        // Either way the store goes on.
        if isThere { books.settle(batch) } else { try books.forget() }
        try books.learn(member)
        try books.purchase(by: member, key: "l", receipt: receipt("2"), earning: [("beans", 1, nil)])
        #expect(try books.commit() == .committed)
        #expect(try store.read { try $0.counts() }.operations == (isThere ? 3 : 2))
    }

    /// The server is busy with the batch when the engine gives up waiting: whoever asks then must not hear "no" from a
    /// transaction that commits a moment later.
    @Test("does not commit any more once it was said not to be there")
    func lateCommit() throws {
        let database = try TestDatabase()
        let store = try database.open { $0.answerTimeout = .milliseconds(400) }
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        #expect(try books.commit() == .committed)
        let holder = try database.cluster.hold(
            "BEGIN; LOCK TABLE block IN SHARE MODE; SELECT pg_sleep(60)", in: database.name)
        defer { Foundation.kill(holder.processIdentifier, SIGKILL) }
        #expect(try waitUntil { try database.number("SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock'") > 0 })
        try books.purchase(by: member, key: "k", receipt: receipt("1"), earning: [("beans", 5, nil)])
        let batch = books.batch()
        #expect(try store.commit(batch) == .unknown)
        #expect(try !store.hasBatch(writer: books.writer, number: 2))
        Foundation.kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        try database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
        )
        Thread.sleep(forTimeInterval: 0.3)
        #expect(try database.number("SELECT count(*) FROM block") == 1)
        #expect(try store.commit(batch) == .committed)
        #expect(try store.hasBatch(writer: books.writer, number: 2))
    }

    @Test("before COMMIT was sent is done again on a new connection")
    func idleConnectionKilled() throws {
        let database = try TestDatabase()
        let store = try database.open()
        var books = try Bookkeeper(store)
        for round in 1...5 {
            try books.enroll(ExactText("m\(round)"))
            #expect(try books.commit() == .committed)
            _ = try store.read { try $0.counts() }
            try database.query(Self.killAll)
        }
        #expect(try store.read { try $0.counts() }.members == 5)
    }

    private static let killAll = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """

    /// Kills one backend in a way: politely, or so that the whole server starts over.
    @Test("never loses or doubles an answered purchase while backends are killed under load", arguments: [false, true])
    func killedUnderLoad(brutally: Bool) throws {
        // A brutal kill restarts all backends, so other tests must not share the cluster.
        let cluster = brutally ? try PostgresCluster() : .shared
        let database = try TestDatabase(cluster)
        let siege = try Siege(database.address)
        let killer = Thread {
            for _ in 0..<(brutally ? 10 * Siege.scale : 50) {
                Thread.sleep(forTimeInterval: brutally ? 0.4 : 0.03)
                if brutally {
                    let pid = try? cluster.number(
                        "SELECT pid FROM pg_stat_activity WHERE datname = '\(database.name)' LIMIT 1", in: "postgres")
                    if let pid { kill(Int32(pid), SIGKILL) }
                } else {
                    _ = try? cluster.query(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = '\(database.name)' ORDER BY random() LIMIT 1
                        """, in: "postgres")
                }
            }
        }
        killer.start()
        try siege.run(until: { killer.isFinished }, name: brutally ? "backends crash" : "backends are ended")
    }
}
