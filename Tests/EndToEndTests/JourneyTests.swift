import Engine
import Foundation
import JSON
import Ledger
import Loyalty
import SQLiteStore
import TestSupport
import Testing
import Time

/// Real purchases go through the product as a retailer would bring them in; the totals were worked out by others.
@Suite("Real purchases, from a file over TCP into the database")
struct JourneyTests {
    /// Points per dollar; twice for produce, rounded once (b1); the same, rounded each (b2).
    private static let program = """
        schema: kizuna.program/v1
        id: journey
        money: { currency: USD, base: tax_included }
        timezone: America/New_York
        late_limit: 30 years
        enroll: { unknown_card: enroll }
        points:
          a: { expiry: never }
          b1: { expiry: never }
          b2: { expiry: never }
        rules:
          - { id: plain, event: purchase, earn: { points: 1, per: 100, of: order.amount, into: a } }
          - { id: exact, event: purchase, earn: { points: 1, per: 100, of: order.amount, into: b1, exact: true } }
          - { id: exact-produce, event: purchase, multiply: { rules: [exact], factor: "2", where: 'item.category == "PRODUCE"' } }
          - { id: step, event: purchase, earn: { points: 1, per: 100, of: order.amount, into: b2 } }
          - { id: step-produce, event: purchase, multiply: { rules: [step], factor: "2", where: 'item.category == "PRODUCE"' } }
        """

    private static let map = [
        "member=household_id", "receipt=basket_id", "store=store_id", "occurred_at=timestamp", "items=lines",
        "item.sku=product_id", "item.quantity=quantity", "item.amount=sales_cents",
        "item.category=department",
    ].joined(separator: ",")

    @Test(
        "Every total is the expected one, the ledger is clean, and a second import changes nothing",
        .externalSuite("completejourney/expected.json"),
        arguments: ["slice-2000-baskets.ndjson.gz", "slice-households-1-60.ndjson.gz"])
    func slice(file: String) throws {
        let suite = try JSONDocument(try ExternalSuites.bytes("completejourney/expected.json")).root
        let expected = try #require(suite["slices"]?[file])
        let folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        try Self.program.write(toFile: folder.path("journey.yaml"), atomically: true, encoding: .utf8)

        let server = try ServerProcess(database: database, program: folder.path("journey.yaml"))
        let created = try KizunaProcess.run(
            ["client", "create", "--database", database, "--role", "pos", "importer"])
        let key = try #require(created.output.firstMatch(of: /kz_pos_[0-9a-f]{64}/)).output
        // A new key is known to a running server within a second.
        Thread.sleep(forTimeInterval: 1.2)
        let source = ExternalSuites.root.appending(path: "completejourney/\(file)").path
        for run in ["new", "replayed"] {
            let outcome = try KizunaProcess.run(
                [
                    "import", "purchases", source, "--server", "127.0.0.1:\(server.port)", "--currency", "USD",
                    "--map", Self.map, "--rejects", folder.path("rejects.ndjson"), "--json",
                ], environment: ["KIZUNA_API_KEY": String(key)])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let summary = try JSONDocument(Array(outcome.output.utf8)).root
            #expect(summary[run]?.int64 == expected["purchases"]?.int64, "\(outcome.output)")
        }
        #expect(server.terminate() == 0)

        let store = try SQLiteStore(path: database)
        try compare(store, with: expected)
        try store.close()
        let verified = try KizunaProcess.run(["verify", "--database", database])
        #expect(verified.status == 0, "\(verified.output)")
    }

    private func compare(_ store: SQLiteStore, with expected: JSONValue) throws {
        let zone = try #require(SystemZones.zone(named: "America/New_York"))
        var totals: [String: Int64] = [:]
        var members: [(card: String, points: Int64, cents: Int64)] = []
        var months: [String: (purchases: Int64, cents: Int64, active: Int64)] = [:]
        try store.read { reader in
            for total in try reader.totals() { totals[total.currency.text] = -total.change.count }
            for number in try reader.members(after: MemberNumber(0), limit: 100_000) {
                let state = try #require(try reader.state(of: number))
                let cards = try reader.profile(of: number).identifiers.filter { $0.kind == .card }
                let operations = try reader.operations(of: number, after: 0, limit: 100_000)
                var cents: Int64 = 0
                var active: Set<String> = []
                for purchase in operations.compactMap(\.sealed.operation.purchase) {
                    let amount = try #require(purchase.amount)
                    let date = zone.date(at: purchase.occurredAt)
                    let month = "\(date.year)-\(date.month < 10 ? "0" : "")\(date.month)"
                    months[month, default: (0, 0, 0)].purchases += 1
                    months[month, default: (0, 0, 0)].cents += amount
                    active.insert(month)
                    cents += amount
                }
                for month in active { months[month, default: (0, 0, 0)].active += 1 }
                members.append(
                    (cards[0].value.text, state.ledger.balance(of: CurrencyID("a")).available.count, cents))
            }
        }
        #expect(totals["a"] == expected["points_A"]?.int64)
        #expect(totals["b1"] == expected["points_B1"]?.int64)
        #expect(totals["b2"] == expected["points_B2"]?.int64)
        #expect(Int64(members.count) == expected["members"]?.int64)
        #expect(members.reduce(0) { $0 + $1.cents } == expected["cents"]?.int64)
        let top = members.sorted { ($0.points, $1.card) > ($1.points, $0.card) }.prefix(10)
        for (member, row) in zip(top, try #require(expected["top10_A"]).elements) {
            #expect(member.points == row["points"]?.int64)
            let named = members.first { $0.card == row["household_id"]?.int64.map { "\($0)" } }
            #expect(named?.points == row["points"]?.int64)
            #expect(named?.cents == row["cents"]?.int64)
        }
        for (month, row) in try #require(expected["per_month"]).members {
            let actual = try #require(months[month.string ?? ""])
            #expect(actual.purchases == row["purchases"]?.int64)
            #expect(actual.cents == row["cents"]?.int64)
            #expect(actual.active == row["active"]?.int64)
        }
        #expect(months.count == expected["per_month"]?.count)
    }
}
