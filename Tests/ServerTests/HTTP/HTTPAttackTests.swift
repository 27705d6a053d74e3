import Engine
import Foundation
import HTTP
import JSON
import MemoryStore
import NIOCore
import RPC
import ServerSupport
import Testing

/// Requests that mean no good. Whatever comes, others are served.
@Suite(.onThreads) struct HTTPAttackTests {
    /// Limits that make a test short.
    private static var hasty: HTTPLimits {
        var limits = HTTPLimits()
        limits.request = .milliseconds(1500)
        limits.idle = .milliseconds(1500)
        limits.linger = .milliseconds(1000)
        return limits
    }

    private static func isServed(_ port: Int) throws -> Bool {
        try HTTPConversation(port: port).ask("GET", "/readyz").status == 200
    }

    @Test("floods of headers are refused", arguments: ["one of a megabyte", "ten thousand", "a long path"])
    func headerFlood(kind: String) async throws {
        let server = try await TestServer.start()
        let port = try await server.openHTTP()
        let http = try HTTPConversation(port: port)
        let head =
            switch kind {
            case "one of a megabyte":
                "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: \(String(repeating: "a", count: 1 << 20))\r\n\r\n"
            case "ten thousand":
                "GET /healthz HTTP/1.1\r\nHost: x\r\n" + (1...10_000).map { "X-\($0): 1\r\n" }.joined() + "\r\n"
            default: "GET /\(String(repeating: "a", count: 1 << 20)) HTTP/1.1\r\nHost: x\r\n\r\n"
            }
        // The server may have hung up before all of it is sent.
        try? http.send(head)
        let rest = try http.rest()
        #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 4"), "\(rest.prefix(100))")
        #expect(try Self.isServed(port))
        try await server.stop()
    }

    @Test(
        "a head or a body that trickles in is not waited for, however busily", arguments: ["head", "body", "silence"])
    func slow(part: String) async throws {
        let server = try await TestServer.start()
        let port = try await server.openHTTP(limits: Self.hasty)
        let http = try HTTPConversation(port: port, patience: 60)
        if part == "head" { try http.send("POST /rpc HTTP/1.1\r\nHost: x\r\n") }
        if part == "body" { try http.send("POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n") }
        let started = ContinuousClock.now
        while part != "silence", ContinuousClock.now - started < .seconds(30) {
            guard (try? http.send(part == "head" ? "X: 1\r\n" : " ")) != nil else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        _ = try http.rest()
        #expect(ContinuousClock.now - started < .seconds(30))
        #expect(try Self.isServed(port))
        try await server.stop()
    }

    @Test("a body beyond the limit is refused, told or not", arguments: [true, false])
    func largeBody(isTold: Bool) async throws {
        let server = try await TestServer.start()
        var limits = HTTPLimits()
        limits.linger = .seconds(3)
        limits.connection = ConnectionLimits(lineBytes: 10_000)
        let port = try await server.openHTTP(limits: limits)
        let http = try HTTPConversation(port: port, patience: 60)
        let head = "POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        if isTold {
            try http.send(head + "Content-Length: 1000000000\r\n\r\n")
        } else {
            try http.send(head + "Transfer-Encoding: chunked\r\n\r\n")
            let chunk = "1000\r\n\(String(repeating: " ", count: 4096))\r\n"
            for _ in 0..<64 where (try? http.send(chunk)) == nil { break }
        }
        let answer = try #require(try http.answer())
        #expect(answer.status == 413 && answer.headers["connection"] == "close")
        #expect(try answer.json["error"]?["code"]?.int64 == Int64(RPCCode.messageTooLarge))
        // The rest is not listened to for long.
        let started = ContinuousClock.now
        _ = try http.rest()
        #expect(ContinuousClock.now - started < .seconds(30))
        #expect(try Self.isServed(port))
        try await server.stop()
    }

