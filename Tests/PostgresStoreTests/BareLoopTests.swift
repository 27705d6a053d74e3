import Engine
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import TestSupport
import Testing
import Time

@Suite("The bare loop that the store is measured beside", .needsPostgres)
struct BareLoopTests {
    /// Every table that a purchase writes to, but for the places of blocks, which are the database's own.
    private static let tables = [
        "operation", "claim", "member", "member_due",
        "(SELECT writer, batch_no, operations, root, totals, members, sequences FROM block)",
    ]

    @Test("writes the same rows as the store did")
    func sameRows() throws {
        let cluster = PostgresCluster.shared
        let scratch = ScratchDatabases(try ConnectionString(cluster.address(of: "postgres")), number: 4711)
        defer { try? scratch.dropAll() }
        try scratch.make(.served)
        var store = try PostgresStore(scratch.connectionString(of: .served))
        var books = try Bookkeeper(store)
        let members = try (0..<40).map { try books.enroll(ExactText("m\($0)")) }
        #expect(try books.commit() == .committed)
        store.close()
        for copy in [ScratchDatabases.Part.decided, .bare] { try scratch.make(copy, copying: .served) }

        store = try PostgresStore(scratch.connectionString(of: .decided))
        books = try Bookkeeper(store)
        for member in members {
            try books.learn(member)
            let name = "\(member.value)"
            try books.purchase(
                by: member, key: ExactText(name), receipt: receipt(name), earning: [("beans", 1, books.now + 1000)])
            books.due.append(DueTime(member: member, at: books.now + 1000))
            if member == members[19] { #expect(try books.commit() == .committed) }
        }
        #expect(try books.commit() == .committed)
        store.close()
        #expect(try BareLoop(scratch, from: .decided, to: .bare).measure(part: 0, of: 1) > 0)
        for table in Self.tables {
            let rows = "SELECT count(*), md5(string_agg(each::text, '|' ORDER BY each::text)) FROM \(table) AS each"
            let (written, bare) = try (
                cluster.query(rows, in: scratch.name(.decided)), cluster.query(rows, in: scratch.name(.bare))
            )
            #expect(written == bare && !written.hasPrefix("0"), "\(table): \(written), \(bare)")
        }
    }
}
