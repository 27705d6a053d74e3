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

/// The whole server goes away while purchases are posted: killed, without a disk, or for good.
@Suite("A server that is lost", .needsPostgres, .serialized)
struct LostServerTests {
    /// Does something on a thread of its own while the siege goes on.
    private static func during(_ siege: Siege, _ name: String, _ body: @escaping @Sendable () throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        let thread = Thread {
            do { try body() } catch { failure.withLock { $0 = error } }
        }
        thread.start()
        try siege.run(until: { thread.isFinished }, name: name)
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// A standby whose disk every commit of the primary waits for.
    private static func synchronousStandby(of primary: PostgresNode) throws -> PostgresNode {
        let standby = try PostgresNode(following: primary)
        try standby.start(["shared_buffers=64MB", "cluster_name=standby"])
        try primary.query("ALTER SYSTEM SET synchronous_standby_names = 'standby'", in: "postgres")
        try primary.query("SELECT pg_reload_conf()", in: "postgres")
        #expect(
            try waitUntil {
                try primary.query("SELECT sync_state FROM pg_stat_replication", in: "postgres") == "sync"
            })
        return standby
    }

    @Test("Killed with all its processes, it loses nothing that was answered")
    func killed() throws {
        let node = try PostgresNode()
        try node.start(["shared_buffers=64MB"])
        let box = Handed(node)
        let siege = try Siege(node.address(of: "postgres"))
        try Self.during(siege, "the server is killed") {
            for _ in 0..<4 * Siege.scale {
                Thread.sleep(forTimeInterval: Double.random(in: 0.1...0.6))
                box.node.kill()
                try box.node.start()
            }
            Thread.sleep(forTimeInterval: 0.5)
        }
    }

    @Test("Killed and taken over by its synchronous standby, nothing that was answered is lost")
    func takenOver() throws {
        var primary = try PostgresNode()
        try primary.start(["shared_buffers=64MB"])
        try primary.query("CREATE DATABASE kizuna", in: "postgres")
        for _ in 0..<Siege.scale {
            let standby = try Self.synchronousStandby(of: primary)
            try primary.query("DROP DATABASE kizuna WITH (FORCE)", in: "postgres")
            try primary.query("CREATE DATABASE kizuna", in: "postgres")
            let siege = try Siege(
                "host=\(primary.folder),\(standby.folder) port=\(primary.port),\(standby.port) user=kizuna dbname=kizuna"
                    + " target_session_attrs=read-write")
            let (old, new) = (Handed(primary), Handed(standby))
            try Self.during(siege, "the standby takes over") {
                Thread.sleep(forTimeInterval: Double.random(in: 0.3...1))
                old.node.kill()
                // Nobody stands by the new one yet, so it must not wait for anybody.
                try new.node.query("ALTER SYSTEM RESET synchronous_standby_names", in: "postgres")
                try new.node.promote()
                Thread.sleep(forTimeInterval: 1)
            }
            primary = standby
        }
    }

    @Test("What its standby has not got is not answered, although it is there")
    func standbyBehind() throws {
        let primary = try PostgresNode()
        try primary.start(["shared_buffers=64MB"])
        try primary.query("CREATE DATABASE kizuna", in: "postgres")
        let store = try PostgresStore(primary.address(of: "kizuna"))
        let standby = try Self.synchronousStandby(of: primary)
        var books = try Bookkeeper(store)
        try books.enroll("m1")
        #expect(try books.commit() == .committed)

        standby.pause()
        defer { standby.goOn() }
        try books.enroll("m2")
        let (batch, writer) = (books.batch(), books.writer)
        let told = Mutex<(outcome: CommitOutcome?, isThere: Bool?)>((nil, nil))
        let thread = Thread {
            let outcome = try? store.commit(batch)
            told.withLock { $0.outcome = outcome }
            let isThere = try? store.hasBatch(writer: writer, number: 2)
            told.withLock { $0.isThere = isThere }
        }
        thread.start()
        // The wait for the standby is cut short, which leaves the transaction committed.
        let cut = """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = 'kizuna' AND wait_event = 'SyncRep'
            """
        #expect(try waitUntil { try primary.query(cut, in: "postgres") != "0" })
        #expect(try waitUntil { told.withLock { $0.outcome != nil } })
        #expect(told.withLock { $0.outcome } == .unknown)
        #expect(try waitUntil { try primary.query("SELECT count(*) FROM block", in: "kizuna") == "2" })
        Thread.sleep(forTimeInterval: 1)
        #expect(told.withLock { $0.isThere } == nil)

        standby.goOn()
        #expect(try waitUntil { told.withLock { $0.isThere } == true })
        primary.kill()
        try standby.promote()
        #expect(try standby.query("SELECT count(*) FROM block", in: "kizuna") == "2")
    }

    @Test("While it is away, whoever calls is told so")
    func away() throws {
        let node = try PostgresNode()
        try node.start(["shared_buffers=64MB"])
        var options = PostgresStore.Options()
        options.reconnectPatience = .milliseconds(200)
        let store = try PostgresStore(node.address(of: "postgres"), options: options)
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee))
        func enroll(_ name: ExactText) -> Reply {
            harness.carryOut("e-\(name)", .enroll(Enrollment(id: name, name: nil, identifiers: [])))
        }
        guard case .accepted = enroll("m1") else {
            Issue.record("it is there")
            return
        }
        node.kill()
        for name in ["m2", "m3"] as [ExactText] {
            let reply = enroll(name)
            guard case .unavailable(.storeAway) = reply else {
                Issue.record("\(reply)")
                continue
            }
        }
        harness.engine.drain()
    }

    @Test("Without room on its disk, it takes nothing, and goes on once there is some", .enabled(if: getuid() == 0))
    func fullDisk() throws {
        let disk = FileManager.default.temporaryDirectory.appending(path: "kizuna-disk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        defer { rmdir(disk) }
        guard mount("tmpfs", disk, "tmpfs", 0, "size=160m,mode=1777") == 0 else {
            print("skipped: no file system can be mounted here")
            return
        }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let node = try PostgresNode(data: disk + "/data")
        try node.start(["shared_buffers=32MB", "max_wal_size=64MB", "min_wal_size=32MB"])
        let box = Handed(node)
        let siege = try Siege(node.address(of: "postgres"))
        try Self.during(siege, "the disk is full") {
            for _ in 0..<Siege.scale {
                Thread.sleep(forTimeInterval: 0.5)
                let filler = disk + "/filler"
                let file = open(filler, O_CREAT | O_WRONLY, 0o600)
                let block = [UInt8](repeating: 1, count: 1 << 20)
                while write(file, block, block.count) > 0 {}
                close(file)
                // A server that cannot write its log stops; whoever runs it makes room and starts it again.
                Thread.sleep(forTimeInterval: 3)
                unlink(filler)
                if (try? box.node.query("SELECT 1", in: "postgres")) == nil {
                    box.node.kill()
                    try box.node.start()
                }
                Thread.sleep(forTimeInterval: 0.5)
            }
        }
    }
}

/// `@unchecked Sendable` because one thread at a time uses the server: the test starts it and waits while another thread
/// kills it.
private final class Handed: @unchecked Sendable {
    let node: PostgresNode

    init(_ node: PostgresNode) {
        self.node = node
    }
}
