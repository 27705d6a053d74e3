import Engine
import JSON
import ServerSupport
import Testing

/// What a till kept while it was offline.
@Suite struct PostBatchTests {
    /// A sale with its key, `minute` minutes past nine.
    private static func sale(_ number: Int, minute: Int, member: String = "m-1", amount: Int = 1000) -> String {
        let time = "2026-05-16T09:\(minute < 10 ? "0" : "")\(minute):00+09:00"
        return purchasing(
            member, receipt: "\(number)", key: "k\(number)",
            ["occurred_at": "\"\(time)\"", "items": "[{\"amount\":\(amount)}]"])
    }

    private static func batch(_ sales: [String]) -> String { "{\"purchases\":[\(sales.joined(separator: ","))]}" }

    @Test("each sale is answered for itself, and they are recorded in the order in which they were sold")
    func order() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let sales = [
            Self.sale(3, minute: 30), Self.sale(1, minute: 10), Self.sale(9, minute: 5, member: "nobody"),
            Self.sale(2, minute: 20), Self.sale(1, minute: 10),
        ]
        let result = try #require(try till.ask("purchase.post_batch", Self.batch(sales)).result)
        let answers = try #require(result["results"]).elements.map { $0 }
        #expect(answers.map { $0["result"]?["purchase"]?.string } == ["1-4", "1-2", nil, "1-3", "1-2"])
        #expect(answers.map { $0["result"]?["replayed"]?.bool } == [false, false, nil, false, true])
        #expect(answers[2]["error"]?["code"]?.int64 == 1001)
        // The same sale alone is the same call.
        #expect(try till.ask("purchase.post", Self.sale(2, minute: 20)).isReplayed == true)
        // Sent again, all of it is answered as before.
        let again = try #require(try till.ask("purchase.post_batch", Self.batch(sales)).result)
        let replays = try #require(again["results"]).elements.map { $0["result"]?["replayed"]?.bool }
        #expect(replays == [true, true, nil, true, true])
        try await server.stop()
    }

    @Test("what is wrong with one sale is told at its place, and the others are posted")
    func wrongItem() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let wrong = Self.sale(1, minute: 1).replacing("05-16", with: "02-30")
        let result = try #require(
            try till.ask("purchase.post_batch", Self.batch([wrong, Self.sale(2, minute: 2)])).result)
        let answers = try #require(result["results"]).elements.map { $0 }
        let error = try #require(answers[0]["error"])
        #expect(error["code"]?.int64 == -32602)
        #expect(error["data"]?["errors"]?[0]?["pointer"]?.string == "/params/purchases/0/occurred_at")
        #expect(answers[1]["result"] != nil)
        try await server.stop()
    }

    @Test("takes from 1 to 100 sales", arguments: [(0, false), (1, true), (100, true), (101, false)])
    func bounds(count: Int, fits: Bool) async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let sales = (0..<count).map { Self.sale($0, minute: $0 % 60) }
        #expect((try till.ask("purchase.post_batch", Self.batch(sales)).result != nil) == fits)
        try await server.stop()
    }
}
