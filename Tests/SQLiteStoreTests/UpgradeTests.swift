import Engine
import Foundation
import GRDB
import Ledger
import TestSupport
import Testing
import Time

@testable import SQLiteStore

@Suite("A database from before rule sets had times", .temporaryFolder)
struct UpgradeTests {
    @Test("keeps its rule sets and clients, and begins an audit trail")
    func upgrade() throws {
        let path = TemporaryFolder.current.appending(path: "kizuna.sqlite").path
        let digest = Digest(hashing: Array("one".utf8))
        let blob = Data(digest.bytes)
        do {
            let queue = try DatabaseQueue(path: path)
            try Migrations.migrator.migrate(queue, upTo: "0002-rules")
            try queue.write { database in
                // The clock was set back between the second and the third.
                for (version, addedAt) in [(1, 1000), (2, 5000), (3, 4000)] {
                    try database.execute(
                        sql: "INSERT INTO rule_set VALUES (?, 'one', ?, ?)",
                        arguments: [version, Data(digest.bytes), addedAt])
                }
                try database.execute(
                    sql: "INSERT INTO client VALUES (7, 'till', 'pos', ?, 9)", arguments: [blob])
                try database.execute(
                    sql: "INSERT INTO block VALUES (1, 1, zeroblob(32), zeroblob(32), 1, 1, 5)")
                try database.execute(sql: "PRAGMA application_id = 1265203829")
            }
            try queue.close()
        }
        let store = try SQLiteStore(path: path)
        let ruleSets = try store.read { try $0.ruleSets() }
        #expect(ruleSets.map(\.version) == [1, 2, 3])
        #expect(ruleSets.map(\.publishedAt.milliseconds) == [1000, 5000, 4000])
        #expect(ruleSets.map(\.effectiveFrom.milliseconds) == [1000, 5000, 5000])
        #expect(ruleSets.allSatisfy { $0.digest == digest && $0.author == "command line" && $0.request == nil })
        #expect(try store.read { try $0.client(keyDigest: digest)?.number } == 7)
        #expect(
            try store.read { try $0.bookSteps() } == [BookStep(writer: WriterID(1), firstBlock: 1, newestRuleSet: 0)])
        #expect(try store.read { try $0.audit(after: 0, limit: 9) }.isEmpty)
        let number = try store.addClient(
            NewClient(
                name: "desk", role: .analyst, keyDigest: Digest(hashing: [2]), createdAt: Instant(milliseconds: 9)))
        #expect(number == 8)
        let outcome = try store.addRuleSet(Programs.publication("two")) { Instant(milliseconds: 6000) }
        guard case .added(let stored) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(stored.version == 4)
        #expect(try store.read { try $0.audit(after: 0, limit: 9) }.map(\.note.subject) == ["client 8", "rule set 4"])
    }
}
