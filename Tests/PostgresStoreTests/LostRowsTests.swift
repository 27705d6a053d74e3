import Engine
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import TestSupport
import Testing
import Time

/// Rows that a damaged index, a half-done restore or somebody by hand leaves out: a verification must notice, and say
/// where.
@Suite("What is missing in a PostgreSQL store", .needsPostgres)
struct LostRowsTests {
    /// Two members, who buy and return.
    private func fill(_ database: TestDatabase) throws -> RuleBook {
        let store = try database.open()
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee))
        for number in 1...2 {
            let enrollment = Enrollment(id: ExactText("m\(number)"), name: nil, identifiers: [.card("c\(number)")])
            _ = harness.carryOut("e\(number)", .enroll(enrollment))
            let sale = Purchase.sale(3000, at: "2026-05-16T10:00:00+09:00", receipt: "\(number)")
            _ = harness.carryOut("p\(number)", .purchase(member: .card("c\(number)"), sale))
        }
        harness.engine.drain()
        store.close()
        return harness.book
    }

    private func findings(in database: TestDatabase, _ book: RuleBook) throws -> [String] {
        let store = try database.open { $0.isReadOnly = true }
        defer { store.close() }
        return try Verifier(store: store, book: book).run().findings.map { "\($0.subject) \($0.problem)" }
    }

    @Test(
        arguments: [
            ("DELETE FROM member WHERE member_no = 2", "member 2 is not there, and has operations"),
            (
                "DELETE FROM claim WHERE member_no = 2 AND seq = 2",
                "operation 2-2 its idempotency key or its receipt does not lead to it"
            ),
            ("TRUNCATE claim", "operation 1-1 its idempotency key or its receipt does not lead to it"),
            (
                "UPDATE claim SET member_no = 1 WHERE member_no = 2 AND seq = 2",
                "operation 2-2 its idempotency key or its receipt does not lead to it"
            ),
            ("UPDATE member SET id = 'm9' WHERE member_no = 2", "member 2 its id does not lead to it"),
            (
                "UPDATE member SET balances = 'x' WHERE member_no = 1",
                "member 1 the column balances does not hold what this program writes"
            ),
            (
                "UPDATE operation SET items = 'x' WHERE member_no = 1 AND seq = 2",
                "member 1 the column items does not hold what this program writes"
            ),
            ("DELETE FROM identifier WHERE value = 'm2'", "member 2 its id does not lead to it"),
            (
                "UPDATE identifier SET member_no = 1, position = 9 WHERE value = 'm2'",
                "member 2 its id does not lead to it"
            ),
        ])
    func found(change: String, finding: String) throws {
        let database = try TestDatabase()
        let book = try fill(database)
        #expect(try findings(in: database, book) == [])
        try database.query("SET session_replication_role = replica; \(change)")
        let found = try findings(in: database, book)
        #expect(found.contains(finding), "\(found)")
    }
}
