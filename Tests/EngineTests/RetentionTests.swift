import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// What is kept no longer than the operator wants it kept.
@Suite("Retention") struct RetentionTests {
    private static let day: Int64 = 86_400_000

    private static func enroll(_ id: String) -> Command {
        .enroll(Enrollment(id: ExactText(id), name: "Hanako", identifiers: [.card("card \(id)")]))
    }

    private static func profile(_ number: Int64, in store: any Store) throws -> Profile {
        try store.read { try $0.profile(of: MemberNumber(number)) }
    }

    @Test("members who were silent for long are erased, others are not, and the books stay proven")
    func silentMembers() throws {
        let store = MemoryStore()
        let harness = try EngineHarness(
            store: store, ruleSet: Programs.ruleSet(Programs.coffee), retention: RetentionTerms(silentMemberDays: 100))
        _ = harness.carryOut("a", Self.enroll("silent"))
        harness.now = harness.now + 99 * Self.day
        _ = harness.carryOut("b", Self.enroll("new"))
        #expect(try harness.engine.applyRetention() == RetentionTally())
        harness.now = harness.now + 2 * Self.day
        #expect(try harness.engine.applyRetention() == RetentionTally(members: 1))
        #expect(try harness.engine.applyRetention() == RetentionTally())
        #expect(try Self.profile(1, in: store).name == nil)
        #expect(try Self.profile(2, in: store).name == "Hanako")
        let trail = try store.read { try $0.audit(after: 0, limit: 10) }.map(\.note)
        #expect(trail.last?.action == .erase && trail.last?.author.name == "retention")
        let report = try Verifier(store: store, book: harness.book).run()
        #expect(report.findings.isEmpty && report.erased == 1)
        // The card is free for somebody else.
        guard case .accepted = harness.carryOut("c", Self.enroll("silent")) else {
            Issue.record("the id and the card are free")
            return
        }
    }

    @Test("a member to whom something happens at the last moment is not erased")
    func lastMoment() throws {
        let store = MemoryStore()
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee))
        _ = harness.carryOut("a", Self.enroll("m"))
        _ = harness.carryOut("b", .link(Linking(member: .card("card m"), identifier: .card("other"))))
        let late = Command.erase(
            member: .card("card m"), behind: OperationID(member: MemberNumber(1), sequence: 1))
        guard case .refused(.memberUnknown) = harness.carryOut("c", late) else {
            Issue.record("the member is at version 2")
            return
        }
        #expect(try Self.profile(1, in: store).name == "Hanako")
    }

    @Test("answers are forgotten, and a call that comes again is told so instead of being done twice")
    func answers() throws {
        let store = MemoryStore()
        let harness = try EngineHarness(
            store: store, ruleSet: Programs.ruleSet(Programs.coffee), retention: RetentionTerms(answerDays: 30))
        let enrolment = Self.enroll("m")
        _ = harness.carryOut("a", enrolment)
        harness.now = harness.now + 31 * Self.day
        #expect(try harness.engine.applyRetention() == RetentionTally(batches: 1))
        // Another engine has nothing in its memory.
        let other = try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee), now: harness.now)
        guard case .refused(.answerErased) = other.carryOut("a", enrolment) else {
            Issue.record("the answer is gone")
            return
        }
        #expect(try store.read { try $0.counts() }.members == 1)
        #expect(try Verifier(store: store, book: harness.book).run().isClean)
    }

    @Test("an engine that remembers a card finds its new owner after another engine erased the old one")
    func erasedElsewhere() throws {
        let store = MemoryStore()
        let (here, there) = (
            try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee)),
            try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee))
        )
        _ = here.carryOut("a", Self.enroll("old"))
        _ = here.carryOut("b", .link(Linking(member: .card("card old"), identifier: .card("x"))))
        _ = there.carryOut("c", .erase(member: .card("x")))
        let heir = Enrollment(id: "new", name: nil, identifiers: [.card("x")])
        _ = there.carryOut("d", .enroll(heir))
        guard
            case .accepted = here.carryOut(
                "e", .link(Linking(member: .card("x"), identifier: .card("y"))))
        else {
            Issue.record("the card has a new owner")
            return
        }
        #expect(try store.read { try $0.owner(of: .card("y")) } == (try store.read { try $0.owner(of: .card("x")) }))
        #expect(try Verifier(store: store, book: here.book).run().findings.isEmpty)
    }
}
