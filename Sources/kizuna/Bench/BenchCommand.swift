import ArgumentParser
import Engine
import Foundation
import PostgresStore

/// `kizuna bench`
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine: JSON, the store alone, and the server end to end.",
        discussion: """
            Makes databases in a temporary folder, with every commit flushed to the disk, and removes them afterwards.
            The store's bound is the same rows in the same batches, written by a bare loop without engine, rules and
            socket. The bound and the server take turns, so that a busy machine slows both.

            EXAMPLES
              kizuna bench
              kizuna bench --members 10000 --seconds 5 --rounds 1
              kizuna bench --backtest          the backtest alone
              kizuna bench --soak 1800         half of the greatest load for half an hour
              kizuna bench --expiry            tills while 100,000 of 1,000,000 members lose points at once
              kizuna bench --growth            also the cost per purchase at 10,000 and 1,000,000 members
              kizuna bench --database postgres://bench@127.0.0.1/postgres
            """)

    @Option(help: "How many members the database has; 100000 without it, and 1000000 for --expiry.")
    var members: Int?

    @Option(help: "How long each measurement of the server takes.")
    var seconds = 5

    @Option(help: "How often the store's bound and the server take turns.")
    var rounds = 3

    @Option(help: "How many connections the load comes from, each with 32 calls in flight.")
    var connections = 8

    @Flag(help: "Compare 10,000 with 1,000,000 members, too; this takes minutes.")
    var growth = false

    @Option(help: "How many purchases the backtest has to decide again.")
    var history = 100_000

    @Flag(help: "Measure the backtest alone.")
    var backtest = false

    @Flag(help: "Measure alone what it costs tills to write down a great expiry; the first time this takes minutes.")
    var expiry = false

    @Option(help: ArgumentHelp("How many purchases a second tills post during an expiry.", valueName: "count"))
    var pace = 2000

    @Option(
        help: ArgumentHelp(
            "Load the server for so many seconds with half of what it can take, and see whether its memory and its "
                + "open files stay as they are.", valueName: "seconds"))
    var soak: Int?

    @Option(
        help: ArgumentHelp(
            "Where the databases are made; the system's temporary folder if not given.", valueName: "path"))
    var folder: String?

    @Option(
        help: ArgumentHelp(
            "A PostgreSQL server to measure on instead of SQLite, whose role may create databases.", valueName: "url"))
    var database: String?

    func validate() throws {
        if let database {
            guard ConnectionString.isOne(database) else { throw ValidationError("--database takes postgres://…") }
            guard !growth else { throw ValidationError("--growth compares sizes on SQLite") }
            try DatabaseName(database).refuseSecret()
        }
        guard soak.map({ $0 >= 60 }) ?? true else { throw ValidationError("--soak takes 60 seconds or more") }
        guard !expiry || database == nil else { throw ValidationError("--expiry measures SQLite") }
        guard members ?? 1 > 0, pace > 0, seconds > 0, rounds > 0, history > 0, (1...500).contains(connections) else {
            throw ValidationError("--members, --seconds, --rounds, --history and --connections take numbers from 1 on")
        }
    }

    func run() throws {
        if expiry {
            // The members are kept, so they are not in the folder that is removed.
            let folder = folder.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
            print(Machine.description)
            try ExpiryBench(
                folder: folder.appending(path: "kizuna-expiry"), members: members ?? 1_000_000,
                purchasesPerSecond: pace, seconds: seconds
            ).run()
            return
        }
        let parent = folder.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        let place = parent.appending(path: "kizuna-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        print(Machine.description)
        let scratch = try database.map {
            ScratchDatabases(try ConnectionString($0), number: ProcessInfo.processInfo.processIdentifier)
        }
        let databases = try BenchDatabases(in: place.appending(path: "bound"), on: scratch)
        defer { try? databases.drop() }
        print("kizuna \(Kizuna.version), \(try databases.description())")
        print("")
        if let soak {
            return try SoakBench(seconds: soak, connections: connections).run(
                on: BenchWorld(members: members ?? 100_000, in: databases))
        }
        if backtest {
            try BacktestBench.run(in: place.appending(path: "backtest"), purchases: history)
            return
        }
        JSONBench.run()
        RulesBench.run()
        if database == nil {
            try BacktestBench.run(in: place.appending(path: "backtest"), purchases: history)
        }
        try compareWithBound(in: databases)
        if growth { try compareSizes(in: place) }
    }

    private func compareWithBound(in databases: BenchDatabases) throws {
        let members = members ?? 100_000
        print("\nseeding \(members) members …")
        let world = try BenchWorld(members: members, in: databases)
        let bound = try StoreBound(world, purchases: 30_000 * rounds)
        // One server for all rounds, as in a shop: it starts with an empty cache, which fills as members come by.
        let server = try world.startServer()
        var rates: [(bound: Double, server: LoadResult)] = []
        var logBytes: [Double] = []
        var bareShares: [(rate: Double, share: Double)] = []
        print("round   store alone      server        p50       p99    peak memory   server/store")
        for round in 1...rounds {
            let rate = try bound.measure(part: round - 1, of: rounds)
            if let bare = try bound.measureBare(part: round - 1, of: rounds) { bareShares.append((bare, rate / bare)) }
            let logBefore = try databases.logBytes()
            let result = try server.measure(seconds: seconds, connections: connections)
            if let logBefore, let logAfter = try databases.logBytes() {
                logBytes.append(Double(logAfter - logBefore) / (result.perSecond * Double(seconds)))
            }
            rates.append((rate, result))
            print(
                String(
                    format: "%5d   %8.0f /s   %8.0f /s   %6.1f ms %6.1f ms   %8.1f MiB   %11.0f %%", round, rate,
                    result.perSecond, result.p50Ms, result.p99Ms, result.peakMiB, result.perSecond / rate * 100))
        }
        let median = rates.map(\.server.perSecond).median
        let share = rates.map { $0.server.perSecond / $0.bound * 100 }.median
        print(String(format: "median: %.0f durable purchases/s end to end, %.0f %% of the store alone", median, share))
        if !bareShares.isEmpty {
            print(
                String(
                    format:
                        "median: %.0f /s by a bare loop over libpq that writes the same rows, of which the store alone is %.0f %%",
                    bareShares.map(\.rate).median, bareShares.map(\.share).median * 100))
        }
        guard !logBytes.isEmpty else { return }
        print(String(format: "median: %.0f bytes of WAL per purchase", logBytes.median))
        try LoadVariants(
            world: world, server: server, greatest: median, seconds: seconds, connections: connections
        ).run()
    }

    /// The two sizes take turns, because a machine's speed drifts by more than what they differ in.
    private func compareSizes(in place: URL) throws {
        let sizes = [10_000, 1_000_000]
        var servers: [BenchServer] = []
        for members in sizes {
            print("\nseeding \(members) members …")
            let world = try BenchWorld(
                members: members, in: BenchDatabases(in: place.appending(path: "\(members)")))
            servers.append(try world.startServer())
        }
        var ratios: [Double] = []
        print("round   10000 members       p99   1000000 members       p99    peak memory   cost")
        for round in 1...rounds {
            let few = try servers[0].measure(seconds: seconds, connections: connections)
            let many = try servers[1].measure(seconds: seconds, connections: connections)
            ratios.append(few.perSecond / many.perSecond)
            print(
                String(
                    format: "%5d   %10.0f /s %6.1f ms   %12.0f /s %6.1f ms   %8.1f MiB   %4.2f ×", round,
                    few.perSecond, few.p99Ms, many.perSecond, many.p99Ms, many.peakMiB,
                    few.perSecond / many.perSecond))
        }
        print(
            String(format: "median: a purchase at 1,000,000 members costs %.2f × that at 10,000", ratios.median))
    }
}

extension [Double] {
    /// The middle one.
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
