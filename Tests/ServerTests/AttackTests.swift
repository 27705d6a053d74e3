import Engine
import JSON
import MemoryStore
import Methods
import NIOCore
import RPC
import Server
import ServerSupport
import Testing

/// Callers who mean no good: in each case the server lives on, keeps little, and serves the others.
@Suite struct AttackTests {
    @Test("a till bound to stores gets no further with any method that takes a store", arguments: Self.storeMethods)
    func otherStores(_ name: String) async throws {
        let server = try await TestServer.start()
        let admin = try Till(server, as: .admin)
        let params = #"{"idempotency_key":"c","name":"bound","role":"admin","stores":["nowhere"]}"#
        let key = try #require(try admin.ask("client.create", params).result?["api_key"]?.string)
        let bound = try Till(server, as: nil)
        #expect(try bound.ask("session.hello", Till.hello(key)).result != nil)
        let method = try #require(Self.methods.first { $0.name == name })
        for example in method.examples {
            let answer = try bound.ask(name, example.params.replacing("\n", with: " "))
            #expect(answer.code == RPCCode.notPermitted, "\(answer)")
            #expect(answer.pointers.allSatisfy { $0.hasSuffix("/store") } && !answer.pointers.isEmpty)
        }
        try await server.stop()
    }

    private static let methods = MethodTable<Handling>.product.map(\.method)
    /// Methods that change something and say at which store, themselves or in the elements of a list.
    private static let storeMethods = methods.filter { method in
        method.changes
            && method.fields?.fields.contains {
                guard case .array(.object(let element), _) = $0.schema else { return $0.name == "store" }
                return element.field("store") != nil
            } ?? false
    }.map(\.name)

    @Test("a key that calls too often is told when to come back, and other keys are not held up")
    func rates() async throws {
        var limits = ServerLimits.patient
        limits.callsPerSecond = 1
        limits.callsAtOnce = 20
        let server = try await TestServer.start(limits: limits)
        let (flood, twin, other) = (try Till(server), try Till(server), try Till(server, as: .pos))
        let answers = try (0..<40).map { _ in try flood.ask("session.ping") }
        let refused = answers.filter { $0.code == RPCCode.rateLimited }
        #expect(refused.count >= 10)
        #expect(refused.allSatisfy { $0.isRetryable == true && $0.retryAfterMs ?? 0 > 0 })
        let twins = try (0..<3).map { _ in try twin.ask("session.ping").code }
        #expect(twins.contains(RPCCode.rateLimited), "another connection with the same key")
        #expect(try other.isAlive())
        try await Task.sleep(for: .milliseconds(1500))
        #expect(try flood.isAlive())
        try await server.stop()
    }

