import Engine
import Foundation
import MemoryStore
import SQLiteStore
import Simulator
import TestSupport
import Testing

/// Worlds of faults against the model. `make simulate` runs many more of them, for longer.
@Suite("Simulated worlds", .temporaryFolder)
struct WorldTests {
    private static let steps = 700

    @Test("engines that meet faults do what the model foretells, in memory and on SQLite", arguments: 1...8)
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
        // A purchase under rules that were just published, and its return at the other node.
        let numbers: Set = [2669, 3275, 3420, 3459, 3534]
        let history = World.steps(3534, seed: 3).filter { numbers.contains($0.number) }
        let difference = try World(seed: 3).run(history)
        #expect(difference == nil, "\(difference?.description ?? "")")
    }

    @Test("a seed brings the same world about every time")
    func sameSeed() throws {
        let history = World.steps(400, seed: 21)
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
