import ArgumentParser
import Engine
import Foundation
import MemoryStore
import PostgresStore
import SQLiteStore
import Simulator

/// Runs simulated worlds, and tells of the first difference with the history that leads to it.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kizuna-simulate",
        abstract: "Run engines through histories of faults, and compare all that comes of them with a naive model.",
        discussion: """
            The same seed and the same number of steps give the same history. Exits with 1 at a difference.

            EXAMPLES
              kizuna-simulate --seed 7 --steps 5000
              kizuna-simulate --seed 1 --seeds 200 --steps 5000 --store sqlite --compare
              kizuna-simulate --seed 7 --steps 200 --store postgres://kizuna@localhost/simulation
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, from the first one on.")
    var seeds: UInt64 = 1

    @Option(help: "Steps a seed.")
    var steps = 5000

    @Option(help: "memory, sqlite, or the connection string of an empty PostgreSQL database for one seed.")
    var store = "memory"

    @Option(help: "Instead of seeds: every history over two members of up to so many letters.")
    var smallWorlds: Int?

    @Flag(help: "Run each seed in memory as well, and compare what both stores hold at the end.")
    var compare = false

    @Flag(help: "Print a difference as it was found, without looking for the fewest steps that lead to it.")
    var asFound = false

    @Option(help: "A folder for SQLite files.")
    var folder = FileManager.default.temporaryDirectory.path

    func validate() throws {
        guard steps > 0, seeds > 0 else { throw ValidationError("seeds and steps must be greater than zero") }
        if ConnectionString.isOne(store), seeds > 1 {
            throw ValidationError("a PostgreSQL database holds the world of one seed")
        }
        guard store == "memory" || store == "sqlite" || ConnectionString.isOne(store) else {
            throw ValidationError("--store is memory, sqlite or a connection string of PostgreSQL")
        }
    }

    func run() throws {
        let began = ContinuousClock.now
        if let smallWorlds {
            do {
                for (name, count) in try SmallWorlds.tell(upTo: smallWorlds) {
                    print(
                        "\(count.histories) histories of \(name): \(count.accepted) commands accepted, "
                            + "\(count.refused) refused")
                }
            } catch let difference as Difference {
                print(difference)
                throw ExitCode(1)
            }
            print("No difference; \(ContinuousClock.now - began)")
            return
        }
        var tally = Tally()
        for seed in seed..<seed + seeds {
            let history = World.steps(steps, seed: seed)
            let (world, difference) = try play(history, seed: seed)
            if let difference { try fail(difference, history, seed: seed) }
            tally.add(world.tally)
        }
        let took = ContinuousClock.now - began
        print(
            """
            \(seeds) seeds of \(steps) steps without a difference: \(tally.operations) operations in \(tally.batches) \
            batches, \(tally.refused) refused, \(tally.replayed) replayed, \(tally.unavailable) not taken, \
            \(tally.faults) faults, \(tally.queries) queries; \(took)
            """)
    }

    private func play(_ history: [Step], seed: UInt64) throws -> (World, Difference?) {
        let path = "\(folder)/kizuna-simulation-\(ProcessInfo.processInfo.processIdentifier)-\(seed).sqlite"
        let opened: any Store
        if store == "memory" {
            opened = MemoryStore()
        } else if store == "sqlite" {
            opened = try SQLiteStore(path: path)
        } else {
            opened = try PostgresStore(store)
        }
        defer {
            try? (opened as? SQLiteStore)?.close()
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        }
        let world = try World(seed: seed, on: opened)
        var difference = try world.run(history)
        if compare, difference == nil {
            let twin = try World(seed: seed)
            difference = try twin.run(history)
            let (one, other) = (try world.export(), try twin.export())
            if let line = zip(one, other).first(where: { $0 != $1 }) {
                difference = Difference(step: steps, description: "\(store): \(line.0)\nmemory: \(line.1)")
            } else if one.count != other.count {
                difference = Difference(step: steps, description: "\(one.count) lines, \(other.count) in memory")
            }
        }
        return (world, difference)
    }

    private func fail(_ difference: Difference, _ history: [Step], seed: UInt64) throws -> Never {
        print("seed \(seed), step \(difference.step):\n\(difference)\n")
        if asFound { throw ExitCode(1) }
        let prefix = history.filter { $0.number <= difference.step }
        let shortest = try World.shrink(prefix) { try World(seed: seed).run($0) != nil }
        let last = try World(seed: seed).run(shortest)
        print("\(shortest.count) steps lead to a difference:")
        for step in shortest { print("  \(step)") }
        print("\n\(last.map(\.description) ?? "It does not come about in memory.")\n")
        print("Again: kizuna-simulate --seed \(seed) --steps \(steps)")
        throw ExitCode(1)
    }
}
