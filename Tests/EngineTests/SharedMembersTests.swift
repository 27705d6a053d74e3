import Engine
import Ledger
import Loyalty
import MemoryStore
import Synchronization
import TestSupport
import Testing

/// Two engines on one store whose customers go to both.
@Suite("Members whom two engines serve")
struct SharedMembersTests {
    @Test("cost a conflict now and then, not at every turn")
    func fewConflicts() throws {
        let commits = Mutex(0)
        let store = MemoryStore { _ in
            commits.withLock { $0 += 1 }
            return nil
        }
        let ruleSet = Programs.ruleSet(Programs.coffee)
        let engines = try (0..<2).map { _ in try EngineHarness(store: store, ruleSet: ruleSet) }
        for member in 1...5 { _ = engines[0].carryOut("e\(member)", enroll(member)) }
        // Both come to know all of them; then they take turns.
        for turn in 1...60 {
            for member in 1...5 {
                let name = "\(turn)/\(member)"
                let reply = engines[turn % 2].carryOut(name, buy(1000, card: "c\(member)", receipt: name))
                #expect(reply.isReplayed == false)
            }
        }
        let blocks = try store.read { try $0.counts() }.blocks
        let conflicts = commits.withLock { $0 } - Int(blocks)
        #expect((1...10).contains(conflicts), "\(conflicts) conflicts in \(blocks) batches")
    }
}
