import JSON
import RPC
import Server
import ServerSupport
import Testing

/// Input that is wrong: each kind gets its own answer, and the connection and the server live on.
@Suite struct BadInputTests {
    // MARK: Lines

    @Test("a line that is not a request is refused with its reason", arguments: BadInput.lines)
    func line(line: [UInt8], code: Int, detail: String) async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        try till.send(line + [UInt8(ascii: "\n")])
        let answer = try #require(try till.next())
        #expect(answer.code == code)
        #expect(answer.type == (code == -32700 ? "parse-error" : "invalid-request"))
        #expect(answer.detail?.contains(detail) ?? false, "\(answer)")
        #expect(try till.isAlive())
        try await server.stop()
    }

    @Test("a batch has at most 100 entries")
    func longBatch() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        try till.send(line: "[" + (0..<101).map { _ in till.line("session.ping") }.joined(separator: ",") + "]")
        let answer = try #require(try till.next())
        #expect(answer.code == -32600)
        #expect(answer.id == "null")
        try till.send(line: "[" + (0..<100).map { _ in till.line("session.ping") }.joined(separator: ",") + "]")
        let answers = try till.nextBatch()
        #expect(answers.count == 100)
        #expect(Set(answers.map(\.id)).count == 100)
        #expect(try till.isAlive())
        try await server.stop()
    }

    @Test("a line of just the longest length is taken; one byte more ends the connection, and only that")
    func longLine() async throws {
        let server = try await TestServer.start()
        let other = try Till(server)
        let till = try Till(server)
        let limit = 1 << 20
        let request = Array(till.line("session.ping").utf8)
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: limit - request.count)
        try till.send(request + padding + [UInt8(ascii: "\n")])
        #expect(try till.next()?.result != nil)
        try till.send(line: till.line("session.ping"))
        try till.send(request + padding + Array(" \n".utf8))
        #expect(try till.next()?.result != nil, "what came before is answered")
        let answer = try #require(try till.next())
        #expect(answer.id == "null")
        #expect(answer.code == -32005)
        #expect(answer.type == "message-too-large")
        #expect(answer.value["error"]?["data"]?["limit_bytes"]?.int64 == Int64(limit))
        #expect(try till.nextLine() == nil)
        #expect(try other.isAlive())
        try await server.stop()
    }

    @Test("who goes on sending a line that is too long can still read why it was cut off")
    func endlessLine() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
        // The server may close while we are sending.
        for _ in 0..<128 { guard (try? till.socket.send(piece)) != nil else { break } }
        let answer = try #require(try till.next())
        #expect(answer.code == -32005)
        #expect(try till.nextLine() == nil)
        let other = try Till(server)
        #expect(try other.isAlive())
        try await server.stop()
    }

    // MARK: Methods and params

    @Test(
        "an unknown method is refused, with the one that was probably meant",
        arguments: [
            ("purchase.pots", "did you mean purchase.post?"), ("balance_get", "did you mean balance.get?"),
            ("Member.Get", "did you mean member.get?"), ("bingo", nil), ("", nil), ("rpc.nothing", nil),
        ] as [(String, String?)])
    func unknownMethod(name: String, hint: String?) async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let answer = try till.ask(name, "{}")
        #expect(answer.code == -32601)
        #expect(answer.type == "method-not-found")
        #expect(answer.detail == hint)
        #expect(try till.isAlive())
        try await server.stop()
    }

    @Test("params that do not fit are refused, with a pointer to what is wrong", arguments: BadInput.params)
    func params(changes: [String: String], pointer: String, detail: String) async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let answer = try till.ask("purchase.post", purchasing("m-1", receipt: "1", changes))
        #expect(answer.code == -32602)
        #expect(answer.type == "invalid-params")
        #expect(answer.pointers == [pointer])
        #expect(answer.details.first?.contains(detail) ?? false, "\(answer)")
        #expect(answer.isRetryable == false)
        // Nothing was done, and the key and the receipt are still free.
        #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "1")).isReplayed == false)
        try await server.stop()
    }

    @Test("all that is wrong is told at once")
    func severalProblems() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let changes = ["items": #"[{"amount":-1},{"tax":1.5,"amount":2}]"#, "store": "", "currency": "5"]
        let answer = try till.ask("purchase.post", purchasing("m-1", receipt: "1", changes))
        let expected: Set = [
            "/params/items/0/amount", "/params/items/1/tax", "/params/store", "/params/currency",
        ]
        #expect(Set(answer.pointers) == expected)
        for params in ["[]", "[1,2,3]"] {
            #expect(try till.ask("purchase.post", params).pointers == ["/params"])
        }
        #expect(try till.ask("purchase.post").code == -32602)
        try await server.stop()
    }

    @Test(
        "an identifier that an enrolment names twice is refused, not failed on",
        arguments: [
            (#"[{"card":"1"},{"card":"1"}]"#, "/params/identifiers/1"),
            (#"[{"card":"1"},{"phone":"1"},{"card":"\u0031"}]"#, "/params/identifiers/2"),
            (#"[{"external":{"crm":"7"}},{"external":{"crm":"7"}}]"#, "/params/identifiers/1"),
        ])
    func identifierTwice(identifiers: String, pointer: String) async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let answer = try till.ask("member.enroll", #"{"idempotency_key":"k","identifiers":\#(identifiers)}"#)
        #expect(answer.code == -32602, "\(answer)")
        #expect(answer.pointers == [pointer])
        let good = #"[{"card":"1"},{"phone":"1"},{"external":{"crm":"1"}},{"external":{"erp":"1"}}]"#
        #expect(try till.ask("member.enroll", #"{"idempotency_key":"k","identifiers":\#(good)}"#).result != nil)
        try await server.stop()
    }

    // MARK: Refusals of the business

    @Test("what the program does not accept is refused by name", arguments: BadInput.refusals)
    func refusal(changes: [String: String], code: Int, type: String) async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let answer = try till.ask("purchase.post", purchasing("m-1", receipt: "1", changes))
        #expect(answer.code == code, "\(answer)")
        #expect(answer.type == type)
        #expect(!answer.text.contains("nobody"), "a refusal repeats nothing that was sent")
        #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "1")).isReplayed == false)
        try await server.stop()
    }

    @Test(
        "times at the edge are accepted",
        arguments: ["2026-05-16T10:05:00+09:00", "2026-04-16T10:00:00+09:00", "2026-05-15t21:00:00.123456789-04:00"])
    func edgeTimes(time: String) async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let params = purchasing("m-1", receipt: "1", ["occurred_at": quoted(time)])
        #expect(try till.ask("purchase.post", params).isReplayed == false)
        try await server.stop()
    }

    @Test("an identifier has one owner, and a receipt one purchase")
    func taken() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1", card: "c-1")).result != nil)
        #expect(try till.ask("member.enroll", enrolling("m-1", key: "k-1")).type == "identifier-taken")
        #expect(try till.ask("member.enroll", enrolling("m-2", card: "c-1")).type == "identifier-taken")
        #expect(try till.ask("balance.get", #"{"member":"m-2"}"#).type == "member-unknown")
        let link = #"{"idempotency_key":"l-1","member":"m-1","identifier":{"card":"c-1"}}"#
        #expect(try till.ask("member.link", link).type == "identifier-taken")
        #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "1")).result != nil)
        #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "1", key: "k-2")).type == "receipt-posted")
        try await server.stop()
    }

    @Test("a cursor that no page gave is refused")
    func badCursor() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        for cursor in ["9999999999999999999", "0", "-1", "x", ""] {
            let answer = try till.ask("statement.list", #"{"member":"m-1","cursor":\#(quoted(cursor))}"#)
            #expect(answer.pointers.first == "/params/cursor", "\(cursor): \(answer)")
        }
        for limit in ["0", "201", "1.5"] {
            let answer = try till.ask("statement.list", #"{"member":"m-1","limit":\#(limit)}"#)
            #expect(answer.pointers == ["/params/limit"])
        }
        try await server.stop()
    }
}
