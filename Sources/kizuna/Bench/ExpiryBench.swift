import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import Rules
import SQLiteStore
import Synchronization
import Time

// A midnight at which the points of every tenth member lapse, while tills go on selling at a steady pace.
//
// The members are made once and kept, because that takes minutes. Each measurement works on a copy: first a server that
// does not write down what is due, for the quiet value, and then one that does.

/// Measures what writing down a great expiry costs tills, and how fast it goes.
struct ExpiryBench {
    /// Where the members are kept from run to run.
    let folder: URL
    let members: Int
    let purchasesPerSecond: Int
    let seconds: Int

    private static let program = """
        schema: kizuna.program/v1
        id: bench
        money: { currency: JPY, base: tax_excluded }
        timezone: Asia/Tokyo
        enroll: { unknown_card: enroll }
        points: { beans: { expiry: { after: 30 days } } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.eligible_amount, into: beans } }
        """

    private var base: String { folder.appending(path: "members-\(members).sqlite").path }
    private var keyFile: String { folder.appending(path: "members-\(members).key").path }

    func run() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: keyFile) { try makeMembers() }
        let key = APIKey(try String(contentsOfFile: keyFile, encoding: .utf8))
        print("\(members) members, of whom \(members / 10) lapse; \(purchasesPerSecond) purchases a second")
        print("                       p50        p99    written")
        let quiet = try measure(key, writesDue: false)
        print(String(format: "quiet            %6.1f ms  %6.1f ms", quiet.load.p50Ms, quiet.load.p99Ms))
        let busy = try measure(key, writesDue: true)
        print(
            String(
                format: "while it works   %6.1f ms  %6.1f ms   %6.0f members/s, in %.1f s", busy.load.p50Ms,
                busy.load.p99Ms, Double(members / 10) / busy.seconds, busy.seconds))
        print(String(format: "p99 is %.2f × the quiet one", busy.load.p99Ms / quiet.load.p99Ms))
    }

    private func makeMembers() throws {
        print("making \(members) members …")
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: base + suffix) }
        let store = try SQLiteStore(path: base)
        let document = folder.appending(path: "expiry.yaml").path
        try Self.program.write(toFile: document, atomically: true, encoding: .utf8)
        let rules = try Startup.rules(in: store, file: document)
        var generator = SystemRandomNumberGenerator()
        let key = APIKey(for: .admin, using: &generator)
        _ = try store.addClient(
            NewClient(name: "bench", role: .admin, keyDigest: key.digest, createdAt: Startup.clock()))
        // Of those who bought forty days ago everything has lapsed since; the others have bought today.
        let now = Startup.clock()
        let lapsed = now - 40 * 86_400_000
        for (part, instant) in [(true, lapsed), (false, now)] {
            let feeder = try EngineFeeder(store: store, rules: rules) { instant }
            feeder.feed(
                (0..<members).lazy.filter { ($0 % 10 == 0) == part }.map {
                    .purchase(member: BenchWorld.card($0), BenchWorld.purchase($0, at: instant))
                })
            feeder.finish()
        }
        // Every due time was put down with its member: what a server finds that served from the first day on.
        try store.schedule([], survey: DueSurvey(ruleSet: rules.book.newestVersion, upTo: DueSurvey.end))
        try store.close()
        try key.text.write(toFile: keyFile, atomically: true, encoding: .utf8)
    }

    /// Loads a server on a copy, for so many seconds or until everything is written.
    private func measure(_ key: APIKey, writesDue: Bool) throws -> (load: LoadResult, seconds: Double) {
        let copy = folder.appending(path: "copy.sqlite").path
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
        try FileManager.default.copyItem(atPath: base, toPath: copy)
        // What the copy left to be written would be written while tills wait for the disk.
        sync()
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) } }
        // The server writes from its start on, so it is started into a load that waits for it.
        let server = try BenchServer(
            database: copy, key: key, members: members, arguments: ["--due-work", writesDue ? "on" : "off"])
        let started = ContinuousClock.now
        guard writesDue else {
            let result = try server.measure(
                seconds: seconds, connections: 8, perSecond: Double(purchasesPerSecond))
            return (result, Double(seconds))
        }
        let watcher = try DueWatcher(database: copy)
        let result = try server.measure(
            seconds: 120, connections: 8, perSecond: Double(purchasesPerSecond), until: { watcher.isDone })
        return (result, (watcher.doneAt - started) / .seconds(1))
    }
}

/// Looks from time to time whether something is still due.
private final class DueWatcher: Sendable {
    private let store: SQLiteStore
    private let end = Mutex<ContinuousClock.Instant?>(nil)

    init(database: String) throws {
        var options = SQLiteStore.Options()
        options.isReadOnly = true
        store = try SQLiteStore(path: database, options: options)
        let thread = Thread { [self] in
            while !isDone {
                Thread.sleep(forTimeInterval: 0.02)
                let now = Startup.clock()
                let isOver = (try? store.read { try $0.due(upTo: now, after: .start, limit: 1).isEmpty }) ?? false
                if isOver { end.withLock { $0 = .now } }
            }
        }
        thread.start()
    }

    var isDone: Bool { end.withLock { $0 != nil } }
    var doneAt: ContinuousClock.Instant { end.withLock { $0 ?? .now } }
}
