import Engine
import HTTP
import JSON
import MemoryStore
import RPC
import Server
import ServerSupport
import TestSupport
import Testing

/// The methods over HTTP.
@Suite(.onThreads) struct HTTPCallTests {
    private static func call(_ method: String, _ params: String = "{}", id: String = "1") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
    }

    @Test("a member joins, buys and is looked up, each in a request of its own")
    func journey() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        let key = server.key(.shop)
        let joined = try http.post(Self.call("member.enroll", enrolling("m-1")), key: key)
        #expect(joined.status == 200 && joined.headers["content-type"] == "application/json")
        #expect(try joined.json["result"]?["member"]?.string == "m-1")
        let bought = try http.post(Self.call("purchase.post", purchasing("m-1", receipt: "1", amount: 1000)), key: key)
        #expect(try bought.json["result"]?["earned"]?["beans"]?.int64 == 10)
        // The same key is the same call, whichever way it comes.
        let till = try Till(server, as: .shop)
        #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "1", amount: 1000)).isReplayed == true)
        let again = try http.post(Self.call("purchase.post", purchasing("m-1", receipt: "1", amount: 1000)), key: key)
        #expect(try again.json["result"]?["replayed"]?.bool == true)
        let balance = try http.post(Self.call("balance.get", #"{"member":"m-1"}"#), key: key)
        #expect(try balance.json["result"]?["balances"]?["beans"]?["available"]?.int64 == 10)
        try await server.stop()
    }

    @Test("in a batch a query sees what the commands before it did")
    func batch() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        let batch = [
            Self.call("member.enroll", enrolling("m-1"), id: "1"),
            Self.call("purchase.post", purchasing("m-1", receipt: "1", amount: 5000), id: "2"),
            Self.call("balance.get", #"{"member":"m-1"}"#, id: "3"),
            #"{"jsonrpc":"2.0","method":"session.ping"}"#,
        ]
        let answer = try http.post("[\(batch.joined(separator: ","))]", key: server.key(.shop))
        #expect(answer.status == 200)
        let replies = try answer.json.elements.reduce(into: [Int64: JSONValue]()) { $0[$1["id"]?.int64 ?? 0] = $1 }
        #expect(replies.count == 3)
        #expect(replies[3]?["result"]?["balances"]?["beans"]?["available"]?.int64 == 50)
        try await server.stop()
    }

    @Test("a hundred calls in one body, more than are under way at a time, are all answered")
    func wideBatch() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        let enrolments = (1...100).map { Self.call("member.enroll", enrolling("m-\($0)"), id: "\($0)") }
        let answer = try http.post("[\(enrolments.joined(separator: ","))]", key: server.key(.shop))
        #expect(try answer.json.elements.allSatisfy { $0["result"] != nil })
        #expect(try answer.json.count == 100)
        try await server.stop()
    }

    @Test("an answer longer than what may wait on a line comes all the same")
    func longAnswer() async throws {
        let server = try await TestServer.start()
        var limits = HTTPLimits()
        limits.connection = ConnectionLimits(outputBytes: 1000)
        let http = try HTTPConversation(port: try await server.openHTTP(limits: limits))
        let calls = (1...3).map { Self.call("rpc.discover", id: "\($0)") }
        let answer = try http.post("[\(calls.joined(separator: ","))]")
        #expect(try answer.json.elements.count { $0["result"] != nil } == 3)
        #expect(try http.post(Self.call("rpc.discover")).json["result"] != nil)
        try await server.stop()
    }

    @Test("a notification has no answer")
    func notification() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        let answer = try http.post(#"{"jsonrpc":"2.0","method":"session.ping"}"#, key: server.key(.pos))
        #expect(answer.status == 204 && answer.body.isEmpty)
        try await server.stop()
    }

    @Test("keys decide what may be called")
    func keys() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        let none = try http.post(Self.call("balance.get", #"{"member":"m"}"#))
        #expect(none.status == 200)
        #expect(try none.json["error"]?["code"]?.int64 == Int64(RPCCode.notAuthenticated))
        #expect(try http.post(Self.call("rpc.discover")).json["result"]?["openrpc"]?.string == "1.3.2")
        let till = try http.post(Self.call("audit.list"), key: server.key(.pos))
        #expect(try till.json["error"]?["code"]?.int64 == Int64(RPCCode.notPermitted))
        // A batch may say hello for itself.
        let hello = Self.call("session.hello", Till.hello(server.key(.admin)), id: "1")
        let both = try http.post("[\(hello),\(Self.call("system.info", id: "2"))]")
        #expect(try both.json.elements.allSatisfy { $0["result"] != nil })
        // And it holds for that request alone.
        #expect(try http.post(Self.call("system.info")).json["error"] != nil)

        let wrong = try http.post(Self.call("system.info"), key: "kz_admin_wrong")
        #expect(wrong.status == 401 && wrong.headers["www-authenticate"] == "Bearer")
        #expect(try wrong.json["error"]?["code"]?.int64 == Int64(RPCCode.notAuthenticated))
        try await server.stop()
    }

    @Test("what a batch that says hello for itself does is audited with where it came from")
    func originOfABatch() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        let adjusting =
            #"{"idempotency_key":"a","member":"m-1","currency":"beans","points":5,"reason":"moved"}"#
        let calls = [
            Self.call("session.hello", Till.hello(server.key(.admin)), id: "1"),
            Self.call("member.enroll", enrolling("m-1"), id: "2"),
            Self.call("points.adjust", adjusting, id: "3"),
        ]
        #expect(try http.post("[\(calls.joined(separator: ","))]").json.elements.allSatisfy { $0["result"] != nil })
        let trail = try http.post(Self.call("audit.list", #"{"limit":1}"#), key: server.key(.admin))
        let entry = try #require(try trail.json["result"]?["entries"]?[0])
        #expect(entry["action"]?.string == "adjust")
        #expect(entry["origin"]?.string?.hasPrefix("127.0.0.1:") == true, "\(trail.text)")
        try await server.stop()
    }

    @Test("a key that is revoked opens nothing on a connection that stays open, within a second")
    func revocation() async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        let admin = server.key(.admin)
        let made = try http.post(
            Self.call("client.create", #"{"idempotency_key":"c","name":"till","role":"pos"}"#), key: admin)
        let number = try #require(try made.json["result"]?["client"]?.int64)
        let key = try #require(try made.json["result"]?["api_key"]?.string)
        let deadline = ContinuousClock.now + .seconds(10)
        while try http.post(Self.call("session.ping"), key: key).status == 401, ContinuousClock.now < deadline {}
        #expect(try http.post(Self.call("tier.list"), key: key).json["result"] != nil)
        // Revoked by another process on the same store.
        _ = server.store.changeClients(
            ClientChange(.revoke(client: number), at: EngineHarness.start, by: .commandLine))
        let revoked = ContinuousClock.now
        while try http.post(Self.call("tier.list"), key: key).status != 401 {
            guard ContinuousClock.now - revoked < .seconds(10) else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try http.post(Self.call("tier.list"), key: key).status == 401)
        print("HTTP: a revoked key ended after \(ContinuousClock.now - revoked)")
        #expect(ContinuousClock.now - revoked < .seconds(5), "a second, and room for a busy machine")
        try await server.stop()
    }

    @Test("a key that is revoked while the body is on its way opens nothing any more")
    func revokedMeanwhile() async throws {
        let server = try await TestServer.start()
        let port = try await server.openHTTP()
        let http = try HTTPConversation(port: port)
        let made = try http.post(
            Self.call("client.create", #"{"idempotency_key":"c","name":"till","role":"pos"}"#), key: server.key(.admin))
        let number = try #require(try made.json["result"]?["client"]?.int64)
        let key = try #require(try made.json["result"]?["api_key"]?.string)
        let deadline = ContinuousClock.now + .seconds(10)
        while try http.post(Self.call("session.ping"), key: key).status == 401, ContinuousClock.now < deadline {}
        let body = Self.call("tier.list")
        let socket = try Socket(port: port)
        try socket.send(
            Array(
                "POST /rpc HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \(key)\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
                    .utf8))
        try socket.send(Array(body.utf8.prefix(5)))
        _ = server.store.changeClients(
            ClientChange(.revoke(client: number), at: EngineHarness.start, by: .commandLine))
        while try http.post(Self.call("session.ping"), key: key).status != 401, ContinuousClock.now < deadline {}
        try socket.send(Array(body.utf8.dropFirst(5)))
        var answer = ""
        while !answer.contains("\r\n\r\n{") { answer += String(decoding: try socket.receive(), as: UTF8.self) }
        #expect(answer.contains("\(RPCCode.notAuthenticated)"), "\(answer)")
        try await server.stop()
    }

    @Test("a key has one allowance for both ports")
    func rates() async throws {
        var limits = ServerLimits.patient
        limits.callsPerSecond = 1
        limits.callsAtOnce = 20
        let server = try await TestServer.start(limits: limits)
        let http = try HTTPConversation(port: try await server.openHTTP())
        let till = try Till(server)
        for _ in 0..<200 where try till.ask("session.ping").code == RPCCode.rateLimited { break }
        // A second gives back one call, and this port would have twenty of its own.
        var waits: [Int64] = []
        for _ in 0..<15 where waits.isEmpty {
            let error = try http.post(Self.call("session.ping"), key: server.key(.shop)).json["error"]
            if error?["code"]?.int64 == Int64(RPCCode.rateLimited) {
                waits.append(error?["data"]?["retry_after_ms"]?.int64 ?? 0)
            }
        }
        #expect(waits.contains { $0 > 0 })
        let batch = (0..<30).map { Self.call("session.ping", id: "\($0)") }.joined(separator: ",")
        let codes = try http.post("[\(batch)]", key: server.key(.pos)).json.elements
            .compactMap { $0["error"]?["code"]?.int64 }
        #expect(
            codes.count >= 9 && codes.allSatisfy { $0 == Int64(RPCCode.rateLimited) }, "by the call, not the request")
        try await server.stop()
    }

    @Test("calls without a key have one allowance for an address, on both ports; those with a key are not held up")
    func keylessRates() async throws {
        var limits = ServerLimits.patient
        limits.keylessCallsPerSecond = 1
        limits.keylessCallsAtOnce = 100
        let server = try await TestServer.start(limits: limits)
        let port = try await server.openHTTP()
        let pings = (0..<100).map { Self.call("session.ping", id: "\($0)") }.joined(separator: ",")
        var refused: [Int64] = []
        for _ in 0..<10 {
            let replies = try HTTPConversation(port: port).post("[\(pings)]").json
            refused += replies.elements.compactMap { $0["error"] }.map { error in
                #expect(error["code"]?.int64 == Int64(RPCCode.rateLimited))
                return error["data"]?["retry_after_ms"]?.int64 ?? 0
            }
        }
        #expect(refused.count >= 200 && refused.allSatisfy { $0 > 0 }, "\(refused.count)")
        let stranger = try Till(server, as: nil)
        #expect(try (0..<300).contains { _ in try stranger.ask("session.ping").code == RPCCode.rateLimited })
        #expect(try stranger.ask("session.hello", Till.hello("kz_pos_wrong")).code == RPCCode.rateLimited)
        #expect(try stranger.ask("session.hello", Till.hello(server.key(.pos))).result != nil, "whatever others do")
        let known = try HTTPConversation(port: port).post("[\(pings)]", key: server.key(.pos)).json
        #expect(known.elements.allSatisfy { $0["result"] != nil })
        try await server.stop()
    }

    @Test(
        "what is no message gets an answer of JSON-RPC, what is no request one of HTTP",
        arguments: [
            ("POST", "/rpc", "application/json", "{", 200), ("POST", "/rpc", "application/json", "", 200),
            ("POST", "/rpc", "application/json; charset=utf-8", "[]", 200), ("POST", "/rpc", "text/xml", "<a/>", 415),
            ("GET", "/rpc", "", "", 404), ("GET", "/nothing", "", "", 404), ("DELETE", "/rpc", "", "", 404),
        ])
    func wrongRequests(method: String, path: String, type: String, body: String, status: Int) async throws {
        let server = try await TestServer.start()
        let http = try HTTPConversation(port: try await server.openHTTP())
        let answer = try http.ask(method, path, headers: type.isEmpty ? [:] : ["Content-Type": type], body: body)
        #expect(answer.status == status || (status == 404 && answer.status == 405), "\(answer.status)")
        if status == 200 { #expect(try answer.json["error"]?["code"] != nil) }
        try await server.stop()
    }
}
