import ArgumentParser
import Engine
import Foundation
import Logging
import Loyalty
import Methods
import NIOCore
import Rules
import Server

/// `kizuna serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer tills and shops over TCP.",
        discussion: """
            The database is made where there is none. A program that is named is checked, its own tests are run, and
            it is added as the newest rule set unless it is that already.

            SIGTERM and SIGINT end the server in order: it takes no new calls, answers those it has taken, and exits.

            EXAMPLES
              kizuna serve --demo
              kizuna serve --database /var/lib/kizuna/kizuna.sqlite --program rules/coffee.yaml
              PGPASSFILE=/etc/kizuna/pgpass kizuna serve --database postgres://kizuna@db.example/kizuna
            """)

    @Option(help: ArgumentHelp("The database file, or postgres://….", valueName: "path or url"))
    var database: String?

    @Option(help: ArgumentHelp("The program document to put in force.", valueName: "file"))
    var program: String?

    @Option(help: "The address to listen on; loopback only, because the line is not encrypted.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 7410

    @Option(help: "How many members are kept in memory.")
    var cachedMembers = 200_000

    @Flag(help: "Make a database in ./kizuna-demo with the coffee program, and print keys and lines to paste.")
    var demo = false

    func validate() throws {
        guard Self.loopback.contains(host) else {
            throw ValidationError("the line is not encrypted, so --host takes 127.0.0.1, ::1 or localhost only")
        }
        guard (0...65535).contains(port) else { throw ValidationError("--port takes 0 to 65535") }
        if let database { try DatabaseName(database).refuseSecret() }
        guard demo || database != nil else { throw ValidationError("name a database with --database, or try --demo") }
    }

    private static let loopback = ["127.0.0.1", "::1", "localhost"]

    func run() async throws {
        let path = try databasePath()
        let name = try DatabaseName(path)
        let isNew = !FileManager.default.fileExists(atPath: path)
        let logger = Logger(label: "kizuna.server")
        let store = try name.open { logger.warning("\($0)") }
        let rules = try Startup.rules(in: store, file: program ?? (demo && isNew ? Demo.program : nil))
        let keys = demo && isNew ? try Demo.makeKeys(in: store) : []

        let clients = ClientDirectory(try store.read { try $0.clients() })
        let refresher = Refresher(clients, rules, store: store, logger: logger)
        let engine = try Engine(
            store: store, rules: rules, clock: Startup.clock, drawID: Startup.drawID,
            describe: { ResultShapes($2).result(of: $0, for: $1) }, logger: logger, cacheCapacity: cachedMembers)
        let limits = ServerLimits()
        let service = Service(
            Service.Surroundings(
                rules: rules, clients: clients, clock: Startup.clock, drawID: Startup.drawID,
                limits: ToldLimits(limits), version: Kizuna.version))
        let server = Server(engine: engine, service: service, limits: limits, logger: logger)
        let signals = TerminationSignals()
        let address = try await server.start(host: host, port: port)

        let ruleSet = rules.book.inForce(at: Startup.clock())
        tell("絆 Kizuna \(Kizuna.version), program \(ruleSet.program.id) (rule set \(ruleSet.version)), \(name.shown)")
        tell("listening on \(host):\(address?.port ?? port)")
        if demo { tell(Demo.guide(port: address?.port ?? port, keys: keys, database: path)) }

        let signal = await signals.next()
        logger.info("going down", metadata: ["signal": "\(signal)"])
        try await server.shutDown()
        refresher.stop()
        try store.close()
    }

    /// Writes a line at once, also where a program and not a person reads it.
    private func tell(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private func databasePath() throws -> String {
        if let database { return database }
        try FileManager.default.createDirectory(atPath: Demo.folder, withIntermediateDirectories: true)
        return Demo.folder + "/kizuna.sqlite"
    }
}

extension ToldLimits {
    init(_ limits: ServerLimits) {
        self.init(
            connection: limits.connection, helloMs: limits.hello.nanoseconds / 1_000_000,
            idleMs: limits.idle.nanoseconds / 1_000_000, sessions: limits.sessions)
    }
}

/// Looks for new clients and rule sets every second, so that what another process adds is known within that time.
private final class Refresher {
    private let timer: any DispatchSourceTimer

    init(_ clients: ClientDirectory, _ rules: RuleDirectory, store: any Store, logger: Logger) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "kizuna.refresher"))
        timer.schedule(deadline: .now() + 1, repeating: 1)
        timer.setEventHandler {
            do {
                clients.refresh(try store.read { try $0.clients() })
                try rules.catchUp(with: store)
            } catch {
                logger.warning("clients and rule sets could not be read", metadata: ["error": "\(error)"])
            }
        }
        timer.resume()
    }

    func stop() {
        timer.cancel()
    }
}

/// SIGTERM and SIGINT as something to wait for.
private struct TerminationSignals {
    private let stream: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    func next() async -> Int32 {
        for await signal in stream { return signal }
        return SIGTERM
    }
}
