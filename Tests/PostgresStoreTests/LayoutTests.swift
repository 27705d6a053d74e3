import Engine
import Foundation
import Ledger
import Loyalty
import PostgresSupport
import TestSupport
import Testing
import Time

@testable import PostgresStore

/// What would cost much and change no result, read off the server's own statistics.
@Suite("The layout on PostgreSQL", .needsPostgres)
struct LayoutTests {
    /// Members who each bought so many times, in batches of 100. Their rows stay as wide as they are.
    private static func fill(_ database: TestDatabase, members count: Int, rounds: Int) throws {
        let store = try database.open()
        var books = try Bookkeeper(store)
        var members: [MemberNumber] = []
        for number in 0..<count {
            members.append(try books.enroll(ExactText("m\(number)")))
            if number % 100 == 99 { _ = try books.commit() }
        }
        _ = try books.commit()
        for round in 0..<rounds {
            // As customers come: those of one batch live on many pages.
            for (index, member) in members.indices.map({ ($0, members[$0 * 37 % count]) }) {
                let name = "\(round)/\(index)"
                try books.purchase(
                    by: member, key: ExactText(name), receipt: receipt(name), earning: [])
                // Due at another time with every purchase, as a hold would have it.
                books.due.append(DueTime(member: member, at: books.now))
                if index % 100 == 99 { #expect(try books.commit() == .committed) }
            }
        }
        store.close()
    }

    @Test("keeps updates of members on their page")
    func hotUpdates() throws {
        // A long transaction in any database of a cluster keeps old versions in all of them.
        let database = try TestDatabase(PostgresCluster())
        try Self.fill(database, members: 500, rounds: 12)
        let updates = try database.settledNumber(
            "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'member'")
        let hot = try database.number("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'member'")
        #expect(updates == 6000)
        #expect(hot * 100 >= updates * 95, "\(hot) of \(updates)")
    }

    @Test("never reads a table from end to end, though it was empty when plans were made")
    func plansArePinned() throws {
        let database = try TestDatabase()
        try database.query("SELECT 1")
        let store = try database.open()
        let before = try database.number(Self.scans)
        store.close()
        try Self.fill(database, members: 300, rounds: 3)
        let after = try database.settledNumber(Self.scans)
        #expect(after - before == 0, "\(after - before) sequential scans")
        #expect(try database.number("SELECT sum(idx_scan) FROM pg_stat_user_tables WHERE relname = 'member'") > 0)
    }

    /// A plan that was made for an empty table reads all of it for every batch, in the order of its key.
    @Test("reads what it is asked for alone, though tables were known to be empty when plans were made")
    func plansAreMadeAnew() throws {
        let database = try TestDatabase(PostgresCluster())
        try database.open().close()
        try database.query("ANALYZE")
        let (members, rounds) = (1000, 3)
        try Self.fill(database, members: members, rounds: rounds)
        for key in ["member_pkey", "member_due_pkey"] {
            let read = try database.settledNumber(
                "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = '\(key)'")
            // Each batch asks for its members' versions and changes them, and what is due is looked up and written.
            #expect(read <= members * (rounds + 1) * 4, "\(read) of \(key)")
        }
    }

    @Test("plans are made anew when their use has doubled, and every ten seconds")
    func planAge() {
        let start = ContinuousClock.now
        var plans = PlanAge()
        let renewed = (1...20).filter { _ in plans.pass(at: start) }
        #expect(renewed == [2, 4, 8, 16])
        // The plans are a little younger than the start.
        let later = [9, 11, 12, 20, 21].filter { plans.pass(at: start + .seconds($0)) }
        #expect(later == [11, 21])
    }

    private static let scans = """
        SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_user_tables
        WHERE relname IN ('member', 'operation', 'claim', 'identifier', 'block')
        """

    /// The writer sorts the rows of each list, so what the list drives is locked in that order.
    @Test(
        "goes through its own sorted lists when it locks members, budgets and claims",
        arguments: [
            (
                BatchStatements.updateMembers, BatchStatements.updatedMember,
                [
                    "Update on member", "Nested Loop", "Nested Loop", "Subquery Scan on new", "ProjectSet", "Result",
                    "Index Scan using member_pkey on member before", "Tid Scan on member",
                ]
            ),
            (
                BatchStatements.updateShared, BatchStatements.shared,
                [
                    "Update on shared_usage", "Nested Loop", "Subquery Scan on new", "ProjectSet", "Result",
                    "Index Scan using shared_usage_pkey on shared_usage",
                ]
            ),
            (BatchStatements.insertClaims, BatchStatements.claim, ["ProjectSet", "Result"]),
        ])
    func lockOrder(statement: Statement, columns: [Column], expected: [String]) throws {
        let database = try TestDatabase()
        try database.open().close()
        let plan = try Self.plan(of: statement, columns, in: database)
        let nodes = plan.compactMap { line in line.firstMatch(of: /->\s+(.*)/).map { String($0.1) } }
        #expect(Array(nodes.prefix(expected.count)) == expected, "\(plan.joined(separator: "\n"))")
        // Lists behind FROM would be stored before they are gone through (decision 0016).
        #expect(!plan.contains { $0.contains("Function Scan") }, "\(plan.joined(separator: "\n"))")
        #expect(!plan.contains { $0.contains("Sort") || $0.contains("Hash") }, "\(plan.joined(separator: "\n"))")
    }

    /// The plan of a statement in a session that writes, prepared as a batch prepares it.
    private static func plan(of statement: Statement, _ columns: [Column], in database: TestDatabase) throws -> [String]
    {
        let address = ServerAddress(
            connectionString: try ConnectionString(database.address), options: PostgresStore.Options())
        let session = Session(address, .writing)
        defer { session.close() }
        return try session.exchange { connection in
            var none = Rows(columns)
            none.seal()
            try connection.send(statement, Parameters(none))
            let nothing = columns.map { _ in "NULL" }.joined(separator: ", ")
            try connection.send(
                Statement("plan", "EXPLAIN (COSTS OFF) EXECUTE \(statement.name) (\(nothing))"))
            try connection.sync()
            _ = try connection.receive()
            let plan = try connection.receive().map { $0.text(0) }
            try connection.finish()
            return plan
        }
    }

    @Test(
        "refuses to change what happened",
        arguments: [
            "rule_set", "audit", "writer", "block", "operation", "claim",
        ])
    func appendOnly(table: String) throws {
        let database = try TestDatabase()
        let store = try database.open()
        var books = try Bookkeeper(store)
        _ = try books.enroll("m")
        #expect(try books.commit() == .committed)
        store.close()
        let column = try database.query(
            "SELECT attname FROM pg_attribute WHERE attrelid = '\(table)'::regclass AND attnum > 0 ORDER BY attnum DESC LIMIT 1"
        )
        for sql in ["UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)", "TRUNCATE \(table)"] {
            let failure = #expect(throws: PostgresCluster.Failure.self) { try database.query(sql) }
            #expect(failure?.description.contains("only ever added") == true)
        }
    }
}
