import Engine
import JSON
import ServerSupport
import Testing

/// What shops tell of members besides purchases.
@Suite struct TraitsAndEventsTests {
    private func till() async throws -> (TestServer, Till) {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        return (server, till)
    }

    @Test("tags come back with the member")
    func tags() async throws {
        let (server, till) = try await till()
        let params = #"{"idempotency_key":"1","member":"m-1","add_tags":["絆","vip"],"remove_tags":["nobody"]}"#
        #expect(try till.ask("member.update", params).result?["operation"]?.string == "1-2")
        let member = try #require(try till.ask("member.get", #"{"member":"m-1"}"#).result)
        #expect(member["tags"]?.elements.compactMap(\.string) == ["絆", "vip"])
        try await server.stop()
    }

    @Test(
        "what the program does not take is refused with its reason",
        arguments: [
            ("member.update", #"{"idempotency_key":"1","member":"m-1","attributes":{"shoe":43}}"#, 1009),
            ("member.update", #"{"idempotency_key":"1","member":"m-1","attributes":{"shoe":4.5}}"#, -32602),
            ("member.update", #"{"idempotency_key":"1","member":"m-1","attributes":{"shoe":[1]}}"#, -32602),
            ("member.update", #"{"idempotency_key":"1","member":"nobody","add_tags":["a"]}"#, 1001),
            ("member.update", #"{"idempotency_key":"1","member":"m-1","add_tags":[""]}"#, -32602),
            (
                "event.post",
                #"{"idempotency_key":"1","member":"m-1","event":"enroll","occurred_at":"2026-05-16T10:00:00+09:00"}"#,
                -32602
            ),
            (
                "event.post",
                #"{"idempotency_key":"1","member":"m-1","event":"x","occurred_at":"2031-05-16T10:00:00+09:00"}"#, 1006
            ),
            (
                "event.post",
                #"{"idempotency_key":"1","member":"m-1","event":"x","occurred_at":"2001-05-16T10:00:00+09:00"}"#, 1007
            ),
        ])
    func refused(method: String, params: String, code: Int) async throws {
        let (server, till) = try await till()
        let answer = try till.ask(method, params)
        #expect(answer.code == code, "\(answer)")
        let member = try #require(try till.ask("member.get", #"{"member":"m-1"}"#).result)
        #expect(member["tags"] == nil && member["attributes"] == nil)
        try await server.stop()
    }

    @Test("an event that no rule answers to is recorded and earns nothing")
    func event() async throws {
        let (server, till) = try await till()
        let params =
            #"{"idempotency_key":"1","member":"m-1","event":"check_in","occurred_at":"2026-05-16T10:00:00+09:00"}"#
        let result = try #require(try till.ask("event.post", params).result)
        #expect(result["operation"]?.string == "1-2")
        #expect(result["awards"]?.count == 0)
        try await server.stop()
    }
}
