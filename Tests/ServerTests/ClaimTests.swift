import Engine
import JSON
import ServerSupport
import TestSupport
import Testing

/// Sales without a member, as a till and an app see them.
@Suite struct ClaimTests {
    private static let program = Programs.coffee.replacing(
        "timezone:", with: "unclaimed: { keep: 14 days }\ntimezone:")
    private static let receipt = #"{"store":"tokyo-01","terminal":"t3","number":"1"}"#

    private static func stranger(_ receipt: String, _ changes: [String: String] = [:]) -> String {
        purchasing("", receipt: receipt, changes.merging(["member": "", "unclaimed": "true"]) { own, _ in own })
    }

    private static func claim(_ member: String, key: String = "claim") -> String {
        #"{"idempotency_key":\#(quoted(key)),"member":\#(quoted(member)),"receipt":\#(receipt)}"#
    }

    @Test("a sale without a member is kept, comes back in part, and is claimed")
    func story() async throws {
        let server = try await TestServer.start(Self.program)
        let till = try Till(server, as: .pos)
        let app = try Till(server)
        #expect(try app.ask("member.enroll", enrolling("m-1")).result != nil)
        let kept = try #require(try till.ask("purchase.post", Self.stranger("1")).result)
        #expect(kept["operation"] == nil && kept["claimable_until"]?.string == "2026-05-30T10:00:00+09:00")
        #expect(kept["receipt"]?["number"]?.string == "1")
        #expect(try till.ask("purchase.post", Self.stranger("1")).isReplayed == true)
        let back = try #require(
            try till.ask(
                "purchase.return",
                #"{"idempotency_key":"back","occurred_at":"2026-05-16T10:00:00+09:00","amount":300,"receipt":\#(Self.receipt)}"#
            ).result)
        #expect(back["refund"]?.int64 == 300 && back["complete"]?.bool == false)
        let claimed = try #require(try app.ask("purchase.claim", Self.claim("m-1")).result)
        #expect(claimed["earned"]?["beans"]?.int64 == 7)
        #expect(try app.ask("purchase.claim", Self.claim("m-1")).isReplayed == true)
        #expect(try app.ask("purchase.claim", Self.claim("m-1", key: "again")).code == 1004)
        let purchase = try #require(try app.ask("purchase.get", #"{"receipt":\#(Self.receipt)}"#).result)
        #expect(purchase["member"]?.string == "m-1" && purchase["amount"]?.int64 == 700)
        try await server.stop()
    }

    @Test("a batch of a till may hold both kinds")
    func batch() async throws {
        let server = try await TestServer.start(Self.program)
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let result = try #require(
            try till.ask(
                "purchase.post_batch",
                #"{"purchases":[\#(Self.stranger("1")),\#(purchasing("m-1", receipt: "2")),\#(purchasing("m-1", receipt: "1", key: "other"))]}"#
            ).result)
        let answers = try #require(result["results"]).elements.map { $0 }
        #expect(answers[0]["result"]?["claimable_until"] != nil)
        #expect(answers[1]["result"]?["purchase"] != nil)
        #expect(answers[2]["error"]?["data"]?["type"]?.string?.hasSuffix(":receipt-kept") == true)
        try await server.stop()
    }

    @Test("what is wrong is told before anything is kept")
    func refusals() async throws {
        let server = try await TestServer.start(Self.program)
        let till = try Till(server)
        let known = try till.ask("purchase.post", Self.stranger("1", ["card": #""c""#]))
        #expect(known.pointers == ["/params"])
        let unsure = try till.ask("purchase.post", Self.stranger("1", ["unclaimed": "false"]))
        #expect(unsure.pointers == ["/params/unclaimed"])
        let paid = try till.ask("purchase.post", Self.stranger("1", ["pay": #"{"points":10}"#]))
        #expect(paid.pointers == ["/params/pay"])
        let missing = try till.ask("purchase.claim", Self.claim("m-1"))
        #expect(missing.code == 1010)
        #expect(try till.ask("purchase.post", Self.stranger("1")).result != nil)
        #expect(try till.ask("purchase.claim", Self.claim("m-1")).code == 1001)
        try await server.stop()

        let plain = try await TestServer.start()
        #expect(
            try Till(plain).ask("purchase.post", Self.stranger("1")).type == "member-needed")
        try await plain.stop()
    }
}
