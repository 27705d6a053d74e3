import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import PostgresSupport
import Rules
import TestSupport
import Testing
import Time

@Suite("The document about the tables", .needsPostgres)
struct SchemaDocumentTests {
    private static let text: String = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/reference/schema.md")
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }()

    private static var queries: [String] {
        text.components(separatedBy: "```sql\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    }

    @Test("has ten questions, and the tables answer them")
    func queriesRun() throws {
        let database = try TestDatabase()
        var books = try Bookkeeper(database.open())
        let member = try books.enroll("m-1")
        let soon = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 86_400_000)
        for number in 1...3 {
            try books.purchase(
                by: member, key: ExactText("k\(number)"), receipt: receipt("\(number)"),
                earning: [("beans", 10, soon), ("stamps", 1, books.now)])
        }
        books.setTier(member, TierStanding(periods: [.init(level: "gold", since: books.now)], until: nil))
        books.expire(member, at: books.now + 60_000)
        var batch = books.batch()
        batch.shared = [SharedUse(key: UsageKey(kind: .budget, id: "rush"), change: 5, limit: 100)]
        #expect(try books.store.commit(batch) == .committed)

        #expect(Self.queries.count == 10)
        for (index, query) in Self.queries.enumerated() {
            let answer = try database.query(query)
            // The last one looks for differences.
            #expect(answer.isEmpty == (index == 9), "\(query)\n\(answer)")
        }
        #expect(try database.query(Self.queries[0]) == "beans|30|0|0|0\nstamps|0|0|0|0")
        #expect(try database.query(Self.queries[7]) == "gold|1")
    }

    @Test("names every table")
    func namesTables() throws {
        let database = try TestDatabase()
        try database.open().close()
        let tables = try database.query(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        for table in tables.split(separator: "\n") { #expect(Self.text.contains("`\(table)`"), "\(table)") }
    }
}
