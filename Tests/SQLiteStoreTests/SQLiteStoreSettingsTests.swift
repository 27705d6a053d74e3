import Engine
import Foundation
import GRDB
import Ledger
import Loyalty
import Synchronization
import TestSupport
import Testing
import Time

@testable import SQLiteStore

@Suite("A SQLite store", .temporaryFolder)
struct SQLiteStoreSettingsTests {
    private var path: String { TemporaryFolder.current.appending(path: "kizuna.sqlite").path }

    /// A store with at least one row in every table of history.
    private func filledStore(_ options: SQLiteStore.Options = .init()) throws -> (SQLiteStore, Bookkeeper) {
        let store = try SQLiteStore(path: path, options: options)
        var books = try Bookkeeper(store)
        let now = books.now
        _ = try store.addRuleSet(Programs.publication("program: cafe")) { now }
        let member = try books.enroll("m", name: "Hanako")
        for number in 1...40 {
            try books.purchase(
                by: member, key: ExactText("k\(number)"), receipt: receipt("\(number)"), earning: [("beans", 5, nil)])
        }
        #expect(try books.commit() == .committed)
        return (store, books)
    }

    private func grow(_ books: inout Bookkeeper, batches: Int) throws {
        for _ in 0..<batches {
            for _ in 0..<10 { try books.enroll(ExactText("g\(books.now.milliseconds)"), name: "someone") }
            #expect(try books.commit() == .committed)
        }
    }

    @Test("flushes every commit, keeps a log and leaves checkpoints to their own thread")
    func settings() throws {
        let store = try SQLiteStore(path: path)
        let expected: [(pragma: String, value: String)] = [
            ("journal_mode", "wal"), ("synchronous", "2"), ("wal_autocheckpoint", "0"), ("foreign_keys", "0"),
            ("application_id", "1265203829"), ("page_size", "4096"), ("encoding", "UTF-8"), ("secure_delete", "1"),
            ("cache_size", "-262144"), ("auto_vacuum", "0"), ("journal_size_limit", "536870912"),
        ]
        let found = try store.pool.writeWithoutTransaction { database in
            try expected.map { try String.fetchOne(database, sql: "PRAGMA \($0.pragma)") ?? "nothing" }
        }
        for (pragma, value) in zip(expected, found) { #expect(value == pragma.value, "\(pragma.pragma)") }
    }

    @Test(
        "refuses to change or remove what happened",
        arguments: [
            "rule_set", "writer", "block", "operation", "operation_landmark", "transfer", "lot", "purchase",
            "program_total", "audit",
        ])
    func triggers(table: String) throws {
        let (store, _) = try filledStore()
        try store.pool.writeWithoutTransaction { database in
            let before = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
            #expect(before > 0)
            let column = try database.columns(in: table)[0].name
            for change in ["UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)"] {
                #expect(throws: DatabaseError.self) { try database.execute(sql: change) }
            }
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") == before)
        }
    }

    @Test("copies the log into the file on a thread of its own, and the log starts over")
    func checkpoints() throws {
        var options = SQLiteStore.Options()
        options.checkpointPages = 200
        var (store, books) = try filledStore(options)
        var longest = 0
        for _ in 0..<200 {
            try grow(&books, batches: 2)
            longest = max(longest, store.logStatus?.pages ?? 0)
            if let checkpoints = store.logStatus?.checkpoints, checkpoints >= 3 { break }
            Thread.sleep(forTimeInterval: 0.005)
        }
        let status = try #require(store.logStatus)
        #expect(status.checkpoints >= 3)
        #expect(longest < 3_000)
        let fileSize = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        #expect(fileSize > 200_000)
        store = try SQLiteStore(path: path)
        #expect(try store.read { try $0.counts() } == books.store.read { try $0.counts() })
    }

    @Test("never checkpoints while it commits")
    func commitsOnlyAppend() throws {
        var (store, books) = try filledStore()
        let before = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        try grow(&books, batches: 60)
        #expect((store.logStatus?.pages ?? 0) > 500)
        #expect(store.logStatus?.checkpoints == 0)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date == before)
        try store.close()
    }

    @Test("says when a reader keeps the log from starting over")
    func noticesLongLogs() throws {
        let notices = Mutex<[String]>([])
        var options = SQLiteStore.Options()
        options.checkpointPages = 100
        options.longestLogPages = 600
        options.notice = { notice in notices.withLock { $0.append(notice) } }
        let (store, filled) = try filledStore(options)
        var books = filled
        let start = ContinuousClock.now
        try store.read { reader in
            let before = try reader.counts()
            for _ in 0..<200 where notices.withLock({ $0.isEmpty }) { try grow(&books, batches: 1) }
            #expect(try reader.counts() == before)
        }
        #expect(notices.withLock { $0.count } == 1)
        // Commits do not wait for the reader.
        #expect((store.logStatus?.longestPauseMs ?? 0) < 5_000)
        #expect(ContinuousClock.now - start < .seconds(10))
        for _ in 0..<500 where store.logStatus?.checkpoints == 0 {
            try grow(&books, batches: 1)
            Thread.sleep(forTimeInterval: 0.005)
        }
        #expect((store.logStatus?.checkpoints ?? 0) > 0)
    }

    /// What a damaged row may look like, and what must not become of it.
    @Test(
        "answers damage with an error, never with a wrong state or a crash",
        arguments: [
            "balances = '[['", "balances = '{}'", "balances = '[[1, 2, 3, 4, 5]]'", "lots = ''", "lots = '[[1]]'",
            "lots = '[[1, \"beans\", 1, 1, 0, 0, 1, null]]'", "lots = '[[1, \"beans\", 1, 1, 5, 6, 1, null]]'",
            "tier = '{}'", "tier = '{\"periods\":[],\"until\":null,\"totals\":[]}'", "last_op = 99",
        ])
    func damage(change: String) throws {
        let (store, books) = try filledStore()
        let member = try #require(books.states.keys.first)
        try store.pool.writeWithoutTransaction { try $0.execute(sql: "UPDATE member SET \(change)") }
        #expect {
            try store.read { reader in
                _ = try reader.state(of: member)
                _ = try reader.operations(of: member, before: .max, limit: 1)
            }
        } throws: {
            ($0 as? StoreError)?.code == .corrupt
        }
        // The connection is of use afterwards.
        #expect(try store.read { try $0.counts().members } == 1)
    }
}
