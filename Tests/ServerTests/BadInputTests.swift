import JSON
import RPC
import Server
import ServerSupport
import Testing

/// Input that is wrong: each kind gets its own answer, and the connection and the server live on.
@Suite struct BadInputTests {
    // MARK: Lines

    static let lines: [(line: [UInt8], code: Int, detail: String)] = [
        (Array(#"{"jsonrpc":"2.0","id":1,"method":"session.ping""#.utf8), -32700, "ends in the middle"),
        (Array(#"{"jsonrpc":"2.0","id":1,"method":"session.ping"}}"#.utf8), -32700, "after the value"),
        (Array(#"{'jsonrpc':"2.0"}"#.utf8), -32700, "member name"),
        (Array(#"{"id":01}"#.utf8), -32700, "number"),
        (Array(#"{"id":NaN}"#.utf8), -32700, "value"),
        (Array(#"{"jsonrpc":"2.0","id":1,"id":2,"method":"session.ping"}"#.utf8), -32700, "member twice"),
        (Array(#"{"jsonrpc":"2.0","id":1,"method":"session.ping","params":{"a":1,"\u0061":2}}"#.utf8), -32700, "twice"),
        (Array(#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#.utf8), -32700, "surrogate"),
        (Array(#"{"jsonrpc":"2.0","id":1,"method":"\udc00\ud800"}"#.utf8), -32700, "surrogate"),
        (Array(#"{"jsonrpc":"2.0","id":1,"method":"\x41"}"#.utf8), -32700, "escape"),
        (Array("{\"method\":\"a\tb\"}".utf8), -32700, "control characters"),
        (Array(#"{"method":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8), -32700, "UTF-8"),
        (Array(#"{"method":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8), -32700, "UTF-8"),
        (Array(#"{"method":""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8), -32700, "UTF-8"),
        ([0xEF, 0xBB, 0xBF] + Array("{}".utf8), -32700, "byte order mark"),
        ([0x00], -32700, "value"),
        (Array(repeating: UInt8(ascii: "["), count: 65), -32700, "too deeply"),
        (Array(repeating: UInt8(ascii: "["), count: 100_000), -32700, "too deeply"),
        (Array("GET / HTTP/1.1".utf8), -32700, ""),
        (Array("[]".utf8), -32600, "1 to 100"),
        (Array("17".utf8), -32600, "object"),
        (Array("{}".utf8), -32600, "jsonrpc"),
        (Array(#"{"jsonrpc":"1.0","id":1,"method":"session.ping"}"#.utf8), -32600, "jsonrpc"),
        (Array(#"{"jsonrpc":"2.0","id":{},"method":"session.ping"}"#.utf8), -32600, "id must"),
        (Array(#"{"jsonrpc":"2.0","id":1,"method":7}"#.utf8), -32600, "method must"),
        (Array(#"{"jsonrpc":"2.0","id":1,"method":"session.ping","params":"x"}"#.utf8), -32600, "params must"),
    ]

    @Test("a line that is not a request is refused with its reason", arguments: Self.lines)
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

    /// A change to a good purchase, the pointer of the problem, and a part of what is said about it.
    static let params: [(changes: [String: String], pointer: String, detail: String)] = [
        (["recipt": #""1""#], "/params/recipt", "did you mean receipt?"),
        (["zzzzzzzz": "1"], "/params/zzzzzzzz", "not known"),
        (["a/b~c": "1"], "/params/a~1b~0c", "not known"),
        (["store": ""], "/params/store", "required"),
        (["receipt": ""], "/params/receipt", "required"),
        (["idempotency_key": ""], "/params/idempotency_key", "required"),
        (["items": ""], "/params/items", "required"),
        (["member": ""], "/params", "exactly one of"),
        (["card": #""1""#], "/params", "exactly one of"),
        (["member": "null"], "/params/member", "string"),
        (["member": "7"], "/params/member", "string"),
        (["member": #""""#], "/params/member", "at least 1"),
        (["member": quoted(String(repeating: "m", count: 256))], "/params/member", "at most 255"),
        (["member": quoted(String(repeating: "é", count: 128))], "/params/member", "at most 255 bytes"),
        (["items": "[]"], "/params/items", "at least 1"),
        (["items": "{}"], "/params/items", "array"),
        (
            ["items": "[" + Array(repeating: #"{"amount":1}"#, count: 1001).joined(separator: ",") + "]"],
            "/params/items", "at most 1000"
        ),
        (["items": "[7]"], "/params/items/0", "object"),
        (["items": #"[{"sku":"latte"}]"#], "/params/items/0/amount", "required"),
        (["items": #"[{"amount":-1}]"#], "/params/items/0/amount", "at least 0"),
        (["items": #"[{"amount":1},{"amount":-9223372036854775808}]"#], "/params/items/1/amount", "at least 0"),
        (["items": #"[{"amount":1.5}]"#], "/params/items/0/amount", "without fraction"),
        (["items": #"[{"amount":1.0}]"#], "/params/items/0/amount", "without fraction"),
        (["items": #"[{"amount":1e3}]"#], "/params/items/0/amount", "exponent"),
        (["items": #"[{"amount":"1000"}]"#], "/params/items/0/amount", "must be an integer"),
        (["items": #"[{"amount":true}]"#], "/params/items/0/amount", "must be an integer"),
        (["items": #"[{"amount":null}]"#], "/params/items/0/amount", "must be an integer"),
        (["items": #"[{"amount":1000000000000001}]"#], "/params/items/0/amount", "at most 1000000000000000"),
        (["items": #"[{"amount":9223372036854775808}]"#], "/params/items/0/amount", "64 bits"),
        (["items": #"[{"amount":100,"tax":101}]"#], "/params/items/0/tax", "at most the amount"),
        (["items": #"[{"amount":100},{"amount":0,"tax":1}]"#], "/params/items/1/tax", "at most the amount"),
        (["items": #"[{"amount":100,"tax":-1}]"#], "/params/items/0/tax", "at least 0"),
        (["items": #"[{"amount":100,"quantity":-1}]"#], "/params/items/0/quantity", "at least 0"),
        (["items": #"[{"amount":100,"tags":[""]}]"#], "/params/items/0/tags/0", "at least 1"),
        (["items": #"[{"amount":100,"skew":"x"}]"#], "/params/items/0/skew", "not known"),
        (["currency": #""jpy""#], "/params/currency", "capital letters"),
        (["currency": #""YEN ""#], "/params/currency", "at most 3"),
        (["occurred_at": #""2025-02-29T10:00:00+09:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16T10:00:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16 10:00:00+09:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16T24:00:00+09:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16T10:00:00+24:00""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""2026-05-16""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": #""""#], "/params/occurred_at", "RFC 3339"),
        (["occurred_at": "1778893200"], "/params/occurred_at", "string"),
        (["occurred_at": #""2026-05-16T23:59:60Z""#], "/params/occurred_at", "leap second"),
        (["idempotency_key": #""""#], "/params/idempotency_key", "at least 1"),
        (["idempotency_key": quoted(String(repeating: "k", count: 256))], "/params/idempotency_key", "at most 255"),
        (["idempotency_key": #""絆""#], "/params/idempotency_key", "printable ASCII"),
        (["idempotency_key": #""a\u0000""#], "/params/idempotency_key", "printable ASCII"),
        (["idempotency_key": #""a\tb""#], "/params/idempotency_key", "printable ASCII"),
    ]

    @Test("params that do not fit are refused, with a pointer to what is wrong", arguments: Self.params)
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

    static let refusals: [(changes: [String: String], code: Int, type: String)] = [
        (["member": #""nobody""#], 1001, "member-unknown"),
        (["member": "", "card": #""nobody""#], 1001, "member-unknown"),
        (["member": "", "external": #"{"crm":"nobody"}"#], 1001, "member-unknown"),
        (["currency": #""USD""#], 1005, "currency-mismatch"),
        (["occurred_at": #""2026-05-16T10:05:01+09:00""#], 1006, "occurred-in-future"),
        (["occurred_at": #""9999-12-31T23:59:59Z""#], 1006, "occurred-in-future"),
        (["occurred_at": #""2026-04-16T09:59:59+09:00""#], 1007, "too-late"),
        (["occurred_at": #""0000-01-01T00:00:00Z""#], 1007, "too-late"),
    ]

    @Test("what the program does not accept is refused by name", arguments: Self.refusals)
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
