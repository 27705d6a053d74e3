import Engine
import Foundation
import MemoryStore
import SQLiteStore
import TestSupport
import Testing

@testable import Simulator

/// Worlds of faults against the model. `make simulate` runs many more of them, for longer.
@Suite("Simulated worlds", .temporaryFolder)
struct WorldTests {
    private static let steps = 700

    /// In the last one a clock is put back before a commit that failed is decided again.
    @Test(
        "engines that meet faults do what the model foretells, in memory and on SQLite",
        arguments: Array(1...8) + [9012])
    func fixedSeeds(seed: UInt64) throws {
        let history = World.steps(Self.steps, seed: seed)
        let inMemory = try World(seed: seed)
        let difference = try inMemory.run(history)
        #expect(difference == nil, "seed \(seed), step \(difference?.step ?? 0): \(difference?.description ?? "")")
        let store = try SQLiteStore(path: TemporaryFolder.current.appending(path: "world.sqlite").path)
        let inFile = try World(seed: seed, on: store)
        let other = try inFile.run(history)
        #expect(other == nil, "seed \(seed) on SQLite: \(other?.description ?? "")")
        #expect(try inFile.export() == inMemory.export())
        try store.close()
    }

    @Test("an engine that has not heard of new rules yet refuses nothing that another one did under them")
    func rulesOfAnother() throws {
        let published = World.steps(5000, seed: 3).compactMap { step in
            if case .publish(let terms, _, _) = step.kind { terms } else { nil }
        }
        func journey(to node: Int) -> Journey {
            Journey(copies: [Journey.Copy(node: node, delay: 0, arrives: true)], losesReply: false, keyOf: nil)
        }
        let buy = Deed.buy(
            0, [Act.Line(quantity: 1, amount: 50)], late: 0, pay: 0, hold: nil, receiptOf: nil)
        // Engines hear of rules when the clock is turned. The first one meets these as it commits the purchase.
        let history = [
            Step(number: 1, kind: .deed(.enroll(0), journey(to: 0)), ends: [0], pause: 0),
            Step(
                number: 2, kind: .publish(try #require(published.first), lead: 1000, supersedes: false), ends: [],
                pause: 2000),
            Step(number: 3, kind: .deed(buy, journey(to: 0)), ends: [0, 0], pause: 0),
            Step(
                number: 4, kind: .deed(.giveBack(3, .everything, byReceipt: true), journey(to: 1)), ends: [1, 1],
                pause: 0
            ),
        ]
        let world = try World(seed: 3)
        let difference = try world.run(history)
        #expect(difference == nil, "\(difference?.description ?? "")")
        #expect(world.tally.operations == 3 && world.tally.refused == 0)
    }

    @Test("a seed brings the same world about every time")
    func sameSeed() throws {
        let history = World.steps(800, seed: 21)
        let (one, other) = (try World(seed: 21), try World(seed: 21))
        _ = try one.run(history)
        _ = try other.run(history)
        #expect(try one.export() == other.export())
        #expect(one.tally.operations > 100 && one.tally.refused > 20 && one.tally.faults > 3)
    }

    @Test("of a history that ends in a difference the steps stay that lead to it")
    func shrinking() {
        let history = World.steps(300, seed: 5)
        let shortest = World.shrink(history) { steps in
            let numbers = Set(steps.map(\.number))
            return numbers.isSuperset(of: [17, 230, 231])
        }
        #expect(shortest.map(\.number) == [17, 230, 231])
    }
}