    @Test("one address gets so many connections and no more")
    func addresses() async throws {
        var limits = ServerLimits.patient
        limits.sessionsPerAddress = 3
        let server = try await TestServer.start(limits: limits)
        let tills = try (0..<3).map { _ in try Till(server) }
        let late = try Till(server, as: nil)
        #expect(try late.rest().map(\.type) == ["overloaded"])
        tills[0].socket.end()
        let deadline = NIODeadline.now() + .seconds(10)
        while server.connectionCount > 2, NIODeadline.now() < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try Till(server).isAlive())
        #expect(try tills[1].isAlive())
        try await server.stop()
    }

    @Test("lines that never end are closed, also where they grow; a long one that arrives is not")
    func slowWriters() async throws {
        var limits = ServerLimits.patient
        limits.line = .milliseconds(1500)
        limits.watch = .milliseconds(50)
        let server = try await TestServer.start(limits: limits)
        let slow = try (0..<50).map { _ in try Till(server) }
        let honest = try Till(server)
        let padding = String(repeating: " ", count: 700_000)
        let start = NIODeadline.now()
        var open = slow
        while !open.isEmpty {
            try #require(NIODeadline.now() - start < .seconds(120), "they are closed")
            open = open.filter { (try? $0.socket.send([UInt8(ascii: "{")])) != nil }
            #expect(try honest.ask("session.ping", "{\(padding)}").result != nil)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try honest.isAlive())
        try await server.stop()
    }

    @Test("what greedy callers make the server keep stays within its bound, and others are served")
    func greedyReaders() async throws {
        var limits = ServerLimits.patient
        limits.keptBytes = 8 << 20
        limits.sessions = 64
        limits.sessionsPerAddress = 64
        limits.callsPerSecond = 0
        let server = try await TestServer.start(limits: limits)
        let greedy = try (0..<40).map { _ in try Till(server, patience: 1, receiveBuffer: 16 << 10) }
        let lines = Array((0..<200).map { _ in greedy[0].line("rpc.discover") + "\n" }.joined().utf8)
        // They ask for much more than the bound each, and read nothing.
        for till in greedy { _ = try? till.socket.send(lines) }
        let other = try Till(server)
        var most = 0
        for number in 1...200 {
            let isEnrolled = try other.ask("member.enroll", enrolling("m-\(number)")).result != nil
            #expect(isEnrolled)
            most = max(most, server.keptBytes)
        }
        // A connection may be over its share by the answer to one call and what a burst of reading brought.
        #expect(most > limits.keptBytes / 2)
        #expect(most < limits.keptBytes + 40 * (1 << 20), "\(most)")
        for till in greedy { till.socket.reset() }
        let deadline = NIODeadline.now() + .seconds(20)
        while server.connectionCount > 1, NIODeadline.now() < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(server.keptBytes < 1 << 20, "what was kept for them is given back")
        #expect(try other.isAlive())
        try await server.stop()
    }

    @Test("calls that are worked on count as kept, however long the store takes, and every one is answered")
    func greedyWriters() async throws {
        let gate = Gate()
        var limits = ServerLimits.patient
        limits.keptBytes = 2 << 20
        limits.sessions = 64
        limits.line = .seconds(600)
        limits.callsPerSecond = 0
        let store = MemoryStore(faultHook: { _ in
            gate.pass()
            return nil
        })
        let server = try await TestServer.start(store: store, limits: limits)
        defer { gate.open() }
        let greedy = try (0..<10).map { _ in try Till(server, patience: 30) }
        let other = try Till(server)
        #expect(try other.ask("member.enroll", enrolling("m-1")).result != nil)
        gate.close()
        // A hundred kilobytes each, of which nothing is answered for a while.
        let tags = (0..<16).map { "\"" + String(repeating: "t", count: 60) + "\($0)\"" }.joined(separator: ",")
        let items = Array(repeating: #"{"sku":"a","amount":1,"tags":[\#(tags)]}"#, count: 100).joined(separator: ",")
        let lines = 6
        for (number, till) in greedy.enumerated() {
            for line in 0..<lines {
                let sale = purchasing("m-1", receipt: "\(number)/\(line)", ["items": "[\(items)]"])
                try till.send(line: till.line("purchase.post", sale))
            }
        }
        var most = 0
        for _ in 0..<60 {
            #expect(try other.isAlive())
            most = max(most, server.keptBytes)
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(most > limits.keptBytes / 2, "\(most)")
        #expect(most < limits.keptBytes + 10 * (1 << 18), "\(most)")
        gate.open()
        for till in greedy {
            for _ in 0..<lines { #expect(try till.next()?.result != nil) }
        }
        #expect(server.keptBytes < 1 << 18, "what was kept for them is given back")
        try await server.stop()
    }

    @Test("replies that gather in batches count as kept, whatever holds the batches up, and every batch ends")
    func greedyBatches() async throws {
        let gate = Gate()
        var limits = ServerLimits.patient
        limits.keptBytes = 8 << 20
        limits.sessions = 64
        // What a squeezed connection has sent waits, however long this test does.
        limits.line = .seconds(600)
        limits.callsPerSecond = 0
        let store = MemoryStore(faultHook: { _ in
            gate.pass()
            return nil
        })
        let server = try await TestServer.start(store: store, limits: limits)
        defer { gate.open() }
        let greedy = try (0..<10).map { _ in try Till(server, patience: 30) }
        let other = try Till(server)
        #expect(try other.ask("member.enroll", enrolling("m-1")).result != nil)
        gate.close()
        // What is described is there at once, and the purchase behind it keeps the batch from leaving.
        let lines = 5
        for (number, till) in greedy.enumerated() {
            for line in 0..<lines {
                let calls =
                    (0..<8).map { _ in till.line("rpc.discover") }
                    + [till.line("purchase.post", purchasing("m-1", receipt: "\(number)/\(line)"))]
                try till.send(line: "[" + calls.joined(separator: ",") + "]")
            }
        }
        var most = 0
        for _ in 0..<100 {
            #expect(try other.isAlive())
            most = max(most, server.keptBytes)
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(most > limits.keptBytes / 2, "\(most)")
        // A connection may be over its share by the answer to one call and what a burst of reading brought.
        #expect(most < limits.keptBytes + 10 * (1 << 20), "\(most)")
        gate.open()
        for till in greedy {
            for _ in 0..<lines { #expect(try till.nextLine()?.first == UInt8(ascii: "[")) }
        }
        #expect(try other.isAlive())
        #expect(server.keptBytes < 1 << 20, "what was kept for them is given back")
        try await server.stop()
    }

    @Test(
        "a connection too many that never shakes hands is closed at once",
        .enabled(if: Certificates.canBeMade, "there is no openssl here"))
    func refusedBeforeTheHandshake() async throws {
        let certificates = try Certificates()
        try certificates.make("server", for: "IP:127.0.0.1")
        let identity = try TLSIdentity(
            .init(certificate: certificates.path("server.pem"), key: certificates.path("server.key")))
        var limits = ServerLimits.patient
        limits.sessions = 1
        let server = try await TestServer.start(limits: limits, tls: identity)
        let admitted = try Socket(port: server.port)
        let deadline = NIODeadline.now() + .seconds(10)
        while server.connectionCount < 1, NIODeadline.now() < deadline { try await Task.sleep(for: .milliseconds(5)) }
        let start = ContinuousClock.now
        for _ in 0..<20 {
            let refused = try Socket(port: server.port)
            do {
                while try !refused.receive().isEmpty {}
            } catch Socket.Failure.broken {
                // It was closed with something unread.
            }
        }
        #expect(ContinuousClock.now - start < .seconds(4))
        admitted.end()
        try await server.stop()
    }

    @Test("2,000 connections that come and go leave nothing behind")
    func comingAndGoing() async throws {
        let server = try await TestServer.start()
        let other = try Till(server)
        for number in 0..<2000 {
            let socket = try Socket(port: server.port)
            if number % 3 == 0 { try socket.send(Array(#"{"jsonrpc":"#.utf8)) }
            if number % 2 == 0 { socket.reset() } else { socket.end() }
            if number % 100 == 0 { #expect(try other.isAlive()) }
        }
        let deadline = NIODeadline.now() + .seconds(20)
        while server.connectionCount > 1, NIODeadline.now() < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(server.connectionCount == 1)
        #expect(server.keptBytes == 0)
        try await server.stop()
    }

    @Test("a batch too large is refused as one, and a full one is charged by its entries")
    func batches() async throws {
        var limits = ServerLimits.patient
        limits.callsPerSecond = 1
        limits.callsAtOnce = 50
        let server = try await TestServer.start(limits: limits)
        let till = try Till(server)
        func batch(_ count: Int) -> String {
            "[" + (0..<count).map { _ in till.line("session.ping") }.joined(separator: ",") + "]"
        }
        try till.send(line: batch(101))
        #expect(try till.next()?.code == RPCCode.invalidRequest)
        try till.send(line: batch(100))
        let codes = try till.nextBatch().map(\.code)
        #expect(codes.filter { $0 == RPCCode.rateLimited }.count >= 45)
        #expect(codes.filter { $0 == nil }.count <= 55)
        try await server.stop()
    }
}
