import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import Synchronization
import TestSupport
import Testing
import Time

/// What time brings about, written down without anybody asking.
@Suite("Due work") struct DueWorkTests {
    private static let program = """
        schema: kizuna.program/v1
        id: due
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        enroll: { unknown_card: enroll }
        profile: { birthday: { type: date } }
        points: { p: { expiry: { after: 30 days, end_of: month } }, idle: { expiry: { inactivity: 20 days } } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, into: p } }
          - { id: idle, event: purchase, when: '"idle" in order.tags', earn: { points: 1, per: 100, into: idle } }
        """

    private static let day: Int64 = 86_400_000

    private static func sale(_ number: Int, at now: Instant, idle: Bool = false) -> Purchase {
        Purchase(
            receipt: ReceiptNumber(store: "s", terminal: "t", number: ExactText("\(number)")), channel: "pos",
            occurredAt: now, currency: "JPY", tags: idle ? ["idle"] : [],
            items: [Purchase.Item(category: "food", amount: 1000)])
    }

    private static func kinds(of member: Int64, in store: any Store) throws -> [OperationKind] {
        try store.read { try $0.operations(of: MemberNumber(member), after: 0, limit: 100) }.map(
            \.sealed.operation.kind)
    }

    private static func isClean(_ store: any Store, _ book: RuleBook) throws -> Bool {
        try Verifier(store: store, book: book).run().isClean
    }

