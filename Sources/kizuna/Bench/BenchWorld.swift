import Engine
import Foundation
import Ledger
import Logging
import Loyalty
import Methods
import PostgresStore
import Rules
import Synchronization
import Time

/// A database with so many members, and a server on it.
struct BenchWorld {
    let members: Int
    let databases: BenchDatabases
    let rules: RuleDirectory
    private let key: APIKey

    static let program = """
        schema: kizuna.program/v1
        id: bench
        money: { currency: JPY, base: tax_excluded }
        timezone: Asia/Tokyo
        points:
          beans: { expiry: { after: 12 months, end_of: month } }
          status: { kind: status, expiry: never }
        tiers:
          metric: { earned: status }
          levels: [{ id: regular, from: 0 }, { id: silver, from: 300 }, { id: gold, from: 1000 }]
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.eligible_amount, into: beans } }
          - { id: status, event: purchase, earn: { points: 1, per: 100, of: order.eligible_amount, into: status } }
          - { id: beans-double, event: purchase, multiply: { rules: [base], factor: "2", where: '"double" in item.tags' } }
        """

    /// Makes the database and enrolls the members, each with a card. Every one has bought once, as members have: a first
    /// purchase costs more than the others, because it is the first that puts down when something lapses.
    init(members: Int, in databases: BenchDatabases) throws {
        self.members = members
        self.databases = databases
        let store = try databases.make(.served)
        let document = databases.folder.appending(path: "bench.yaml").path
        try Self.program.write(toFile: document, atomically: true, encoding: .utf8)
        rules = try Startup.rules(in: store, file: document)
        var generator = SystemRandomNumberGenerator()
        key = APIKey(for: .admin, using: &generator)
        _ = try store.addClient(
            NewClient(name: "bench", role: .admin, keyDigest: key.digest, createdAt: Startup.clock()))
        let feeder = try EngineFeeder(store: store, rules: rules)
        feeder.feed((0..<members).lazy.map { .enroll(Enrollment(id: nil, name: nil, identifiers: [Self.card($0)])) })
        let now = Startup.clock()
        feeder.feed(
            (0..<members).lazy.map { .purchase(member: Self.card($0), Self.purchase(Self.firstSale + $0, at: now)) })
        feeder.finish()
        try store.close()
        try databases.settle(.served)
    }

    /// No load posts sales with numbers as great as those of the members' first ones.
    private static let firstSale = 1 << 53

    static func card(_ member: Int) -> Identifier {
        Identifier(.card, ExactText("9001 \(10_000_000 + member)"))
    }

    /// A sale as the load generator posts it.
    static func purchase(_ number: Int, at now: Instant) -> Purchase {
        Purchase(
            receipt: ReceiptNumber(
                store: "tokyo-01", terminal: ExactText("t\(number % 8)"), number: ExactText("\(number)")),
            channel: "pos", occurredAt: now, currency: "JPY",
            items: [
                Purchase.Item(sku: "latte", category: "drink", tags: ["double"], quantity: 2, amount: 1210, tax: 110),
                Purchase.Item(sku: "beans-200", category: "beans", tags: [], quantity: 1, amount: 1500, tax: 111),
            ])
    }

    /// Starts a server on the database.
    func startServer() throws -> BenchServer {
        try BenchServer(database: databases.argument(.served), key: key, members: members)
    }
}

/// A server in a process of its own.
///
/// `@unchecked Sendable` because nothing of it changes once it has started.
final class BenchServer: @unchecked Sendable {
    private let process = Process()
    private let port: Int
    private let key: APIKey
    private let members: Int

    init(database: String, key: APIKey, members: Int, arguments: [String] = []) throws {
        self.key = key
        self.members = members
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        // One key posts all of it.
        process.arguments =
            ["serve", "--database", database, "--port", "0", "--http-port", "off", "--calls-per-second", "0"]
            + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        port = try Self.port(from: output.fileHandleForReading)
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// Loads the server for some seconds.
    ///
    /// - Parameters:
    ///   - perSecond: how many purchases a second; as many as it answers if not given.
    ///   - isOver: whether the load ends already.
    ///   - members: those who buy; all of them if not given.
    func measure(
        _ kind: LoadKind = .purchases, seconds: Int, connections: Int, perSecond: Double? = nil,
        until isOver: () -> Bool = { false }, members: Range<Int>? = nil
    ) throws -> LoadResult {
        let generator = try LoadGenerator(
            port: port, key: key, kind, members: members ?? 0..<self.members, connections: connections)
        var result = try generator.run(seconds: seconds, perSecond: perSecond, until: isOver)
        result.peakMiB = Machine.peakMiB(of: process.processIdentifier)
        return result
    }

    /// Loads the server with so many purchases a second, and looks at its process every second.
    func soak(
        seconds: Int, perSecond: Double, connections: Int, everySecond look: (ProcessSample) throws -> Void
    ) throws -> LoadResult {
        let generator = try LoadGenerator(
            port: port, key: key, .purchases, members: 0..<members, connections: connections)
        return try generator.run(
            seconds: seconds, perSecond: perSecond,
            everySecond: { try look(Machine.sample(of: process.processIdentifier)) })
    }

    private static func port(from output: FileHandle) throws -> Int {
        var text = ""
        while true {
            let data = output.availableData
            guard !data.isEmpty else { throw CommandFailure("the server did not start") }
            text += String(decoding: data, as: UTF8.self)
            for line in text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1)
            where line.hasPrefix("listening on ") {
                if let port = line.split(separator: ":").last.flatMap({ Int($0) }) { return port }
            }
        }
    }
}

/// Feeds an engine of this process with commands, a full batch at a time.
final class EngineFeeder: ReplySink {
    private let engine: Engine
    private let answered = DispatchSemaphore(value: 0)
    private let run = UInt64.random(in: 0 ... .max)
    private let keys = Atomic<Int>(0)

    init(store: any Store, rules: RuleDirectory, clock: @escaping Clock = Startup.clock) throws {
        engine = try Engine(
            store: store, rules: rules, clock: clock, drawID: Startup.drawID,
            describe: { ResultShapes($2).result(of: $0, for: $1) }, logger: Logger(label: "bench"),
            cacheCapacity: 200_000, queryThreads: 1)
    }

    func deliver(_ replies: [(token: Int, reply: Reply)]) {
        for (_, reply) in replies {
            guard case .accepted(_, replayed: false) = reply else {
                preconditionFailure("the bench's own commands are accepted, and none comes twice: \(reply)")
            }
            answered.signal()
        }
    }

    /// Has commands carried out and waits for all of them.
    ///
    /// - Parameter window: so many are under way: two batches, so that the next one is full when the last one is durable.
    func feed(_ commands: some Sequence<Command>, window: Int = 256) {
        var number = 0
        for command in commands {
            if number >= window { answered.wait() }
            let key = keys.wrappingAdd(1, ordering: .relaxed).newValue
            let cause = Cause(client: 0, idempotencyKey: ExactText("bench/\(run)/\(key)"), fingerprint: .zero)
            let submission = Submission(cause: cause, command: command, sink: self, token: number)
            precondition(engine.submit(submission) == nil, "the window is smaller than the queue")
            number += 1
        }
        for _ in 0..<min(number, window) { answered.wait() }
    }

    func finish() {
        engine.drain()
    }
}
