import Engine
import JSON
import MemoryStore
import Rules
import ServerSupport
import Synchronization
import TestSupport
import Testing
import Time

/// `rules.backtest.progress`: how far a backtest is, told meanwhile.
@Suite(.onThreads) struct BacktestProgressTests {
    private let store = MemoryStore()

    /// A server on a history of more than two pages, whose clock goes on by so much whenever somebody looks at it.
    private func start(stepMs: Int64) async throws -> TestServer {
        let end = try RandomHistory.record(
            700, seed: 5, on: store, under: Programs.ruleSet(RandomHistory.program), from: EngineHarness.start)
        let milliseconds = Mutex(end.milliseconds)
        return try await TestServer.start(
            RandomHistory.program, store: store,
            clock: {
                milliseconds.withLock { now in
                    now += stepMs
                    return Instant(milliseconds: now)
                }
            })
    }

    private func call(_ id: String, _ more: String = "") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"rules.backtest","params":{"version":1\#(more)}}"#
    }

    /// The lines up to the first one that is not a notification, which is the last.
    private func lines(_ till: Till) throws -> (notices: [JSONValue], reply: JSONValue) {
        var notices: [JSONValue] = []
        while true {
            let line = try JSONDocument(try #require(try till.nextLine())).root
            guard line["method"] != nil else { return (notices, line) }
            notices.append(line)
        }
    }

    @Test(
        "a caller who asks for it is told how far a backtest is, by the id of the request, and nothing behind the reply"
    )
    func progress() async throws {
        let server = try await start(stepMs: 600)
        let till = try Till(server, as: .admin)
        try till.send(line: call(#""a""#, #","progress":true"#))
        let (notices, reply) = try lines(till)
        let operations = try #require(reply["result"]?["operations"]?.int64)
        #expect(reply["id"]?.string == "a" && operations > 500)
        for notice in notices {
            #expect(notice["jsonrpc"]?.string == "2.0" && notice["id"] == nil)
            #expect(notice["method"]?.string == "rules.backtest.progress")
            #expect(notice["params"]?["id"]?.string == "a" && notice["params"]?["of"]?.int64 == operations)
        }
        let done = notices.compactMap { $0["params"]?["operations"]?.int64 }
        // It is told at the beginning and after each page; one that the peer is behind with is left out.
        #expect(done.first == 0 && done.count >= 2 && done == done.sorted() && done.allSatisfy { $0 < operations })
        #expect(try till.isAlive())
        try await server.stop()
    }

    @Test("whoever does not ask for it is told nothing", arguments: ["", #","progress":false"#])
    func quiet(more: String) async throws {
        let server = try await start(stepMs: 600)
        let till = try Till(server, as: .admin)
        try till.send(line: call("1", more))
        let (notices, reply) = try lines(till)
        #expect(notices.isEmpty && reply["result"] != nil)
        try await server.stop()
    }

    @Test("where less than half a second passes, only the beginning is told")
    func pace() async throws {
        let server = try await start(stepMs: 1)
        let till = try Till(server, as: .admin)
        try till.send(line: call("1", #","progress":true"#))
        let (notices, reply) = try lines(till)
        #expect(notices.map { $0["params"]?["operations"]?.int64 } == [0] && reply["result"] != nil)
        try await server.stop()
    }

    @Test("in a batch notifications come before the batch of replies, and none for a call that wants no reply")
    func batch() async throws {
        let server = try await start(stepMs: 600)
        let till = try Till(server, as: .admin)
        let silent = #"{"jsonrpc":"2.0","method":"rules.backtest","params":{"version":1,"progress":true}}"#
        try till.send(line: "[\(call("7", #","progress":true"#)),\(silent)]")
        let (notices, reply) = try lines(till)
        #expect(!notices.isEmpty && notices.allSatisfy { $0["params"]?["id"]?.int64 == 7 })
        #expect(reply.kind == .array && reply.elements.map { $0["id"]?.int64 } == [7])
        try await server.stop()
    }

    @Test("a caller who hangs up in the middle of it, or does not read, keeps nobody else from theirs")
    func leaving() async throws {
        let server = try await start(stepMs: 600)
        do {
            let gone = try Till(server, as: .admin)
            try gone.send(line: call("1", #","progress":true"#))
            #expect(try gone.nextLine() != nil)
        }
        do {
            let deaf = try Till(server, as: .admin)
            for id in 1...20 { try deaf.send(line: call("\(id)", #","progress":true"#)) }
            let till = try Till(server, as: .admin)
            var reply: JSONValue?
            // While one is under way and one waits, others are told to come back.
            for _ in 0..<1000 where reply?["result"] == nil {
                if reply != nil { try await Task.sleep(for: .milliseconds(20)) }
                try till.send(line: call("1", #","progress":true"#))
                reply = try lines(till).reply
            }
            #expect(reply?["result"]?["operations"]?.int64 ?? 0 > 500)
        }
        try await server.stop()
    }

    @Test("over HTTP there is one answer, with or without it")
    func http() async throws {
        let server = try await start(stepMs: 600)
        let http = try HTTPConversation(port: try await server.openHTTP())
        let answer = try http.post(call("1", #","progress":true"#), key: server.key(.admin))
        #expect(answer.status == 200)
        #expect(try answer.json["id"]?.int64 == 1 && answer.json["result"]?["operations"]?.int64 ?? 0 > 500)
        try await server.stop()
    }
}
