import Engine
import PostgresStore
import Simulator
import Testing

/// Worlds of faults on a real database, as `SimulationTests` has them in memory and in a file.
@Suite("Simulated worlds on PostgreSQL", .needsPostgres)
struct SimulatedWorldTests {
    /// Each engine has connections of its own, as servers on different machines have.
    @Test("engines that share a database do what the model foretells, and what is done in memory", arguments: 1...3)
    func fixedSeeds(seed: UInt64) throws {
        let history = World.steps(400, seed: seed)
        let inMemory = try World(seed: seed)
        let difference = try inMemory.run(history)
        #expect(difference == nil, "seed \(seed) in memory: \(difference?.description ?? "")")
        let database = try TestDatabase()
        let stores = try (0..<World.engines).map { _ in try database.open() }
        defer { for store in stores { store.close() } }
        let world = try World(seed: seed, sharing: stores)
        let other = try world.run(history)
        #expect(other == nil, "seed \(seed), step \(other?.step ?? 0): \(other?.description ?? "")")
        #expect(world.tally.operations > 50 && world.tally.faults > 0)
        // Every engine has written, through connections of its own.
        #expect(try database.number("SELECT count(DISTINCT writer) FROM block") >= Int64(World.engines))
        #expect(try world.export() == inMemory.export())
    }
}
