import Engine
import Ledger
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

@Suite("Beside the memory store", .temporaryFolder)
struct TwinTests {
    /// Two engines on one store, with random work that often collides. Everything is drawn from the seed.
    private static func history(_ first: any Store, _ second: any Store, seed: UInt64) throws -> [CommitOutcome] {
        var random = SeededGenerator(seed: seed)
        var books = [try Bookkeeper(first, seed: seed), try Bookkeeper(second, seed: seed + 1)]
        var members: [MemberNumber] = []
        var outcomes: [CommitOutcome] = []
        for round in 0..<120 {
            let engine = Int.random(in: 0...1, using: &random)
            for step in 0..<Int.random(in: 1...8, using: &random) {
                let key = ExactText("\(Int.random(in: 0..<900, using: &random))")
                if members.isEmpty || Int.random(in: 0..<6, using: &random) == 0 {
                    let id = ExactText("m\(Int.random(in: 0..<60, using: &random))")
                    members.append(try books[engine].enroll(id, key: key))
                    continue
                }
                guard let member = members.randomElement(using: &random) else { continue }
                if books[engine].states[member] == nil { try books[engine].learn(member) }
                // A member whose batch came to nothing.
                guard books[engine].states[member] != nil else { continue }
                switch Int.random(in: 0..<10, using: &random) {
                case 0: books[engine].link(member, Identifier(.card, key), key: ExactText("l\(round)/\(step)"))
                case 1: books[engine].expire(member, at: books[engine].now)
                default:
                    let expiry = Bool.random(using: &random) ? nil : books[engine].now + 20_000
                    try books[engine].purchase(
                        by: member, key: key, receipt: receipt("\(Int.random(in: 0..<900, using: &random))"),
                        earning: [("beans", Int64.random(in: 1...100, using: &random), expiry), ("stamps", 1, nil)])
                }
            }
            outcomes.append(try books[engine].commit())
        }
        return outcomes
    }

    @Test("every store ends with the same outcomes and contents", arguments: StoreKind.allCases, [1, 2, 3] as [UInt64])
    func sameHistory(kind: StoreKind, seed: UInt64) throws {
        let under = StoreUnderTest(kind)
        let twin = MemoryStore()
        let outcomes = try Self.history(under.open(), under.open(), seed: seed)
        #expect(try outcomes == Self.history(twin, twin, seed: seed))
        #expect(outcomes.contains(.committed) && outcomes.contains { $0 != .committed })
        #expect(try StoreContents(under.open()) == StoreContents(twin))
    }
}
