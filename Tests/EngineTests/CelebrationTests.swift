import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// Birthdays and anniversaries, which happen by themselves.
@Suite("Celebrations") struct CelebrationTests {
    private static let program = """
        schema: kizuna.program/v1
        id: days
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points: { p: { expiry: { after: 6 months } } }
        profile: { birthday: { type: date } }
        rules:
          - { id: birthday, event: birthday, earn: { points: 100 } }
          - { id: anniversary, event: anniversary, when: member.enrolled_days >= 700, earn: { points: 7 } }
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
        """

    private func born(_ month: Int, _ day: Int, in world: SpendingWorld) throws {
        let date = try #require(CivilDate(year: 1992, month: month, day: day))
        world.carryOut(
            .traits(
                member: .card("c1"),
                TraitsChange(attributes: [TraitsChange.NewValue("birthday", .date(date))])))
    }

    @Test(
        "a birthday comes once a year at the start of its day, whoever looks, and is written down with the next command"
    )
    func birthday() throws {
        let world = try SpendingWorld(Self.program)  // 16 May 2026, ten o'clock
        try born(5, 18, in: world)
        world.wait(days: 1, minutes: 13 * 60 + 59)  // 17 May, 23:59
        #expect(try world.available("p") == 0)
        world.wait(minutes: 1)
        #expect(try world.available("p") == 100)
        #expect(try world.available("p") == 100)
        world.buy([SpendingWorld.line(500)], receipt: "1")
        #expect(try world.available("p") == 105)
        world.wait(days: 364)
        #expect(try world.available("p") == 0)  // lapsed
        world.wait(days: 1)
        #expect(try world.available("p") == 100)
        #expect(try world.findings().isEmpty)
    }

    @Test("years in which nobody looked are made up for, each on its day")
    func longAway() throws {
        let world = try SpendingWorld(Self.program)
        try born(2, 29, in: world)
        world.wait(days: 3 * 365 + 1)  // 16 May 2029
        // Birthdays on 28 February 2027, 29 February 2028, 28 February 2029; two anniversaries of enough days.
        let state = try world.state()
        #expect(state.ledger.balance(of: CurrencyID("p")).available == Points(100 + 7))
        world.buy([SpendingWorld.line(100)], receipt: "1")
        let operations = try world.store.read { try $0.operations(of: MemberNumber(1), after: 0, limit: 50) }
        let days = operations.map(\.sealed.operation).filter { $0.kind == .celebrate }
            .map {
                "\($0.event?.text ?? "") \($0.occurredAt.rfc3339(in: .fixed("Asia/Tokyo", offset: 32_400)).prefix(10))"
            }
        #expect(
            days == [
                "birthday 2027-02-28", "anniversary 2027-05-16", "birthday 2028-02-29", "anniversary 2028-05-16",
                "birthday 2029-02-28", "anniversary 2029-05-16",
            ])
        #expect(try world.findings().isEmpty)
    }

    @Test("a birthday that becomes known after its day waits for the next one")
    func knownTooLate() throws {
        let world = try SpendingWorld(Self.program)
        try born(5, 16, in: world)
        #expect(try world.available("p") == 0)
        world.wait(days: 365)
        #expect(try world.available("p") == 100)
        #expect(try world.findings().isEmpty)
    }

    @Test("rules that come later do not reach back")
    func laterRules() throws {
        let store = MemoryStore()
        let before = Programs.ruleSet(Self.program.replacing("event: birthday", with: "event: review"))
        let first = try EngineHarness(store: store, ruleSet: before)
        _ = first.carryOut("e", enroll(1))
        let date = try #require(CivilDate(year: 1992, month: 6, day: 1))
        _ = first.carryOut(
            "t",
            .traits(
                member: .card("c1"), TraitsChange(attributes: [TraitsChange.NewValue("birthday", .date(date))])))
        first.engine.drain()
        let state = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        let from = EngineHarness.start + 30 * 86_400_000
        let book = RuleBook([
            before, RuleSet(version: 2, effectiveFrom: from, program: Programs.load(Self.program)),
        ])
        let later = state.advanced(to: from + 400 * 86_400_000, under: book)
        #expect(later.ledger.balances.map(\.available) == [Points(100)])
        #expect(later.ledger.lots.map(\.earnedAt) == [Instant("2027-06-01T00:00:00+09:00")])
    }

    @Test("a day is that of the rules of then, whoever looks and when, also where the zone changes")
    func zoneChanges() throws {
        let world = try SpendingWorld(Self.program)
        try born(6, 1, in: world)
        let stored = try #require(try world.store.read { try $0.state(of: MemberNumber(1)) })
        let moved = Self.program.replacing("Asia/Tokyo", with: "America/New_York")
        let move = EngineHarness.start + 30 * 86_400_000
        let book = RuleBook([
            Programs.ruleSet(Self.program), RuleSet(version: 2, effectiveFrom: move, program: Programs.load(moved)),
        ])
        func lots(lookingAt days: [Int64]) -> [Lot] {
            var state = stored
            for day in days { _ = state.advance(to: EngineHarness.start + day * 86_400_000, under: book) }
            return state.ledger.lots
        }
        #expect(lots(lookingAt: [17, 40]) == lots(lookingAt: [40]))
        #expect(lots(lookingAt: [40]).map(\.earnedAt) == [Instant("2026-06-01T00:00:00+09:00")])
    }
}
