import Engine
import Foundation
import Ledger
import Loyalty
import PostgresStore
import Synchronization

/// What one database of several engines shows under other loads than the greatest one. Every figure stands beside one
/// of the plain load, measured right before it: a machine's speed drifts.
struct LoadVariants {
    let world: BenchWorld
    let server: BenchServer
    /// The rate that the plain load reached.
    let greatest: Double
    let seconds: Int
    let connections: Int

    func run() throws {
        print("\nload                                       calls/s   beside plain        p50       p99")
        let half = try server.measure(seconds: seconds, connections: connections, perSecond: greatest / 2)
        show("half of the greatest load", half, beside: nil)
        show("one transaction a purchase, 8 at once", try oneByOne(), beside: nil)
        try withSlowFlush()
        try withTwoServers()
        try withReward()
        try withBudget()
    }

    private func show(_ name: String, _ result: LoadResult, beside plain: LoadResult?) {
        let share = plain.map { String(format: "%.0f %%", result.perSecond / $0.perSecond * 100) } ?? "-"
        print(
            String(
                format: "%@ %11.0f /s   %12@ %7.1f ms %6.1f ms",
                name.padding(toLength: 37, withPad: " ", startingAt: 0),
                result.perSecond, share, result.p50Ms, result.p99Ms))
    }

    private func plain() throws -> LoadResult {
        try server.measure(seconds: seconds, connections: connections)
    }

    /// The same engine without batches: eight of them, each with members of its own and one purchase under way.
    private func oneByOne() throws -> LoadResult {
        let engines = 8
        let purchases = max(1, 400 * seconds)
        let latencies = Mutex<[UInt64]>([])
        let failures = Mutex<[any Error]>([])
        let started = ContinuousClock.now
        let running = DispatchGroup()
        for engine in 0..<engines {
            running.enter()
            // A thread for each: a queue runs no more at once than there are processors.
            Thread.detachNewThread {
                defer { running.leave() }
                do {
                    let own = try purchaseOneByOne(purchases, as: engine, of: engines)
                    latencies.withLock { $0 += own }
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
        }
        running.wait()
        if let failure = failures.withLock({ $0.first }) { throw failure }
        let took = (ContinuousClock.now - started) / .seconds(1)
        let sorted = latencies.withLock { $0.sorted() }
        return LoadResult(
            perSecond: Double(sorted.count) / took, p50Ms: Double(sorted[sorted.count / 2]) / 1e6,
            p99Ms: Double(sorted[sorted.count * 99 / 100]) / 1e6)
    }

    /// What each purchase took, in nanoseconds.
    private func purchaseOneByOne(_ purchases: Int, as engine: Int, of engines: Int) throws -> [UInt64] {
        let store = try world.databases.open(.decided)
        let feeder = try EngineFeeder(store: store, rules: world.rules)
        var generator = SystemRandomNumberGenerator()
        let run = UInt32.random(in: 0 ... .max, using: &generator)
        var latencies: [UInt64] = []
        for number in 0..<purchases {
            let member = Int.random(in: 0..<max(1, world.members / engines), using: &generator) * engines + engine
            let card = BenchWorld.card(min(member, world.members - 1))
            let sentAt = DispatchTime.now().uptimeNanoseconds
            let purchase = BenchWorld.purchase(Int(run) << 20 + number, at: Startup.clock())
            feeder.feed([.purchase(member: card, purchase)], window: 1)
            latencies.append(DispatchTime.now().uptimeNanoseconds - sentAt)
        }
        feeder.finish()
        try store.close()
        return latencies
    }

    /// A disk that takes two milliseconds more for every flush.
    private func withSlowFlush() throws {
        let before = try plain()
        try world.databases.delayFlushes(microseconds: 2000)
        defer { try? world.databases.delayFlushes(microseconds: 0) }
        show("a flush takes 2 ms more", try plain(), beside: before)
    }

    /// A second server on the same database, first with members of its own, then with the same ones.
    private func withTwoServers() throws {
        let before = try plain()
        let second = try world.startServer()
        for isShared in [false, true] {
            let middle = world.members / 2
            let halves = isShared ? [nil, nil] : [0..<middle, middle..<world.members]
            let results = Mutex<[LoadResult]>([])
            let failures = Mutex<[any Error]>([])
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                do {
                    let result = try [server, second][index].measure(
                        seconds: seconds, connections: max(1, connections / 2), members: halves[index])
                    results.withLock { $0.append(result) }
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
            if let failure = failures.withLock({ $0.first }) { throw failure }
            let both = results.withLock { results in
                LoadResult(
                    perSecond: results.reduce(0) { $0 + $1.perSecond }, p50Ms: results.map(\.p50Ms).max() ?? 0,
                    p99Ms: results.map(\.p99Ms).max() ?? 0)
            }
            show(isShared ? "two servers, the same members" : "two servers, each its own members", both, beside: before)
        }
    }

    /// Members redeem the same reward, first one of which there is no end, and then one from a single stock. The load is
    /// the same but for the row that all of them share.
    private func withReward() throws {
        let members = 0..<min(world.members, 2000)
        let store = try world.databases.open(.served)
        let feeder = try EngineFeeder(store: store, rules: world.rules)
        let gift = Adjustment(currency: CurrencyID("beans"), points: 1_000_000_000, reason: "bench")
        feeder.feed(members.map { .adjust(member: BenchWorld.card($0), gift) })
        feeder.finish()
        try store.close()
        func measure(_ stock: String) throws -> LoadResult {
            try publish(
                BenchWorld.program + """

                    redemption:
                      rewards: [{ id: cup, title: { en: Cup }, points: beans, cost: 1\(stock) }]
                    """)
            return try server.measure(.rewards, seconds: seconds, connections: connections, members: members)
        }
        let before = try measure("")
        show("a reward without a stock", before, beside: nil)
        show("all redeem from one stock", try measure(", stock: 1000000000"), beside: before)
    }

    /// Every purchase draws on the one budget of a campaign.
    private func withBudget() throws {
        let before = try plain()
        try publish(
            BenchWorld.program.replacing(
                "rules:\n  - { id: base,",
                with: """
                    campaigns: [{ id: rush, budget: { points: 1000000000000, when_short: partial } }]
                    rules:
                      - { id: base, campaign: rush,
                    """))
        show("all draw on one campaign's budget", try plain(), beside: before)
    }

    /// Publishes a program and waits until the server knows it.
    private func publish(_ source: String) throws {
        let store = try world.databases.open(.served)
        _ = try Publisher(store: store, clock: Startup.clock, file: "bench.yaml").publish(
            source, start: .after(0), note: "bench", by: .commandLine)
        try store.close()
        // The server looks for rule sets once a second.
        Thread.sleep(forTimeInterval: 2.5)
    }
}
