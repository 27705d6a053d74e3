package import Engine
package import HTTP
package import Logging
import Loyalty
package import MemoryStore
import Methods
package import Metrics
import NIOCore
package import Server
import ServiceLifecycle
import Synchronization
import TestSupport
package import Time

/// A whole server on a store in memory, on a port of its own.
package final class TestServer: Sendable {
    /// Where it listens, on the loopback.
    package let port: Int
    /// What it writes to; another server may go on with it.
    package let store: MemoryStore
    private let server: Server
    private let refresher: DirectoryRefresher
    private let keys: [Role: APIKey]
    private let http = Mutex<(group: ServiceGroup, running: Task<Void, any Error>)?>(nil)

    private init(
        port: Int, store: MemoryStore, server: Server, refresher: DirectoryRefresher, keys: [Role: APIKey]
    ) {
        self.refresher = refresher
        self.port = port
        self.store = store
        self.server = server
        self.keys = keys
    }

    /// Starts a server; its clock stands still unless there is another one.
    ///
    /// - Parameter calls: what calls are logged by; nothing without it.
    package static func start(
        _ program: String = Programs.coffee, store: MemoryStore = MemoryStore(), port: Int = 0,
        limits: ServerLimits = .patient, now: Instant = EngineHarness.start,
        clock given: Clock? = nil, tls: TLSIdentity? = nil,
        metrics: any MetricsFactory = MetricsSystem.factory, calls: Logger? = nil
    ) async throws -> TestServer {
        let clock = given ?? { now }
        if try store.read({ try $0.ruleSets() }).isEmpty {
            _ = store.addRuleSet(Programs.publication(program), clock: clock)
        }
        let rules =
            try RuleDirectory(of: store, zones: Programs.zones) ?? RuleDirectory(Programs.book(program))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let drawID: IDSource = {
            var generator = SystemRandomNumberGenerator()
            return RandomID.draw(using: &generator)
        }
        let tokens = try AllowanceKeys(of: store, at: clock())
        let engine = try Engine(
            store: store, rules: rules, clock: clock, drawID: drawID,
            describe: { ResultShapes($2, signingBy: tokens).result(of: $0, for: $1) }, logger: logger)
        // The same keys for every server, so that clients can go on when one takes another's place.
        var generator = SeededGenerator(seed: 7)
        let keys = Role.allCases.map { ($0, APIKey(for: $0, using: &generator)) }
        if try store.read({ try $0.clients() }).isEmpty {
            for (role, key) in keys {
                _ = try store.addClient(
                    NewClient(name: role.rawValue, role: role, keyDigest: key.digest, createdAt: clock()))
            }
        }
        let clients = ClientDirectory(try store.read { try $0.clients() })
        let refresher = DirectoryRefresher(clients, rules, tokens, store: store, logger: logger)
        let service = Service(
            Service.Surroundings(
                rules: rules, clients: clients, clock: clock, drawID: drawID,
                limits: limits.told, keys: tokens, version: "test"),
            metrics: metrics, logger: calls ?? logger)
        let server = Server(engine: engine, service: service, limits: limits, logger: logger)
        let address = try await server.start(host: "127.0.0.1", port: port, tls: tls)
        return TestServer(
            port: address?.port ?? port, store: store, server: server, refresher: refresher,
            keys: Dictionary(uniqueKeysWithValues: keys))
    }

    /// The API key of a role.
    package func key(_ role: Role) -> String {
        keys[role]?.text ?? ""
    }

    /// Opens an HTTP port as well, and gives its number.
    ///
    /// - Parameter executor: carries requests out, so that tests which wait cannot keep them from it.
    package func openHTTP(
        limits: HTTPLimits = HTTPLimits(), tls: TLSIdentity? = nil,
        exposition: @escaping HTTPServer.Exposition = { [] }, on executor: any TaskExecutor
    ) async throws -> Int {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let port = HTTPServer(
            engine: server.engine, service: server.service, limits: limits, host: "127.0.0.1", port: 0,
            tls: tls, exposition: exposition, logger: logger, whenListening: { continuation.yield($0) })
        let group = ServiceGroup(configuration: .init(services: [port], logger: logger))
        let running = Task(executorPreference: executor) { try await group.run() }
        http.withLock { $0 = (group, running) }
        for await number in ports { return number }
        try await running.value
        return 0
    }

    /// Bytes that its connections keep waiting.
    package var keptBytes: Int { server.keptBytes }

    /// How many connections it has.
    package var connectionCount: Int { server.connectionCount }

    /// Ends it in order.
    package func stop() async throws {
        if let (group, running) = http.withLock({ $0.take() }) {
            await group.triggerGracefulShutdown()
            try await running.value
        }
        try await server.shutDown()
        refresher.stop()
    }
}

extension ServerLimits {
    /// The limits of the product, but for the time to say hello: on a busy machine a test may get its turn late.
    package static var patient: ServerLimits {
        var limits = ServerLimits()
        limits.hello = .seconds(120)
        // Under a sanitizer who reads takes his time.
        limits.stalled = .seconds(120)
        return limits
    }
}
