import Engine
import Ledger
import Logging
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing

/// Two engines on one store: what one of them did, the other one knows, also where it only has to refuse.
struct TwoEnginesTests {
    private static let beans = CurrencyID("beans")

    @Test("points that came in at one engine can be spent at the other, which remembers the member without them")
    func spendingWhatAnotherEngineGave() throws {
        let store = MemoryStore()
        let (one, other) = (try engine(on: store), try engine(on: store))
        // The first one keeps the member in memory.
        #expect(one.carryOut("join", enroll(1)).result != nil)
        #expect(one.carryOut("early", redeem(50)).refusal == .paymentOutOfBounds(least: 10, most: 0, step: 5))

        let gift = Adjustment(currency: Self.beans, points: 100, reason: "test")
        #expect(other.carryOut("gift", .adjust(member: .card("c1"), gift)).result != nil)
        #expect(one.carryOut("late", redeem(50)).result != nil)
        // And the other way round: what is gone is not promised by a refusal's figures.
        #expect(other.carryOut("more", redeem(80)).refusal == .paymentOutOfBounds(least: 10, most: 50, step: 5))
    }

    @Test("a refusal looks at the member afresh behind other refusals of its batch as well")
    func severalRefusalsInARow() throws {
        let store = MemoryStore()
        let (one, other) = (try engine(on: store), try engine(on: store))
        for number in 1...3 { #expect(one.carryOut("join\(number)", enroll(number)).result != nil) }
        for number in 1...3 {
            let gift = Adjustment(currency: Self.beans, points: 60, reason: "test")
            #expect(other.carryOut("gift\(number)", .adjust(member: .card("c\(number)"), gift)).result != nil)
        }
        let commands = [redeem(70), redeem(60), redeem(60, card: "c2"), redeem(60, card: "c3")]
        let replies = one.carryOut(
            commands.enumerated().map { (Cause("redeem\($0)", $1), $1) })
        #expect(replies[0].refusal == .paymentOutOfBounds(least: 10, most: 60, step: 5))
        #expect(replies.dropFirst().allSatisfy { $0.result != nil })
    }

    @Test("an award is cut by what is used of a budget, not by what had been used of it")
    func budgetGivenBack() throws {
        // 30 points of the budget go to each purchase.
        let ruleSet = Programs.ruleSet(
            Programs.remembering.replacing("budget: { points: 1000,", with: "budget: { points: 100,"))
        let store = MemoryStore()
        let one = try EngineHarness(store: store, ruleSet: ruleSet)
        let other = try EngineHarness(store: store, ruleSet: ruleSet)
        #expect(one.carryOut("join", enroll(1)).result != nil)
        for receipt in 1...3 {
            #expect(one.carryOut("\(receipt)", buy(100, card: "c1", receipt: "\(receipt)")).result != nil)
        }
        // As far as the first one knows, 90 are used.
        let third = try #require(buy(100, card: "c1", receipt: "3").receipt)
        let back = Command.return(.receipt(third), Return(.everything, occurredAt: other.now))
        #expect(other.carryOut("back", back).result != nil)
        #expect(one.carryOut("4", buy(100, card: "c1", receipt: "4")).result != nil)
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [90])
    }

    private func engine(on store: MemoryStore) throws -> EngineHarness {
        try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.spending))
    }

    private func redeem(_ points: Int64, card: String = "c1") -> Command {
        .redeem(member: .card(card), .points(Self.beans, Points(points)))
    }
}

/// What is decided again when a rule set becomes known in the middle of a commit.
struct TurningPageTests {
    private final class Silence: ReplySink {
        func deliver(_ replies: [(token: Int, reply: Reply)]) {}
    }

    @Test("a budget is not used twice by what is decided again behind a conflict")
    func budget() throws {
        // 30 points of the budget go to each purchase.
        let program = Programs.remembering.replacing("budget: { points: 1000,", with: "budget: { points: 90,")
        let store = MemoryStore()
        let clock: Clock = { EngineHarness.start }
        _ = store.addRuleSet(Programs.publication(program), clock: clock)
        let rules = try #require(try RuleDirectory(of: store, zones: Programs.zones))
        var lane = try SteppedLane(
            store: store, clock: clock, drawID: { "m" }, drawCode: { "c" }, rules: rules, describe: { _, _, _ in [] },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, cacheCapacity: 100)
        let sink = Silence()
        func submission(_ key: String, _ command: Command) -> Submission {
            Submission(cause: Cause(key, command), command: command, sink: sink, token: 1)
        }
        lane.decide([submission("join", enroll(1))])
        lane.finishCommit()
        lane.decide([submission("1", buy(100, card: "c1", receipt: "1"))])
        lane.decide([submission("2", buy(100, card: "c1", receipt: "2"))])
        // The batch under way does not know this one, and meets a conflict.
        _ = store.addRuleSet(Programs.publication(program + "\n"), clock: clock)
        try rules.catchUp(with: store)
        lane.decide([submission("3", buy(100, card: "c1", receipt: "3"))])
        while lane.isBusy { lane.finishCommit() }
        #expect(try store.read { try $0.sharedUsages() }.map(\.amount) == [90])
    }
}
