import Client
import Engine
import JSON
import ServerSupport
import Testing

/// The client and the real server.
@Suite struct ServerTests {
    @Test func helloTellsTheRoleAndTheLimits() async throws {
        let server = try await TestServer.start()
        let client = try await server.connect(as: .shop)
        #expect(client.welcome.role == "shop")
        #expect(client.welcome.server == "kizuna/test")
        #expect(client.welcome.limits.inFlight == 32)
        #expect(client.welcome.limits.lineBytes == 1 << 20)
        #expect(client.welcome.limits.replyBytes == 4 << 20)
        await client.close()
        try await server.stop()
    }

    @Test func anUnknownKeyIsRefused() async throws {
        let server = try await TestServer.start()
        await #expect(throws: RPCFailure(code: -32001, message: "Not authenticated", type: "not-authenticated")) {
            try await KizunaClient.connect(host: "127.0.0.1", port: server.port, apiKey: "kz_pos_0", client: "test")
        }
        try await server.stop()
    }

    @Test func aPortWithoutAServerIsUnreachable() async throws {
        let server = try await TestServer.start()
        try await server.stop()
        let failure = ConnectionFailure.unreachable(
            address: "127.0.0.1:\(server.port)", reason: "nothing listens there")
        await #expect(throws: failure) { try await server.connect(as: .shop) }
    }

    @Test func everyCallGetsItsOwnAnswerHoweverManyAreOnTheirWay() async throws {
        let server = try await TestServer.start()
        let client = try await server.connect(as: .shop)
        let names = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            for number in 1...300 {
                group.addTask {
                    _ = try await client.call("member.enroll") { json in
                        json.fields(["idempotency_key": "k\(number)", "member": "m\(number)", "name": "絆 \(number)"])
                    }
                    let member = try await client.call("member.get") { $0.fields(["member": "m\(number)"]) }
                    return (number, member["name"]?.string)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(names == Dictionary(uniqueKeysWithValues: (1...300).map { ($0, "絆 \($0)") }))
        await client.close()
        try await server.stop()
    }

    @Test(
        arguments: [
            ("member.get", ["card": "1"], 1001, "member-unknown", "no member has this card"),
            ("member.get", [:], -32602, "invalid-params", "/params exactly one of"),
            ("member.show", [:], -32601, "method-not-found", "Method not found"),
            ("member.enroll", ["idempotency_key": "é"], -32602, "invalid-params", "/params/idempotency_key must be"),
        ] as [(String, [String: String], Int, String, String)])
    func refusalsKeepTheirCodeTypeAndWords(
        method: String, params: [String: String], code: Int, type: String, words: String
    ) async throws {
        let server = try await TestServer.start()
        let client = try await server.connect(as: .shop)
        let failure = try #require(
            await #expect(throws: RPCFailure.self) { try await client.call(method) { $0.fields(params) } })
        #expect(failure.code == code)
        #expect(failure.type == type)
        #expect(failure.description.contains(words), "\(failure)")
        #expect(!failure.isRetryable)
        await client.close()
        try await server.stop()
    }

    @Test func aRoleThatMayNotIsToldSo() async throws {
        let server = try await TestServer.start()
        let client = try await server.connect(as: .pos)
        let failure = try #require(
            await #expect(throws: RPCFailure.self) {
                try await client.call("member.enroll") { $0.fields(["idempotency_key": "1"]) }
            })
        #expect(failure.code == -32006 && failure.type == "not-permitted")
        #expect(failure.description.contains("the key has the role pos; this takes one of: shop, admin"), "\(failure)")
        await client.close()
        try await server.stop()
    }

    @Test func aPipelineGoesOnWhenTheServerIsStartedAnew() async throws {
        let first = try await TestServer.start(Purchases.program)
        var pipeline = try await CallPipeline<Int>(
            "purchase.post", policy: RetryPolicy(firstPause: .milliseconds(5), giveUpAfter: .seconds(20))
        ) { try await first.connect(as: .pos) }
        var answers: [Int: Int64] = [:]
        var second: TestServer?
        for number in 1...200 {
            if pipeline.isFull, let (tag, answer) = try await pipeline.next() {
                answers[tag] = try answer.get()["earned"]?["points"]?.int64
            }
            try await pipeline.send(Purchases.params(number), tag: number)
            if number == 100 {
                try await first.stop()
                second = try await TestServer.start(Purchases.program, store: first.store, port: first.port)
            }
        }
        while let (tag, answer) = try await pipeline.next() {
            answers[tag] = try answer.get()["earned"]?["points"]?.int64
        }
        await pipeline.close()
        #expect(answers == Dictionary(uniqueKeysWithValues: (1...200).map { ($0, Int64($0)) }))
        #expect(pipeline.reconnections >= 1)

        let server = try #require(second)
        let client = try await server.connect(as: .pos)
        let member = try await client.call("member.get") { $0.fields(["card": "1"]) }
        #expect(member["purchases"]?.int64 == 200)
        #expect(member["balances"]?["points"]?["available"]?.int64 == (1...200).reduce(0, +))
        await client.close()
        try await server.stop()
    }
}

/// Purchases of one card; the one with the number n earns n points.
enum Purchases {
    static let program = """
        schema: kizuna.program/v1
        id: shop
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        enroll: { unknown_card: enroll }
        late_limit: 30 days
        points: { points: { expiry: never } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount } }
        """

    static func params(_ number: Int) -> [UInt8] {
        Array(
            """
            {"idempotency_key":"p\(number)","card":"1","store":"s","receipt":"\(number)",\
            "occurred_at":"2026-05-16T09:00:00+09:00","currency":"JPY","items":[{"amount":\(number * 100)}]}
            """.utf8)
    }
}
