import Engine
import JSON
import ServerSupport
import Synchronization
import TestSupport
import Testing
import Time

/// `balance.at`, `lots.list` and `statement.list`.
@Suite struct StatementTests {
    private final class Hands: Sendable {
        let now = Mutex(EngineHarness.start)
        func turn(days: Int64) { now.withLock { $0 = $0 + days * 86_400_000 } }
    }

    private func sale(_ number: Int) -> String {
        let line = #"{"sku":"latte","category":"drink","amount":1210,"tax":110}"#
        return purchasing("m-1", receipt: "\(number)", key: "k\(number)", ["items": "[\(line)]"])
    }

    @Test("the past is what balance.get told then, with what made the lots")
    func past() async throws {
        let hands = Hands()
        let server = try await TestServer.start(clock: { hands.now.withLock { $0 } })
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        var told: [(at: String, balances: [UInt8])] = []
        for number in 1...5 {
            #expect(try till.ask("purchase.post", sale(number)).result != nil)
            hands.turn(days: 1)
            let now = try #require(try till.ask("balance.get", #"{"member":"m-1"}"#).result)
            told.append((try #require(now["at"]?.string), Array(try #require(now["balances"]).rawText)))
            hands.turn(days: 1)
        }
        hands.turn(days: 900)
        for (number, then) in told.enumerated() {
            let past = try #require(
                try till.ask("balance.at", #"{"member":"m-1","at":"\#(then.at)"}"#).result)
            #expect(past["balances"].map { Array($0.rawText) } == then.balances)
            let receipts = past["lots"]?.elements.compactMap { $0["made_by"]?["receipt"]?.string } ?? []
            #expect(Set(receipts) == Set((1...number + 1).map { "\($0)" }))
        }
        // Merged into another one, the member is still found by its id, as it was.
        #expect(try till.ask("member.enroll", enrolling("m-2")).result != nil)
        #expect(
            try till.ask("member.merge", #"{"idempotency_key":"merge","member":"m-2","from":{"member":"m-1"}}"#).result
                != nil)
        for (asked, found) in [(told[0].at, "m-1"), ("\(hands.now.withLock { $0 }.rfc3339(in: .utc))", "m-2")] {
            let past = try #require(try till.ask("balance.at", #"{"member":"m-1","at":"\#(asked)"}"#).result)
            #expect(past["member"]?.string == found)
            #expect(found == "m-2" || past["balances"].map { Array($0.rawText) } == told[0].balances)
        }
        let early = try till.ask("balance.at", #"{"member":"m-1","at":"2020-01-01T00:00:00Z"}"#).result
        #expect(early?["lots"]?.count == 0)
        for at in ["2099-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "yesterday"] {
            let answer = try till.ask("balance.at", #"{"member":"m-1","at":"\#(at)"}"#)
            #expect(answer.pointers == ["/params/at"], "\(at)")
        }
        try await server.stop()
    }

    @Test("lists come by pages and by what is asked for")
    func pages() async throws {
        let hands = Hands()
        let server = try await TestServer.start(clock: { hands.now.withLock { $0 } })
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        for number in 1...6 { #expect(try till.ask("purchase.post", sale(number)).result != nil) }
        var cursor = ""
        var lots: [Int64] = []
        repeat {
            let page = try till.ask("lots.list", #"{"member":"m-1","currency":"beans","limit":4\#(cursor)}"#).result
            lots += page?["lots"]?.elements.compactMap { $0["lot"]?.int64 } ?? []
            cursor = page?["next_cursor"]?.string.map { #","cursor":"\#($0)""# } ?? ""
            // What comes meanwhile stands behind.
            #expect(try till.ask("purchase.post", sale(100 + lots.count)).result != nil)
        } while !cursor.isEmpty
        #expect(lots.count >= 6 && Set(lots).count == lots.count && lots == lots.sorted())
        let all = try till.ask("statement.list", #"{"member":"m-1","kinds":["enroll"]}"#).result
        #expect(all?["operations"]?.elements.compactMap { $0["kind"]?.string } == ["enroll"])
        let beans = try till.ask("statement.list", #"{"member":"m-1","currency":"beans","limit":2}"#).result
        let transfers = beans?["operations"]?.elements.flatMap { Array($0["transfers"]?.elements.map(\.self) ?? []) }
        #expect(transfers?.allSatisfy { $0["currency"]?.string == "beans" } == true && transfers?.isEmpty == false)
        let none = try till.ask("statement.list", #"{"member":"m-1","until":"2020-01-01T00:00:00Z"}"#).result
        #expect(none?["operations"]?.count == 0 && none?["next_cursor"] == nil)
        for bad in [
            #""kinds":["bought"]"#, #""cursor":"x""#, #""from":"yesterday""#, #""kinds":[]"#,
        ] {
            #expect(try till.ask("statement.list", #"{"member":"m-1",\#(bad)}"#).code == -32602, "\(bad)")
        }
        for cursor in ["1", "1.2", "a.b.c", "never.1.x", "1.2.3.4"] {
            #expect(try till.ask("lots.list", #"{"member":"m-1","cursor":"\#(cursor)"}"#).code == -32602)
        }
        try await server.stop()
    }
}
