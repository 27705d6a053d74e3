import Client
import Engine
import Foundation
import JSON
import ServerSupport
import TestSupport
import Testing
import Time

@testable import kizuna

/// Files that are imported into a real server.
@Suite(.temporaryFolder) struct ImportTests {
    private static let map = """
        member=household_id,receipt=basket_id,store=store_id,occurred_at=timestamp,items=lines,item.sku=product_id,\
        item.quantity=quantity,item.amount=sales_cents,item.category=category,item.tags=department
        """

    private func format() throws -> PurchaseReader.Format {
        var mapping = PurchaseMapping(map: try FieldMap(Self.map))
        mapping.currency = "USD"
        return .mapped(mapping)
    }

    private var rejectsPath: String { TemporaryFolder.current.appending(path: "rejects").path }

    private func run(
        _ path: String, _ format: PurchaseReader.Format, into server: TestServer, as role: Role = .pos
    ) async throws -> ImportTally {
        let key = server.key(role)
        let pipeline = try await CallPipeline<SourceLine>(PurchaseReader.method) {
            try await KizunaClient.connect(host: "127.0.0.1", port: server.port, apiKey: key, client: "test")
        }
        let input = try InputFile(path: path)
        let rejects = try RejectsFile(path: rejectsPath)
        var work = PurchaseImport(
            lines: LineReader(longest: pipeline.lineBytes) { try input.read() }, reader: PurchaseReader(format),
            pipeline: pipeline, rejects: rejects)
        try await work.run { _ in }
        try rejects.finish()
        return work.tally
    }

