import ArgumentParser
import Engine
import Foundation
import HTTP
import Logging
import Loyalty
import Methods
import Metrics
import NIOCore
import Prometheus
import Rules
import Server
import ServiceLifecycle
import UnixSignals

/// `kizuna serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer tills and shops over TCP and HTTP.",
        discussion: """
            The database is made where there is none. A program that is named is checked, its own tests are run, and
            it is published unless it was before: what was published since stays in force when a server starts again.

            What the command line does not say is taken from the environment, then from the file that --config names;
            `kizuna config check` shows what holds. HTTP answers POST /rpc, /healthz, /readyz and /metrics.

            SIGTERM and SIGINT end the server in order: it takes no new calls, answers those it has taken, and exits.
            A second one ends it at once; what was answered is durable. SIGHUP reads the certificate anew; a demo ends \
            with its terminal.

            EXAMPLES
              kizuna serve --demo
              kizuna serve --database /var/lib/kizuna/kizuna.sqlite --program rules/coffee.yaml
              kizuna serve --config /etc/kizuna/kizuna.yaml
              kizuna serve --database DB --host 0.0.0.0 --tls-certificate cert.pem --tls-key key.pem
              PGPASSFILE=/etc/kizuna/pgpass kizuna serve --database postgres://kizuna@db.example/kizuna
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Make a database in ./kizuna-demo with the coffee program, and print keys and lines to paste.")
    var demo = false

    func run() async throws {
        let configuration = try settled()
        let levels = StandardErrorLog.Levels(configuration)
        let format = StandardErrorLog.Format(rawValue: configuration.text("log.format") ?? "") ?? .readable
        let log = LogQueue(to: STDERR_FILENO) { StandardErrorLog.notice(of: $0, format) }
        defer { log.flush(within: .seconds(1)) }
        LoggingSystem.bootstrap { StandardErrorLog(label: $0, format: format, levels: levels, write: log.write) }

        // From the first moment on: somebody may say it while a schema is brought up to date.
        if !demo { signal(SIGHUP, SIG_IGN) }
        let path = try databasePath(configuration)
        let name = try DatabaseName(path)
        let logger = Logger(label: "kizuna.server")
        let store = try name.open { logger.warning("\($0)") }
        let isUntold = try demo && store.read { try $0.ruleSets() }.isEmpty
        let rules = try Startup.rules(
            in: store, file: configuration.text("program") ?? (isUntold ? Demo.program : nil),
            notice: { logger.notice("\($0)") })

        let metrics = PrometheusRegistry(MetricFamily.catalogue)
        MetricsSystem.bootstrap(metrics)
        let clients = ClientDirectory(try store.read { try $0.clients() })
        let keys = try AllowanceKeys(of: store, at: Startup.clock())
        let refresher = Refresher(clients, rules, keys, store: store, logger: logger)
        let engine = try Engine(
            store: store, rules: rules, clock: Startup.clock, drawID: Startup.drawID,
            describe: { ResultShapes($2, signingBy: keys).result(of: $0, for: $1) },
            logger: Logger(label: "kizuna.engine"),
            metrics: metrics, cacheCapacity: configuration.number("cache.members"),
            reads: configuration.reads(of: store) { logger.warning("\($0)") },
            writesDue: configuration.text("due.work") == "on",
            retention: RetentionTerms(configuration))
        let limits = ServerLimits(configuration)
        let service = Methods.Service(
            Methods.Service.Surroundings(
                rules: rules, clients: clients, clock: Startup.clock, drawID: Startup.drawID,
                limits: limits.told, keys: keys, version: Kizuna.version),
            metrics: metrics, logger: Logger(label: "kizuna.calls"))
        let server = Server(engine: engine, service: service, limits: limits, logger: logger)
        let host = configuration.text("listen.host") ?? "127.0.0.1"
        let identity = try TLSIdentity(configuration)
        NamedFiles(configuration).cautions(of: identity).forEach { logger.warning("\($0)") }
        let reload = identity.map { CertificateReload($0, logger: logger) }
        let address = try await server.start(host: host, port: configuration.number("listen.port"), tls: identity)
        let port = address?.port ?? 0
        // Behind what may fail: they are shown once.
        let demoKeys = demo ? try Demo.makeKeys(in: store) : []
        try clients.catchUp(with: store)

        let ruleSet = rules.book.inForce(at: Startup.clock())
        Self.tell(
            "絆 Kizuna \(Kizuna.version), program \(ruleSet.program.id) (rule set \(ruleSet.version)), \(name.shown)")
        Self.tell("listening on \(host):\(port)\(identity == nil ? "" : " with TLS")")

        // Those behind go down before those in front of them, which they need.
        let gauges = ServerGauges(
            registry: metrics, engine: engine, server: server, identity: identity, program: ruleSet.program.id)
        let services: [any ServiceLifecycle.Service] = [
            refresher,
            LedgerGauges(
                store: store, metrics: metrics, looksForDue: configuration.text("due.work") != "on", logger: logger),
            Ports(server: server, http: http(configuration, engine, service, limits, identity, gauges)),
        ]
        if demo { Self.tell(Demo.guide(port: port, keys: demoKeys, database: path)) }
        let group = ServiceGroup(
            configuration: .init(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "kizuna.lifecycle")))
        let impatience = SecondSignal(logger: logger) { log.flush(within: .seconds(1)) }
        try await group.run()
        impatience.stop()
        reload?.stop()
        try store.close()
    }

    private func http(
        _ configuration: Configuration, _ engine: Engine, _ service: Methods.Service, _ limits: ServerLimits,
        _ identity: TLSIdentity?, _ gauges: ServerGauges
    ) -> HTTPServer? {
        guard case .number(let port)? = HTTPPort(argument: configuration.text("http.port") ?? "") else { return nil }
        let host = configuration.text("http.host") ?? "127.0.0.1"
        let tls = configuration.text("http.tls") == "on" ? identity : nil
        return HTTPServer(
            engine: engine, service: service, limits: HTTPLimits(configuration, limits), host: host, port: port,
            tls: tls,
            exposition: { gauges.exposition() }, logger: Logger(label: "kizuna.http"),
            whenListening: { Self.tell("HTTP on \(host):\($0)\(tls == nil ? "" : " with TLS")") })
    }

    /// What holds; throws for what is wrong.
    private func settled() throws -> Configuration {
        var (configuration, problems) = try options.resolve()
        problems += NamedFiles(configuration).problems()
        guard problems.isEmpty else {
            throw CommandFailure("the configuration is wrong\n" + problems.map { "  \($0)" }.joined(separator: "\n"))
        }
        return configuration
    }

    private func databasePath(_ configuration: Configuration) throws -> String {
        if let database = configuration.text("database") {
            if demo { throw CommandFailure("--demo makes keys and a database of its own; leave out `database`") }
            return database
        }
        guard demo else {
            throw CommandFailure("name a database with --database, or try --demo")
        }
        try FileManager.default.createDirectory(atPath: Demo.folder, withIntermediateDirectories: true)
        return Demo.folder + "/kizuna.sqlite"
    }

    /// Writes a line at once, also where a program and not a person reads it.
    private static func tell(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

extension RetentionTerms {
    init(_ configuration: Configuration) {
        self.init(
            answerDays: configuration.text("retention.answer_days").flatMap { Int($0) },
            silentMemberDays: configuration.text("retention.silent_member_days").flatMap { Int($0) })
    }
}

extension TLSIdentity {
    /// What the server proves itself by; `nil` for a plain line.
    convenience init?(_ configuration: Configuration) throws {
        guard let certificate = configuration.text("tls.certificate"), let key = configuration.text("tls.key") else {
            return nil
        }
        try self.init(
            Files(certificate: certificate, key: key, clientAuthority: configuration.text("tls.client_authority")))
    }
}

extension StandardErrorLog.Levels {
    init(_ configuration: Configuration) {
        general = Logger.Level(rawValue: configuration.text("log.level") ?? "") ?? .info
        byLabel = Self.pairs(in: configuration.text("log.levels") ?? "") ?? [:]
    }
}
