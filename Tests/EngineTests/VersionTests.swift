import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

@Suite("Rule sets by time in an engine")
struct VersionTests {
    private static let doubled = Programs.coffee.replacing(
        "earn: { points: 1, per: 100, of: order.eligible_amount, into: beans }",
        with: "earn: { points: 2, per: 100, of: order.eligible_amount, into: beans }")
    private static let first = Programs.ruleSet(Programs.coffee)
    private static let second = Programs.ruleSet(doubled, version: 2, from: "2026-05-16T12:00:00+09:00")

    private let store = MemoryStore()

    private func buy(_ key: String, at time: String) -> Command {
        .purchase(member: .card("c1"), .sale(1000, at: time, receipt: key))
    }

    private func versions() throws -> [Int64] {
        try store.read { try $0.operations(of: MemberNumber(1), after: 0, limit: 100) }
            .map(\.sealed.operation.ruleSetVersion)
    }

    @Test("a rule set that becomes known decides from its instant on, and late purchases go by their own")
    func turning() throws {
        let harness = try EngineHarness(store: store, ruleSet: Self.first)
        _ = harness.carryOut("e", .enroll(Enrollment(id: "m1", name: nil, identifiers: [.card("c1")])))
        _ = harness.carryOut("1", buy("1", at: "2026-05-16T10:00:00+09:00"))
        harness.rules.refresh(RuleBook([Self.first, Self.second]))
        harness.now = Instant("2026-05-16T11:59:59+09:00")
        _ = harness.carryOut("2", buy("2", at: "2026-05-16T11:59:59+09:00"))
        harness.now = Instant("2026-05-16T12:00:00+09:00")
        _ = harness.carryOut("3", buy("3", at: "2026-05-16T12:00:00+09:00"))
        _ = harness.carryOut("4", buy("4", at: "2026-05-16T11:59:59.999+09:00"))
        // Beans of both versions have lapsed, and tiers have ended, when the next purchase comes.
        harness.now = Instant("2029-05-16T12:00:00+09:00")
        let reply = harness.carryOut("5", buy("5", at: "2029-05-16T12:00:00+09:00"))
        #expect(reply.result != nil)
        #expect(try versions() == [1, 1, 1, 2, 1, 2, 2])
        #expect(try Verifier(store: store, book: harness.book).run().findings.isEmpty)
    }

    @Test("two versions in one batch each keep to their own limit of a budget")
    func limits() throws {
        func limited(_ points: Int) -> String {
            Programs.remembering.replacing("budget: { points: 1000,", with: "budget: { points: \(points),")
        }
        let book = RuleBook([
            Programs.ruleSet(limited(50)),
            Programs.ruleSet(limited(100), version: 2, from: "2026-05-16T09:00:00+09:00"),
        ])
        let harness = try EngineHarness(store: store, rules: RuleDirectory(book))
        _ = harness.carryOut("e", .enroll(Enrollment(id: "m1", name: nil, identifiers: [.card("c1")])))
        let times = ["08:59", "09:00", "08:58", "09:01", "08:57"]
        let commands = times.map { time in
            let command = buy(time, at: "2026-05-16T\(time):00+09:00")
            return (cause: Cause(time, command), command: command)
        }
        _ = harness.carryOut(commands)
        // 30 of 50, then 60 of 100, then none of 50, 90 of 100, none.
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [90])
        #expect(try Verifier(store: store, book: book).run().findings.isEmpty)
    }
}
