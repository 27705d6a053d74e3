import Engine
import Ledger
import PostgresStore
import PostgresSupport
import Synchronization
import TestSupport
import Testing

/// Queries that read a standby.
@Suite("A replica", .needsPostgres, .serialized)
struct ReplicaTests {
    /// A database, and a standby that follows it.
    private struct Pair {
        let primary: PostgresNode
        let standby: PostgresNode
        let store: PostgresStore
        let replica: PostgresReplica

        init() throws {
            primary = try PostgresNode()
            try primary.start(["shared_buffers=64MB"])
            store = try PostgresStore(primary.address(of: "postgres"))
            standby = try PostgresNode(following: primary)
            try standby.start()
            replica = try PostgresReplica(standby.address(of: "postgres"), of: store)
        }
    }

    @Test("answers queries while it keeps up, and the database itself otherwise")
    func readsFromReplica() throws {
        let pair = try Pair()
        let (standby, store, replica) = (pair.standby, pair.store, pair.replica)
        var books = try Bookkeeper(store)
        func members(_ reads: QueryReads) throws -> Int64 { try reads.read { try $0.counts().members } }

        try books.enroll("m1")
        #expect(try books.commit() == .committed)
        #expect(try waitUntil { try replica.read { try $0.counts() }.members == 1 })
        #expect(try replica.staleness() == .zero)
        // What is not replayed is not seen there, but by default everybody sees what was written.
        try standby.query("SELECT pg_wal_replay_pause()", in: "postgres")
        try books.enroll("m2")
        #expect(try books.commit() == .committed)
        #expect(try members(QueryReads(store)) == 2)
        #expect(try members(QueryReads(store, replica: replica, limit: .seconds(3600))) == 1)
        #expect(try waitUntil { try replica.staleness() > .milliseconds(50) })
        #expect(try members(QueryReads(store, replica: replica, limit: .milliseconds(20))) == 2)
        // One that is gone is not missed.
        let reads = QueryReads(store, replica: replica, limit: .seconds(3600))
        #expect(try members(reads) == 1)
        standby.kill()
        #expect(try members(reads) == 2)
    }

    @Test("is none that was promoted, nor one of another database")
    func notItsReplica() throws {
        let pair = try Pair()
        let (standby, store, replica) = (pair.standby, pair.store, pair.replica)
        var books = try Bookkeeper(store)
        try books.enroll("m1")
        #expect(try books.commit() == .committed)
        #expect(try waitUntil { try replica.read { try $0.counts() }.members == 1 })
        let told = Mutex<[String]>([])
        let reads = QueryReads(store, replica: replica, limit: .seconds(3600)) { line in
            told.withLock { $0.append(line) }
        }
        func refusal(of replica: PostgresReplica) -> String {
            do { return "\(try replica.staleness())" } catch { return "\(error)" }
        }
        // The database itself under another name is no other one.
        #expect(refusal(of: try PostgresReplica(pair.primary.address(of: "postgres"), of: store)) == "0.0 seconds")

        try standby.promote()
        try books.enroll("m2")
        #expect(try books.commit() == .committed)
        #expect(refusal(of: replica).contains("promoted"))
        #expect(try reads.read { try $0.counts().members } == 2)
        #expect(told.withLock(\.self).count == 1)

        let other = try PostgresNode()
        try other.start(["shared_buffers=64MB"])
        try PostgresStore(other.address(of: "postgres")).close()
        #expect(refusal(of: try PostgresReplica(other.address(of: "postgres"), of: store)).contains("another database"))
        try pair.primary.query("CREATE DATABASE beside", in: "postgres")
        try PostgresStore(pair.primary.address(of: "beside")).close()
        #expect(
            refusal(of: try PostgresReplica(pair.primary.address(of: "beside"), of: store)).contains("another database")
        )
    }

    @Test("may be away at first, and is read once it is there; what follows another server is not")
    func replicaComesLater() throws {
        let primary = try PostgresNode()
        try primary.start(["shared_buffers=64MB"])
        let store = try PostgresStore(primary.address(of: "postgres"))
        var books = try Bookkeeper(store)
        try books.enroll("m1")
        #expect(try books.commit() == .committed)
        let standby = try PostgresNode(following: primary)
        let replica = try PostgresReplica(standby.address(of: "postgres"), of: store)
        let told = Mutex<[String]>([])
        let reads = QueryReads(store, replica: replica, limit: .seconds(3600)) { line in
            told.withLock { $0.append(line) }
        }
        #expect(try reads.read { try $0.counts().members } == 1)
        try standby.start()
        #expect(
            try waitUntil {
                _ = try reads.read { try $0.counts() }
                return told.withLock { $0.last?.contains("again") == true }
            })
        #expect(told.withLock(\.self).count == 2)

        // The standby goes on by itself, and another one follows it: in time, but of another history.
        let follower = try PostgresNode(following: standby)
        try follower.start()
        let strange = try PostgresReplica(follower.address(of: "postgres"), of: store)
        #expect(try waitUntil { (try? strange.staleness()) == .zero })
        try standby.promote()
        let elsewhere = try PostgresStore(standby.address(of: "postgres"))
        var others = try Bookkeeper(elsewhere)
        try others.enroll("m2")
        #expect(try others.commit() == .committed)
        #expect(try waitUntil { try strange.read { try $0.counts() }.members == 2 })
        #expect(throws: StoreError.self) { try strange.staleness() }
    }

    @Test("is behind for as long as it is seen to lack something")
    func lackIsSeen() throws {
        let pair = try Pair()
        let (standby, store, replica) = (pair.standby, pair.store, pair.replica)
        var books = try Bookkeeper(store)
        try books.enroll("m1")
        #expect(try books.commit() == .committed)
        #expect(try waitUntil { (try? replica.staleness()) == .zero })
        // Cut off: it has replayed all that came, and would wait for more.
        try standby.query("ALTER SYSTEM SET primary_conninfo = ''", in: "postgres")
        try standby.query("SELECT pg_reload_conf()", in: "postgres")
        #expect(
            try waitUntil {
                try standby.query("SELECT count(*) FROM pg_stat_wal_receiver", in: "postgres") == "0"
            })
        try books.enroll("m2")
        #expect(try books.commit() == .committed)
        let first = try replica.staleness()
        #expect(try waitUntil { try replica.staleness() > first + .milliseconds(200) })
    }
}
