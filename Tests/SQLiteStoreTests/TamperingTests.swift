import Engine
import Foundation
import GRDB
import Ledger
import Loyalty
import SQLiteStore
import TestSupport
import Testing
import Time

/// Somebody changes the file behind the ledger's back; a verification must notice, whatever it was.
@Suite("Tampering", .temporaryFolder)
struct TamperingTests {
    private static let time = "2026-05-16T10:00:00+09:00"

    /// Two members with a few purchases, some of whose points have lapsed.
    private func makeStore(at path: String) throws -> RuleBook {
        let store = try SQLiteStore(path: path)
        _ = try store.addRuleSet(Programs.publication(Programs.coffee)) { EngineHarness.start }
        _ = try store.addClient(
            NewClient(name: "till", role: .pos, keyDigest: Digest(hashing: [1]), createdAt: EngineHarness.start))
        let doubled = Programs.coffee.replacing("{ points: 1, per: 100", with: "{ points: 2, per: 100")
        _ = try store.addRuleSet(Programs.publication(doubled, from: "2027-09-01T00:00:00+09:00")) {
            EngineHarness.start
        }
        let rules = try #require(try RuleDirectory(of: store, zones: Programs.zones))
        let harness = try EngineHarness(store: store, rules: rules)
        for number in 1...2 {
            let enrollment = Enrollment(id: ExactText("m\(number)"), name: nil, identifiers: [.card("c\(number)")])
            _ = harness.carryOut("e\(number)", .enroll(enrollment))
        }
        for number in 1...6 {
            let sale = Purchase.sale(Int64(number) * 1000, at: Self.time, receipt: "\(number)")
            _ = harness.carryOut("p\(number)", .purchase(member: .card("c\(number % 2 + 1)"), sale))
        }
        harness.now = Instant("2027-08-01T10:00:00+09:00")
        let late = Purchase.sale(1000, at: "2027-08-01T10:00:00+09:00", receipt: "7")
        _ = harness.carryOut("p7", .purchase(member: .card("c1"), late))
        harness.engine.drain()
        try store.close()
        return harness.book
    }

    private func findings(in path: String, _ book: RuleBook) throws -> Int64 {
        let store = try SQLiteStore(path: path)
        defer { try? store.close() }
        return try Verifier(store: store, book: book).run().findingCount
    }

    @Test("A store that nobody touched is clean")
    func clean() throws {
        let path = TemporaryFolder.current.appending(path: "kizuna.sqlite").path
        let book = try makeStore(at: path)
        #expect(try findings(in: path, book) == 0)
    }

    @Test(
        "A change of the file is found",
        arguments: [
            "UPDATE transfer SET amount = 9223372036854775807",
            "UPDATE transfer SET amount = amount + 1 WHERE transfer = 3",
            "UPDATE transfer SET available_after = available_after + 1 WHERE transfer = 3",
            "UPDATE transfer SET credit = 18 WHERE transfer = 3",
            "UPDATE transfer SET number = number + 1 WHERE transfer = 3",
            "UPDATE operation SET posted_at = posted_at + 1 WHERE op = 4",
            "UPDATE operation SET occurred_at = occurred_at - 1 WHERE op = 4",
            "UPDATE operation SET idempotency_key = 'x' WHERE op = 4",
            "UPDATE operation SET client = 9 WHERE op = 4",
            "UPDATE operation SET digest = zeroblob(32) WHERE op = 4",
            "UPDATE operation SET previous_op = NULL WHERE op = 5",
            "UPDATE purchase SET items = replace(items, '3000', '3001')",
            "UPDATE purchase SET store = 'osaka-01' WHERE op = 4",
            "UPDATE lot SET remaining = remaining - 1 WHERE entry = 3",
            "UPDATE lot SET expires_at = expires_at + 1 WHERE expires_at IS NOT NULL AND remaining > 0",
            "UPDATE member SET balances = replace(balances, '10', '11') WHERE member_no = 1",
            "UPDATE member SET head = zeroblob(32) WHERE member_no = 2",
            "UPDATE member SET version = version + 1 WHERE member_no = 2",
            "UPDATE member SET tier = replace(tier, 'regular', 'gold') WHERE member_no = 2",
            "UPDATE member SET purchases = purchases + 1 WHERE member_no = 2",
            "UPDATE member SET id = 'm9' WHERE member_no = 2",
            "DELETE FROM member WHERE member_no = 2",
            "DELETE FROM identifier WHERE value = 'm2'",
            "UPDATE identifier SET member_no = 1, position = 9 WHERE value = 'm2'",
            "UPDATE block SET root = zeroblob(32) WHERE batch_no = 2",
            "UPDATE block SET previous = zeroblob(32) WHERE batch_no = 2",
            "UPDATE program_total SET change = change + 1 WHERE rowid = 1",
            "DELETE FROM program_total WHERE rowid = 1",
            "DELETE FROM block WHERE batch_no = 2",
            "DELETE FROM transfer WHERE transfer = 3",
            "UPDATE block SET newest_rule_set = 3 WHERE batch_no = 2",
            "UPDATE audit SET author = 'nobody' WHERE entry = 1",
            "UPDATE audit SET at = at + 1 WHERE entry = 2",
            "UPDATE audit SET details = replace(details, 'till', 'shop') WHERE entry = 2",
            "UPDATE audit SET previous = zeroblob(32) WHERE entry = 2",
            "DELETE FROM audit WHERE entry = 1",
            "DELETE FROM audit WHERE entry > 1",
            "DELETE FROM rule_set WHERE version = 2",
            "UPDATE rule_set SET source = source || ' '",
        ])
    func found(change: String) throws {
        let path = TemporaryFolder.current.appending(path: "kizuna.sqlite").path
        let book = try makeStore(at: path)
        let file = try DatabaseQueue(path: path)
        try file.write { database in
            for trigger in try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
                try database.execute(sql: "DROP TRIGGER \"\(trigger)\"")
            }
            try database.execute(sql: change)
            #expect(database.changesCount > 0, "the change must change something")
        }
        try file.close()
        // A store too damaged to be read is found, too.
        let count = (try? findings(in: path, book)) ?? .max
        #expect(count > 0)
    }
}
