import Engine
import JSON
import Ledger
import Logging
import Loyalty
import MemoryStore
import Methods
import NIOCore
import RPC
import Server
import TestSupport

/// A server with the methods that the public JSON-RPC suites call.
enum FixtureServer {
    private static let positions = (1...16).map { "n\($0)" }

    private static let methods: [MethodTable<Handling>.Entry] = [
        .init(
            Method(
                "subtract", "The difference of two integers.",
                params: .object([
                    .required("minuend", .integer, "What is subtracted from."),
                    .required("subtrahend", .integer, "What is subtracted."),
                ]), order: ["minuend", "subtrahend"], result: .integer),
            Handling(.anyone) { request in
                integer((request.params["minuend"]?.int64 ?? 0) - (request.params["subtrahend"]?.int64 ?? 0))
            }),
        .init(
            Method(
                "sum", "The sum of some integers.",
                params: .object(positions.map { .optional($0, .integer, "A summand.") }), order: positions,
                result: .integer),
            Handling(.anyone) { request in
                integer(positions.compactMap { request.params[$0]?.int64 }.reduce(0, +))
            }),
        .init(
            Method("get_data", "Two values.", params: .anything, result: .array(of: .anything, count: 2...2)),
            Handling(.anyone) { _ in .reply(Array(#"["hello",5]"#.utf8)) }),
        takesAnything("update"), takesAnything("notify_hello"), takesAnything("notify_sum"),
    ]

    private static func takesAnything(_ name: String) -> MethodTable<Handling>.Entry {
        .init(
            Method(name, "Takes anything.", params: .anything, result: .anything),
            Handling(.anyone) { _ in .reply(Array("null".utf8)) })
    }

    private static func integer(_ value: Int64) -> Disposition { .reply(Array("\(value)".utf8)) }

    /// Starts it; the port is the second part.
    static func start() async throws -> (server: Server, port: Int) {
        let rules = RuleDirectory(Programs.book(Programs.coffee))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let engine = try Engine(
            store: MemoryStore(), rules: rules, clock: { EngineHarness.start }, drawID: { "x" },
            describe: { ResultShapes($2).result(of: $0, for: $1) }, logger: logger)
        let limits = ServerLimits()
        let service = Service(
            Service.Surroundings(
                rules: rules, clients: ClientDirectory(), clock: { EngineHarness.start }, drawID: { "x" },
                limits: limits.told, keys: try AllowanceKeys([]), version: "test"), extra: methods)
        let server = Server(engine: engine, service: service, limits: limits, logger: logger)
        let address = try await server.start(host: "127.0.0.1", port: 0)
        return (server, address?.port ?? 0)
    }
}