    @Test(
        "nesting, garbage and smuggled lengths are answered or cut off",
        arguments: [
            "[[[[[[[[[[", "\u{0}\u{1}\u{2}", "{\"jsonrpc\":\"2.0\"", "POST / HTTP/1.1\r\n\r\n",
        ])
    func garbage(body: String) async throws {
        let server = try await TestServer.start()
        let port = try await server.openHTTP(limits: Self.hasty)
        let deep = String(repeating: body, count: 500)
        let answer = try HTTPConversation(port: port).post(deep, key: server.key(.pos))
        #expect(try answer.json["error"]?["code"]?.int64 == Int64(RPCCode.parseError))
        let raw = try HTTPConversation(port: port)
        try? raw.send(deep)
        _ = try raw.rest()
        let both = try HTTPConversation(port: port)
        try? both.send(
            "POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        let text = try both.rest()
        #expect(text.components(separatedBy: "HTTP/1.1 200").count <= 2, "\(text)")
        #expect(try Self.isServed(port))
        try await server.stop()
    }

    @Test("one address gets so many connections and no more, and a place that is left can be taken")
    func addresses() async throws {
        var limits = HTTPLimits()
        limits.connectionsPerAddress = 3
        let server = try await TestServer.start()
        let port = try await server.openHTTP(limits: limits)
        var open = try (0..<3).map { _ in try HTTPConversation(port: port) }
        for conversation in open { #expect(try conversation.ask("GET", "/healthz").status == 200) }
        let refused = try HTTPConversation(port: port)
        try? refused.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        do {
            #expect(try refused.answer() == nil)
        } catch Socket.Failure.broken {
            // It was closed with the request unread.
        }
        open.removeLast()
        let deadline = ContinuousClock.now + .seconds(20)
        var isServed = false
        while !isServed, ContinuousClock.now < deadline {
            let next = try HTTPConversation(port: port)
            try? next.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            isServed = (try? next.answer())?.status == 200
        }
        #expect(isServed)
        try await server.stop()
    }

    @Test("what bodies and answers keep is bounded, and short calls are served all the same")
    func heldBytes() async throws {
        var limits = HTTPLimits()
        limits.heldBytes = 100_000
        let server = try await TestServer.start()
        let port = try await server.openHTTP(limits: limits)
        let long = try HTTPConversation(port: port)
        let ping = #"{"jsonrpc":"2.0","id":1,"method":"session.ping"}"#
        let refused = try long.post("\(ping)\(String(repeating: " ", count: 200_000))", key: server.key(.pos))
        #expect(refused.status == 503)
        #expect(try refused.json["error"]?["data"]?["retryable"]?.bool == true)
        // A body that stays away keeps what came of it.
        let slow = try HTTPConversation(port: port)
        try slow.send("POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: 99000\r\n\r\n")
        try slow.send(String(repeating: " ", count: 90_000))
        #expect(try HTTPConversation(port: port).post(ping, key: server.key(.pos)).status == 200)
        // An answer that is too long for what is left is made and not given.
        let calls = (0..<60).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"rpc.discover"}"# }
        #expect(try HTTPConversation(port: port).post("[\(calls.joined(separator: ","))]").status == 503)
        #expect(try Self.isServed(port))
        try await server.stop()
    }

    @Test("answers count while they gather: those for which there is no room are refused and not waited for")
    func gatheredAnswers() async throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.heldBytes = 4 << 20
        let store = MemoryStore(faultHook: { _ in
            gate.pass()
            return nil
        })
        let server = try await TestServer.start(store: store)
        defer { gate.open() }
        let port = try await server.openHTTP(limits: limits)
        let key = server.key(.shop)
        func call(_ id: Int, _ method: String, _ params: String) -> String {
            #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
        }
        let honest = try HTTPConversation(port: port)
        #expect(try honest.post(call(1, "member.enroll", enrolling("m-1")), key: key).status == 200)
        gate.close()
        // What is described is there at once, and the purchase behind it keeps the answer from leaving.
        let messages = (0..<20).map { number in
            let calls =
                (0..<6).map { call($0, "rpc.discover", "{}") }
                + [call(6, "purchase.post", purchasing("m-1", receipt: "\(number)"))]
            return "[\(calls.joined(separator: ","))]"
        }
        let greedy = try messages.map { message in
            let conversation = try HTTPConversation(port: port, patience: 2)
            try conversation.beginPost(message, key: key)
            return conversation
        }
        #expect(try Self.isServed(port))
        var refused = 0
        var waiting: [HTTPConversation] = []
        for conversation in greedy.reversed() {
            do {
                let answer = try conversation.answer()
                #expect(answer?.status == 503)
                refused += 1
            } catch Socket.Failure.timedOut {
                waiting.append(conversation)
            }
        }
        #expect(refused >= 10 && !waiting.isEmpty, "\(refused)")
        gate.open()
        let late = try waiting.map { conversation in
            for _ in 0..<20 {
                do { return try conversation.answer()?.status } catch Socket.Failure.timedOut {}
            }
            return nil
        }
        #expect(late.contains(200) && late.allSatisfy { $0 == 200 || $0 == 503 })
        // What they kept is given back, and the same calls give their answers.
        for message in messages { #expect(try honest.post(message, key: key).status == 200) }
        try await server.stop()
    }

    @Test("an answer has its time to be taken, whatever is asked meanwhile")
    func slowReader() async throws {
        let server = try await TestServer.start()
        var limits = Self.hasty
        limits.connection = ConnectionLimits(responseBytes: 64 << 20)
        let port = try await server.openHTTP(limits: limits)
        // Far more than the network's buffers take.
        let calls = (0..<80).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"rpc.discover"}"# }
        let http = try HTTPConversation(port: port, receiveBuffer: 128 << 10)
        try http.beginPost("[\(calls.joined(separator: ","))]")
        try http.waitForSome()
        try http.begin("GET", "/healthz")
        try await Task.sleep(for: .seconds(5))
        let rest = try http.rest()
        #expect(rest.hasPrefix("HTTP/1.1 200") && !rest.hasSuffix("ok\n"), "\(rest.utf8.count)")
        #expect(try Self.isServed(port))
        try await server.stop()
    }

    @Test("three hundred connections that say nothing keep nobody from being served, and are closed")
    func idleConnections() async throws {
        let server = try await TestServer.start()
        let port = try await server.openHTTP(limits: Self.hasty)
        let silent = try (0..<300).map { _ in try HTTPConversation(port: port, patience: 60) }
        #expect(try Self.isServed(port))
        let started = ContinuousClock.now
        for connection in silent { #expect(try connection.rest().isEmpty) }
        #expect(ContinuousClock.now - started < .seconds(30))
        #expect(try Self.isServed(port))
        try await server.stop()
    }
}
