import Client
import JSON
import Synchronization
import Testing

/// The client and servers that misbehave.
@Suite struct ConnectionTests {
    private func call(_ client: KizunaClient) async throws -> JSONValue {
        try await client.call("test") { $0.fields([:]) }
    }

    /// What a call ends with.
    private func failure(_ body: @Sendable () async throws -> JSONValue) async -> ConnectionFailure? {
        await #expect(throws: ConnectionFailure.self) { try await body() }
    }

    @Test func answersInAnyOrderFindTheirCalls() async throws {
        let gathered = Mutex<[ScriptedServer.Heard]>([])
        let server = try await ScriptedServer { heard in
            gathered.withLock { calls in
                calls.append(heard)
                guard calls.count == 10 else { return [] }
                return calls.reversed().map { $0.result($0.params) }
            }
        }
        let client = try await server.connect()
        let calls = try await (0..<10).asyncMap { number in
            try await client.begin("test") { $0.fields(["number": "\(number)"]) }
        }
        for (number, call) in calls.enumerated() {
            #expect(try await call.answer()["number"]?.string == "\(number)")
        }
        #expect(server.heard.map(\.id) == server.heard.map(\.id).sorted())
        await client.close()
        try await server.stop()
    }

    @Test func noMoreCallsAreSentThanTheServerTakes() async throws {
        // The server answers only once it has heard three, and never hears a fourth before that.
        let waiting = Mutex<[ScriptedServer.Heard]>([])
        let most = Mutex(0)
        let server = try await ScriptedServer(limits: #"{"in_flight":3}"#) { heard in
            let gathered = waiting.withLock { calls in
                calls.append(heard)
                return calls
            }
            most.withLock { $0 = max($0, gathered.count) }
            guard gathered.count == 3 else { return [] }
            waiting.withLock { $0 = [] }
            return gathered.map { $0.result("1") }
        }
        let client = try await server.connect()
        let answered = try await withThrowingTaskGroup(of: Int64?.self) { group in
            for _ in 0..<30 { group.addTask { try await call(client).int64 } }
            return try await group.reduce(0) { $0 + ($1 ?? 0) }
        }
        #expect(answered == 30)
        #expect(most.withLock { $0 } == 3)
        await client.close()
        try await server.stop()
    }

    @Test func aBrokenConnectionFailsEveryCallThatWaits() async throws {
        let server = try await ScriptedServer(limits: #"{"in_flight":2}"#) { heard in
            heard.id == 3 ? [.hangUp] : []
        }
        let client = try await server.connect()
        // Two are on their way and one waits for room.
        async let first = failure { try await call(client) }
        async let second = failure { try await call(client) }
        async let third = failure { try await call(client) }
        let lost = ConnectionFailure.lost(reason: "the server closed it")
        #expect(await [first, second, third] == [lost, lost, lost])
        #expect(await failure { try await call(client) } == lost)
        try await server.stop()
    }

    @Test func closingFailsWhatWaits() async throws {
        let server = try await ScriptedServer { _ in [] }
        let client = try await server.connect()
        let pending = try await client.begin("test") { $0.fields([:]) }
        await client.close()
        #expect(await failure { try await pending.answer() } == .closed)
        #expect(await failure { try await call(client) } == .closed)
        try await server.stop()
    }

    @Test func aServerThatTurnsTheConnectionAwayIsQuoted() async throws {
        let line = #"""
            {"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"Message too large",\#
            "data":{"type":"urn:kizuna:problem:message-too-large"}}}
            """#
        let server = try await ScriptedServer { _ in [.say(line), .hangUp] }
        let client = try await server.connect()
        let reason = RPCFailure(code: -32005, message: "Message too large", type: "message-too-large")
        #expect(await failure { try await call(client) } == .turnedAway(reason))
        #expect(!ConnectionFailure.turnedAway(reason).isRetryable)
        try await server.stop()
    }

    @Test(arguments: [
        ("hello", "the server's answer is not JSON: a value was expected at byte 0"),
        (#"{"jsonrpc":"2.0","id":2}"#, "the server's answer has neither a result nor an error"),
    ])
    func anAnswerThatMakesNoSenseIsSaidToBeOne(line: String, reason: String) async throws {
        let server = try await ScriptedServer { _ in [.say(line)] }
        let client = try await server.connect()
        #expect(await failure { try await call(client) } == .lost(reason: reason))
        await client.close()
        try await server.stop()
    }

    @Test func announcementsAndAnswersToNobodyAreIgnored() async throws {
        let server = try await ScriptedServer { heard in
            [
                .say(#"{"jsonrpc":"2.0","method":"events.event","params":{}}"#),
                .say(#"{"jsonrpc":"2.0","id":999,"result":1}"#), heard.result("7"),
            ]
        }
        let client = try await server.connect()
        #expect(try await call(client).int64 == 7)
        await client.close()
        try await server.stop()
    }

    @Test func aServerThatFallsSilentIsGivenUp() async throws {
        let server = try await ScriptedServer { _ in [] }
        let client = try await server.connect(patience: .milliseconds(200))
        #expect(await failure { try await call(client) } == .lost(reason: "the server gave no answer in time"))
        try await server.stop()
    }

    @Test func aCallCanBeCancelledWhileItWaitsForItsAnswerOrForRoom() async throws {
        let server = try await ScriptedServer(limits: #"{"in_flight":1}"#) { _ in
            // The first is never answered, so that the second never gets room.
            []
        }
        let client = try await server.connect()
        let first = try await client.begin("test") { $0.fields(["number": "1"]) }
        let answering = Task { try await first.answer() }
        let queueing = Task { try await client.call("test") { $0.fields(["number": "2"]) } }
        for _ in 0..<5000 where server.heard.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        try await Task.sleep(for: .milliseconds(20))
        answering.cancel()
        queueing.cancel()
        await #expect(throws: CancellationError.self) { try await answering.value }
        await #expect(throws: CancellationError.self) { try await queueing.value }
        #expect(server.heard.count == 1)
        await client.close()
        try await server.stop()
    }

    @Test func aCallThatIsTooLongIsNotSent() async throws {
        let server = try await ScriptedServer(limits: #"{"line_bytes":1000}"#) { [$0.result("1")] }
        let client = try await server.connect()
        let failure = try #require(
            await #expect(throws: RPCFailure.self) {
                try await client.call("test") { $0.fields(["text": String(repeating: "x", count: 1000)]) }
            })
        #expect(failure.type == "message-too-large")
        #expect(try await call(client).int64 == 1)
        #expect(server.heard.count == 1)
        await client.close()
        try await server.stop()
    }
}

extension Sequence {
    /// Transforms one element after the other.
    func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
