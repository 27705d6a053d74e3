import Engine
import JSON
import RPC
import ServerSupport
import TestSupport
import Testing

/// Keys that are bound to stores: what they may not touch of other stores, and that they cannot free themselves.
@Suite struct StoreScopeTests {
    private static let program = Programs.coffee
        .replacing(
            "  beans: {",
            with: "  card: { kind: stored_value }\n  beans: { vesting: { until_event: confirm, cancel_after: 30 days },"
        )
        .replacing("timezone:", with: "unclaimed: { keep: 14 days }\ntimezone:")

    /// A till with a key for so many stores.
    private static func till(
        _ server: TestServer, for stores: [String], as role: Role = .pos
    ) throws -> (till: Till, number: Int64) {
        let admin = try Till(server, as: .admin)
        let list = stores.map(quoted).joined(separator: ",")
        let made = try admin.ask(
            "client.create",
            #"{"idempotency_key":\#(quoted("\(role) \(stores)")),"name":"bound","role":"\#(role.rawValue)","#
                + #""stores":[\#(list)]}"#)
        let till = try Till(server, as: nil)
        let key = try #require(made.result?["api_key"]?.string)
        #expect(try till.ask("session.hello", Till.hello(key)).result != nil)
        return (till, try #require(made.result?["client"]?.int64))
    }

    private static func receipt(_ number: String) -> String {
        #""receipt":{"store":"tokyo-01","terminal":"t3","number":"\#(number)"}"#
    }

    private static let time = #""occurred_at":"2026-05-16T10:00:00+09:00""#

    @Test(
        "what belongs to another store is not touched, named by receipt or by operation",
        arguments: [
            ("purchase.return", #"RECEIPT,TIME,"amount":100"#), ("purchase.return", #"PURCHASE,TIME,"amount":100"#),
            ("purchase.void", "RECEIPT,TIME"), ("purchase.void", "PURCHASE,TIME"),
            ("purchase.confirm", "RECEIPT,TIME"), ("purchase.confirm", "PURCHASE,TIME"),
            ("purchase.claim", #""member":"m-1",KEPT"#), ("purchase.return", #"KEPT,TIME,"amount":100"#),
            ("purchase.void", "KEPT,TIME"), ("value.refund", "TOP_UP"),
        ])
    func otherStores(method: String, params: String) async throws {
        let server = try await TestServer.start(Self.program)
        let shop = try Till(server)
        #expect(try shop.ask("member.enroll", enrolling("m-1")).result != nil)
        let purchase = try #require(
            try shop.ask("purchase.post", purchasing("m-1", receipt: "1")).result?["purchase"]?.string)
        let kept = purchasing("", receipt: "2", ["member": "", "unclaimed": "true"])
        #expect(try shop.ask("purchase.post", kept).result != nil)
        let topUp = try #require(
            try shop.ask(
                "value.top_up",
                #"{"idempotency_key":"t","member":"m-1","amount":500,"currency":"JPY","store":"tokyo-01","receipt":"3",\#(Self.time)}"#
            ).result?["top_up"]?.string)
        let filled =
            params
            .replacing("RECEIPT", with: Self.receipt("1")).replacing("KEPT", with: Self.receipt("2"))
            .replacing("PURCHASE", with: #""purchase":"\#(purchase)""#).replacing("TIME", with: Self.time)
            .replacing("TOP_UP", with: #""top_up":"\#(topUp)""#)

        let stranger = try Self.till(server, for: ["kyoto-01", "kyoto-02"]).till
        let refused = try stranger.ask(method, #"{"idempotency_key":"k1",\#(filled)}"#)
        #expect(refused.code == RPCCode.notPermitted)
        #expect(refused.type == "other-store")
        #expect(refused.detail == "it belongs to the store tokyo-01; this key is for kyoto-01, kyoto-02")

        let own = try Self.till(server, for: ["kyoto-01", "tokyo-01"]).till
        let done = try own.ask(method, #"{"idempotency_key":"k1",\#(filled)}"#)
        #expect(done.isReplayed == false, "\(done)")
        try await server.stop()
    }

    @Test("what belongs to no store is for everybody: points and vouchers are the member's wherever they were got")
    func noStore() async throws {
        let server = try await TestServer.start()
        let shop = try Till(server)
        #expect(try shop.ask("member.enroll", enrolling("m-1")).result != nil)
        #expect(try shop.ask("purchase.post", purchasing("m-1", receipt: "1")).result != nil)
        let hold = try #require(
            try shop.ask("hold.create", #"{"idempotency_key":"h","member":"m-1","points":5}"#).result?["hold"]?.string)
        let bound = try Self.till(server, for: ["kyoto-01"]).till
        #expect(try bound.ask("hold.capture", #"{"idempotency_key":"c","hold":"\#(hold)"}"#).result != nil)
        #expect(try bound.ask("hold.create", #"{"idempotency_key":"d","member":"m-1","points":1}"#).result != nil)
        try await server.stop()
    }

    @Test("an administrator's key that is bound to stores makes, changes and ends no key that reaches further")
    func administrators() async throws {
        let server = try await TestServer.start()
        let (bound, _) = try Self.till(server, for: ["kyoto-01", "kyoto-02"], as: .admin)
        func create(_ stores: String) throws -> Answer {
            try bound.ask(
                "client.create", #"{"idempotency_key":\#(quoted("k\(stores)")),"name":"x","role":"admin"\#(stores)}"#)
        }
        for wider in ["", #","stores":["tokyo-01"]"#, #","stores":["kyoto-01","tokyo-01"]"#] {
            let refused = try create(wider)
            #expect(refused.type == "other-store" && refused.code == RPCCode.notPermitted)
            #expect(refused.pointers == ["/params/stores"])
            #expect(refused.details == ["must be some of this key's own stores: kyoto-01, kyoto-02"])
        }
        let made = try #require(try create(#","stores":["kyoto-02"]"#).result?["client"]?.int64)
        let other = try Self.till(server, for: ["tokyo-01"]).number
        for method in ["client.rotate", "client.revoke"] {
            let everywhere = try bound.ask(method, #"{"idempotency_key":"1 \#(method)","client":1}"#)
            #expect(everywhere.type == "other-store")
            #expect(everywhere.detail == "client 1 is for all stores; this key is for kyoto-01, kyoto-02")
            let elsewhere = try bound.ask(method, #"{"idempotency_key":"2 \#(method)","client":\#(other)}"#)
            #expect(elsewhere.detail == "client \(other) is for tokyo-01; this key is for kyoto-01, kyoto-02")
            #expect(try bound.ask(method, #"{"idempotency_key":"3 \#(method)","client":\#(made)}"#).result != nil)
            #expect(
                try bound.ask(method, #"{"idempotency_key":"4 \#(method)","client":99}"#).type == "client-unknown")
        }
        try await server.stop()
    }
}
