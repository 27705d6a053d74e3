import Engine
import HTTP
import JSON
import Prometheus
import RPC
import Server
import ServerSupport
import Testing

/// What is refused before any call is looked at shows in metrics and in the log, with where it came from.
@Suite(.onThreads) struct RefusedBeforeCallsTests {
    private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"session.ping"}"#

    private let registry = PrometheusRegistry(MetricFamily.catalogue)
    private let log = LoggedLines()

    private func start(_ limits: ServerLimits = .patient) async throws -> TestServer {
        try await TestServer.start(limits: limits, metrics: registry, calls: log.logger)
    }

    /// What a counter of calls shows.
    private func count(_ method: String, _ outcome: String) -> Int {
        let text = String(decoding: registry.exposition(), as: UTF8.self)
        let name = #"kizuna_requests_total{method="\#(method)",outcome="\#(outcome)"} "#
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count)) } ?? 0
    }

    @Test("over HTTP: a wrong key, a body too long or of another type")
    func http() async throws {
        let server = try await start()
        var limits = HTTPLimits()
        limits.connection = ConnectionLimits(lineBytes: 1000)
        let port = try await server.openHTTP(limits: limits)
        var ids: [String] = []
        func post(_ body: String, key: String? = nil, type: String = "application/json") throws -> Int {
            var headers = ["Content-Type": type]
            if let key { headers["Authorization"] = "Bearer \(key)" }
            let answer = try HTTPConversation(port: port).ask("POST", "/rpc", headers: headers, body: body)
            ids.append(try #require(answer.headers["x-request-id"]))
            return answer.status
        }
        #expect(try post(Self.ping, key: "kz_admin_wrong") == 401)
        #expect(try post(Self.ping, type: "text/xml") == 415)
        #expect(try post(String(repeating: " ", count: 2000)) == 413)
        #expect(try post(Self.ping) == 200, "without a key")
        #expect(try post(Self.ping, key: server.key(.pos)) == 200)
        #expect(Set(ids).count == ids.count)
        #expect(count("http", "denied") == 1)
        #expect(count("http", "invalid") == 2)

        let refused = log.lines("NOTICE a request was refused")
        #expect(refused.count == 3)
        #expect(refused.allSatisfy { $0.contains(" remote=127.0.0.1:") && !$0.contains("kz_admin") })
        #expect(zip(refused, ids).allSatisfy { $0.contains(" request=\($1)") })
        let answered = log.lines("DEBUG a call was answered")
        #expect(zip(answered, ids.dropFirst(3)).allSatisfy { $0.contains(" request=\($1)/1") })
        try await server.stop()
    }

    @Test("whoever tries keys without end is told to come back later, and fills no log")
    func guessing() async throws {
        var limits = ServerLimits.patient
        limits.keylessCallsPerSecond = 1
        limits.keylessCallsAtOnce = 20
        let server = try await start(limits)
        let port = try await server.openHTTP()
        let answers = try (0..<60).map { try HTTPConversation(port: port).post(Self.ping, key: "kz_admin_\($0)") }
        let refused = answers.filter { $0.status == 429 }
        #expect(answers.first?.status == 401)
        #expect(refused.count >= 20)
        #expect(refused.allSatisfy { Int($0.headers["retry-after"] ?? "") ?? 0 >= 1 })
        #expect(log.lines("NOTICE a request was refused").count == 60 - refused.count)
        #expect(count("http", "denied") + count("http", "limited") == 60)
        #expect(try HTTPConversation(port: port).post(Self.ping, key: server.key(.pos)).status == 200)
        try await server.stop()
    }

    @Test("who tries keys over HTTP keeps nobody behind the same address from saying hello")
    func others() async throws {
        var limits = ServerLimits.patient
        limits.keylessCallsPerSecond = 1
        limits.keylessCallsAtOnce = 20
        let server = try await start(limits)
        let port = try await server.openHTTP()
        for number in 0..<40 { _ = try HTTPConversation(port: port).post(Self.ping, key: "kz_admin_\(number)") }
        let till = try Till(server, as: nil)
        #expect(try till.ask("session.hello", Till.hello(server.key(.pos))).result != nil)
        try await server.stop()
    }

    @Test("lines, bodies and entries of batches that are no call are counted, and connections without room")
    func unreadable() async throws {
        var limits = ServerLimits.patient
        limits.sessionsPerAddress = 2
        let server = try await start(limits)
        let till = try Till(server)
        for line in ["{", "7", #"{"jsonrpc":"1.0","id":1,"method":"session.ping"}"#, "[]"] {
            try till.send(line: line)
            #expect(try till.next()?.code != nil, "\(line)")
        }
        try till.send(line: #"[{"jsonrpc":"2.0","id":1,"method":"session.ping"},1,{}]"#)
        _ = try till.nextLine()
        #expect(count("unreadable", "invalid") == 6)
        let port = try await server.openHTTP()
        #expect(try HTTPConversation(port: port).post("{", key: server.key(.pos)).status == 200)
        #expect(count("unreadable", "invalid") == 7)
        #expect(try HTTPConversation(port: port).ask("GET", "/wp-login.php").status == 404)
        #expect(count("unreadable", "invalid") == 8)

        let second = try Till(server)
        #expect(try Till(server, as: nil).next()?.code == RPCCode.unavailable)
        let text = String(decoding: registry.exposition(), as: UTF8.self)
        #expect(text.contains("\nkizuna_connections_refused_total 1\n"))
        withExtendedLifetime((till, second)) {}
        try await server.stop()
    }

    @Test("on a line: a hello with a wrong key, under a name that no other connection has")
    func hello() async throws {
        let server = try await start()
        let tills = try (0..<2).map { _ in try Till(server, as: nil) }
        for till in tills {
            #expect(try till.ask("system.info").code == RPCCode.notAuthenticated)
            #expect(try till.ask("session.hello", Till.hello("kz_pos_wrong")).code == RPCCode.notAuthenticated)
            #expect(try till.ask("session.hello", Till.hello(server.key(.pos))).result != nil)
        }
        #expect(count("session.hello", "denied") == 2)
        let refused = log.lines("NOTICE a key was not accepted")
        #expect(refused.count == 2)
        #expect(refused.allSatisfy { $0.contains(" remote=127.0.0.1:") && !$0.contains("kz_pos") })
        let requests = log.lines("DEBUG a call was answered").compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("request=") }
        }
        #expect(requests.count == 6 && Set(requests).count == 6)
        #expect(!requests.contains { $0.hasPrefix("request=-") })
        try await server.stop()
    }
}