    @Test("members of whom much lapses at one midnight are written once, and nobody before it")
    func midnight() throws {
        let store = MemoryStore()
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Self.program))
        let count = 700
        _ = harness.carryOut(
            (0..<count).map { number in
                let command = Command.purchase(member: .card("c\(number)"), Self.sale(number, at: harness.now))
                return (Cause("k\(number)", command), command)
            })
        harness.now = Instant("2026-06-30T23:59:59+09:00")
        #expect(try harness.engine.writeDue().written == 0)
        harness.now = Instant("2026-07-01T00:00:00+09:00")
        #expect(try harness.engine.writeDue() == DueTally(written: count))
        #expect(try harness.engine.writeDue() == DueTally())
        for member in 1...Int64(count) {
            #expect(try Self.kinds(of: member, in: store) == [.enroll, .purchase, .due])
        }
        #expect(try store.read { try $0.due(upTo: .distantFuture, after: .start, limit: 10) } == [])
        harness.engine.drain()
        #expect(try Self.isClean(store, harness.book))
    }

    @Test("a time that moved on with every purchase is put right when it comes, and nothing is written then")
    func movedOn() throws {
        let store = MemoryStore()
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Self.program))
        _ = harness.carryOut("1", .purchase(member: .card("c"), Self.sale(1, at: harness.now, idle: true)))
        func dueAt() throws -> Instant? {
            try store.read { try $0.scheduled(after: MemberNumber(0), limit: 1)[0].dueAt }
        }
        let first = try #require(try dueAt())
        harness.now = harness.now + 10 * Self.day
        _ = harness.carryOut("2", .purchase(member: .card("c"), Self.sale(2, at: harness.now, idle: true)))
        #expect(try dueAt() == first)
        harness.now = first
        // The survey of a new store is part of the first work.
        let tally = try harness.engine.writeDue()
        #expect(tally.written == 0 && tally.corrected == 1)
        #expect(try dueAt() == first + 10 * Self.day)
        harness.now = first + 10 * Self.day
        #expect(try harness.engine.writeDue().written == 1)
        harness.engine.drain()
        #expect(try Self.isClean(store, harness.book))
    }

    /// The first purchase makes the member, and the second one finds points that lapse already.
    @Test("a member who joins and buys twice in one batch is put down as due")
    func joinedInTheBatch() throws {
        let held = HeldCommits()
        let store = MemoryStore { held.meet($0) }
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Self.program))
        func buy(_ number: Int, _ card: String) -> (Cause, Command) {
            let command = Command.purchase(member: .card(card), Self.sale(number, at: harness.now))
            return (Cause("\(number)", command), command)
        }
        #expect(try harness.engine.writeDue() == DueTally())
        held.hold()
        let head = harness.submit([buy(1, "head")])
        held.wait { held.arrived == 1 }
        let batch = harness.submit([buy(2, "c"), buy(3, "c")])
        held.letAllGo([])
        _ = harness.replies(to: head + batch)
        harness.engine.drain()
        #expect(try store.read { try $0.counts() }.blocks == 2)
        for member in try store.read({ try $0.scheduled(after: MemberNumber(0), limit: 10) }) {
            #expect(member.dueAt == Instant("2026-07-01T00:00:00+09:00"), "member \(member.state.number)")
        }
        #expect(try Self.isClean(store, harness.book))
    }

    @Test("days that a new rule set celebrates are found, though members know nothing of it")
    func newDays() throws {
        let store = MemoryStore()
        _ = store.addRuleSet(Programs.publication(Self.program)) { EngineHarness.start }
        let rules = try #require(try RuleDirectory(of: store))
        let harness = try EngineHarness(store: store, rules: rules)
        for number in 0..<300 {
            _ = harness.carryOut(
                "e\(number)",
                .enroll(Enrollment(id: ExactText("m\(number)"), name: nil, identifiers: [.card("c\(number)")])))
        }
        #expect(try harness.engine.writeDue() == DueTally())
        #expect(try store.read { try $0.due(upTo: .distantFuture, after: .start, limit: 10) } == [])
        let celebrating = Self.program + "\n  - { id: a, event: anniversary, earn: { points: 5, into: p } }"
        _ = store.addRuleSet(Programs.publication(celebrating)) { harness.now }
        try rules.catchUp(with: store)
        #expect(try harness.engine.writeDue() == DueTally(corrected: 300))
        harness.now = Instant("2027-05-16T00:00:00+09:00")
        #expect(try harness.engine.writeDue() == DueTally(written: 300))
        #expect(try harness.engine.writeDue() == DueTally())
        #expect(try Self.kinds(of: 7, in: store) == [.enroll, .celebrate])
        harness.engine.drain()
        #expect(try Self.isClean(store, harness.book))
    }

    @Test("of two engines one does it, and the other once that one is gone")
    func lease() throws {
        let store = MemoryStore()
        let ruleSet = Programs.ruleSet(Self.program)
        let engines = try (0..<2).map { _ in try EngineHarness(store: store, ruleSet: ruleSet) }
        for number in 0..<2 {
            _ = engines[0].carryOut(
                "\(number)", .purchase(member: .card("c\(number)"), Self.sale(number, at: engines[0].now)))
        }
        let midnight = Instant("2026-07-01T00:00:00+09:00")
        for engine in engines { engine.now = midnight }
        #expect(try engines[1].engine.writeDue().written == 2)
        _ = engines[0].carryOut("3", .purchase(member: .card("c0"), Self.sale(3, at: midnight)))
        for engine in engines { engine.now = Instant("2026-08-01T00:00:00+09:00") }
        #expect(try engines[1].engine.writeDue().written == 1)
        _ = engines[0].carryOut("4", .purchase(member: .card("c0"), Self.sale(4, at: engines[0].now)))
        // Within the same ten seconds nobody else may.
        #expect(try engines[0].engine.writeDue() == DueTally())
        engines[0].now = Instant("2026-10-01T00:00:00+09:00")
        #expect(try engines[0].engine.writeDue().written == 1)
        for engine in engines { engine.engine.drain() }
        #expect(try Self.isClean(store, engines[0].book))
    }

    @Test("a batch that meets others loses no command, and what was due is written later")
    func conflict() throws {
        let faults = Mutex<[MemoryStore.Fault]>([])
        let store = MemoryStore { _ in faults.withLock { $0.popLast() } }
        _ = store.addRuleSet(Programs.publication(Self.program)) { EngineHarness.start }
        let harness = try EngineHarness(store: store, rules: #require(try RuleDirectory(of: store)))
        for number in 0..<20 {
            _ = harness.carryOut(
                "\(number)", .purchase(member: .card("c\(number)"), Self.sale(number, at: harness.now)))
        }
        harness.now = Instant("2026-07-01T00:00:00+09:00")
        for fault in [MemoryStore.Fault.conflict, .failure, .unknownNotWritten] {
            faults.withLock { $0 = [fault] }
            let tally = try harness.engine.writeDue()
            #expect(tally.written + tally.dropped == 20 && tally.dropped > 0, "\(fault)")
            #expect(try harness.engine.writeDue().written == tally.dropped)
            for number in 0..<20 {
                _ = harness.carryOut(
                    "\(fault)\(number)",
                    .purchase(member: .card("c\(number)"), Self.sale(harness.now.hashValue &+ number, at: harness.now)))
            }
            harness.now = harness.now + 70 * Self.day
        }
        harness.engine.drain()
        #expect(try Self.isClean(store, harness.book))
    }

    @Test("a day on which nothing can be given is not tried again and again")
    func nothingToWrite() throws {
        let source = Self.program + "\n  - { id: a, event: anniversary, earn: { points: 5, into: p } }"
        let store = MemoryStore()
        let harness = try EngineHarness(
            store: store,
            ruleSet: Programs.ruleSet(source.replacing("after: 30 days, end_of: month", with: "after: 900 days")))
        _ = harness.carryOut("e", .enroll(Enrollment(id: "m", name: nil, identifiers: [])))
        _ = harness.carryOut(
            "a", .adjust(member: .member("m"), Adjustment(currency: CurrencyID("p"), points: .max, reason: "r")))
        harness.now = Instant("2027-05-16T00:00:00+09:00")
        #expect(try harness.engine.writeDue() == DueTally(corrected: 1))
        #expect(try harness.engine.writeDue() == DueTally())
        harness.engine.drain()
    }
}