    private func write(_ lines: [String]) throws -> String {
        let file = TemporaryFolder.current.appending(path: "sales.ndjson")
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: file)
        return file.path
    }

    private func line(card: String = "1", receipt: Int, amount: Int, at: String = "2026-05-16T09:00:00-04:00") -> String
    {
        """
        {"card":"\(card)","store":"s","receipt":"\(receipt)","occurred_at":"\(at)","currency":"USD",\
        "items":[{"amount":\(amount)}]}
        """
    }

    @Test func goodLinesArePostedAndBadOnesAreKeptWithReasons() async throws {
        let server = try await TestServer.start(Programs.grocery, now: try Instant(rfc3339: "2026-05-17T00:00:00Z"))
        let lines = [
            line(receipt: 1, amount: 1000), "nonsense", line(receipt: 2, amount: -1), "",
            line(receipt: 3, amount: 0), line(receipt: 1, amount: 1000), line(receipt: 1, amount: 2000),
            line(receipt: 4, amount: 100).replacing("USD", with: "JPY"),
            line(receipt: 5, amount: 100, at: "2026-02-30T09:00:00-04:00"),
            line(receipt: 6, amount: 100).replacing("card", with: "phone"), line(receipt: 7, amount: 250),
        ]
        let tally = try await run(write(lines), .own, into: server)
        #expect(tally.new == 3)
        #expect(tally.replayed == 1)
        #expect(tally.rejected == 6)
        #expect(tally.byCurrency == ["points": ImportTally.Points(new: 12, replayed: 10)])
        let rejects = try String(contentsOfFile: rejectsPath, encoding: .utf8).split(separator: "\n")
        let found = try rejects.map { line in
            let value = try JSONDocument(Array(line.utf8)).root
            let reasons = value["reasons"]?.elements.compactMap(\.string) ?? []
            return (value["line"]?.int64 ?? 0, reasons.joined(separator: "; "), value["text"]?.string)
        }.sorted { $0.0 < $1.0 }
        #expect(found.map(\.0) == [2, 3, 7, 8, 9, 10])
        #expect(found.map(\.2) == found.map { lines[Int($0.0) - 1] })
        let expected = [
            "not JSON: only true, false and null are words at byte 1", "items[0].amount must be at least 0",
            "idempotency-key-reused: operation",
            "currency-mismatch: the program grocery counts in USD", "occurred_at ",
            "member-unknown: no member has this phone",
        ]
        for (row, words) in zip(found, expected) { #expect(row.1.hasPrefix(words), "\(row.1)") }
        try await server.stop()
    }

    @Test func importingAgainReplaysEverything() async throws {
        let server = try await TestServer.start(Programs.grocery, now: try Instant(rfc3339: "2026-05-17T00:00:00Z"))
        let path = try write((1...100).map { line(card: "c\($0 % 7)", receipt: $0, amount: $0 * 100) })
        let first = try await run(path, .own, into: server)
        let second = try await run(path, .own, into: server)
        #expect(first.new == 100 && first.replayed == 0)
        #expect(second.new == 0 && second.replayed == 100 && second.rejected == 0)
        #expect(first.byRule.mapValues(\.new) == second.byRule.mapValues(\.replayed))
        #expect(first.byCurrency["points"]?.new == 5050)
        try await server.stop()
    }

    @Test func purchasesArePostedInTheOrderOfTheFile() async throws {
        let server = try await TestServer.start(Programs.grocery, now: try Instant(rfc3339: "2026-05-17T00:00:00Z"))
        _ = try await run(write((1...200).map { line(receipt: $0, amount: 100) }), .own, into: server)
        let client = try await KizunaClient.connect(
            host: "127.0.0.1", port: server.port, apiKey: server.key(.pos), client: "test")
        let page = try await client.call("statement.list") { json in
            json.beginObject()
            json.member("card", "1")
            json.member("limit", 200)
            json.endObject()
        }
        let receipts = page["operations"]?.elements.map { $0.text("receipt") }
        #expect(receipts == (1...200).reversed().map(String.init))
        await client.close()
        try await server.stop()
    }

    @Test func aStoreThatDoesNotWorkEndsTheImport() async throws {
        // Every line would end the same way, so none is rejected for it.
        let server = try await TestServer.start(Programs.coffee)
        let path = try write([line(receipt: 1, amount: 1)])
        try await server.stop()
        await #expect(throws: ConnectionFailure.self) { try await run(path, .own, into: server) }
    }

    @Test(
        .externalSuite("completejourney"),
        arguments: [
            "slice-2000-baskets.ndjson.gz", "slice-households-1-60.ndjson.gz",
        ])
    func realBasketsEarnWhatTheyMust(slice: String) async throws {
        let folder = ExternalSuites.root.appending(path: "completejourney")
        let expectations = try JSONDocument([UInt8](Data(contentsOf: folder.appending(path: "expected.json")))).root
        let expected = try #require(expectations["slices"]?[slice])
        let server = try await TestServer.start(Self.program)
        let tally = try await run(folder.appending(path: slice).path, format(), into: server)
        #expect(tally.rejected == 0)
        #expect(tally.new == expected["purchases"]?.int64)
        #expect(tally.byCurrency["a"]?.new == expected["points_A"]?.int64)
        #expect(tally.byCurrency["b1"]?.new == expected["points_B1"]?.int64)
        #expect(tally.byCurrency["b2"]?.new == expected["points_B2"]?.int64)
        try await server.stop()
    }

    /// The three ways of counting in the suite's words, each into a currency of its own.
    private static let program = """
        schema: kizuna.program/v1
        id: journey
        money: { currency: USD, base: tax_included }
        timezone: America/New_York
        enroll: { unknown_card: enroll }
        late_limit: 30 years
        points:
          a: { expiry: never }
          b1: { expiry: never }
          b2: { expiry: never }
        rules:
          - { id: a, event: purchase, earn: { points: 1, per: 100, of: order.amount, into: a } }
          - { id: b1, event: purchase, earn: { points: 1, per: 100, of: order.amount, into: b1, exact: true } }
          - { id: b1-produce, event: purchase, multiply: { rules: [b1], factor: "2", where: '"PRODUCE" in item.tags' } }
          - { id: b2, event: purchase, earn: { points: 1, per: 100, of: order.amount, into: b2 } }
          - { id: b2-produce, event: purchase, multiply: { rules: [b2], factor: "2", where: '"PRODUCE" in item.tags' } }
        """
}
