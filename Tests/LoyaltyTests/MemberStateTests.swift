import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

/// A state is a value, although all copies of it are in one place until one of them changes.
@Suite struct MemberStateTests {
    @Test func aCopyThatChangesLeavesTheOthersAsTheyWere() throws {
        var world = World(Programs.coffee)
        world.enroll(at: "2026-05-16T00:00:00Z")
        let before = try #require(world.member)
        var copy = before
        copy.version += 1
        copy.usages.add(Usage(UsageKey(kind: .stamps, id: "card"), 3))
        copy.traits = Traits(tags: ["staff"])
        #expect(world.member == before && copy != before)
        #expect(before.usages.isEmpty && before.traits.isEmpty && copy.version == before.version + 1)
        #expect(copy.usages.count == 1 && copy.traits.tags == ["staff"])
    }

    @Test func aDecisionLeavesTheStateThatItWasGivenAsItWas() throws {
        var world = World(Programs.coffee)
        world.enroll(at: "2026-05-16T00:00:00Z")
        let before = try #require(world.member)
        let (version, ledger, counters) = (before.version, before.ledger, before.counters)
        #expect(world.buy(1000, at: "2026-05-16T12:00:00Z") ?? 0 > 0)
        #expect(before.version == version && before.ledger == ledger && before.counters == counters)
        #expect(world.member?.version != version && world.member?.counters.purchases == 1)
    }

    @Test func statesAreEqualWhereTheyHoldTheSame() throws {
        let states = (0..<2).map { _ in
            var world = World(Programs.coffee)
            world.enroll(at: "2026-05-16T00:00:00Z")
            return world.member
        }
        #expect(states[0] == states[1] && Set(states).count == 1)
    }
}
