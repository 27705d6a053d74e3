import Engine
import Ledger
import Loyalty
import MemoryStore
import Synchronization
import TestSupport
import Testing
import Time

/// What comes twice, long after the first time: neither the engine's memory nor its draft knows of it any more.
@Suite("What comes again")
struct RepetitionTests {
    private let commits = HeldCommits()
    private let store: MemoryStore

    init() {
        let commits = commits
        store = MemoryStore { commits.meet($0) }
    }

    /// An engine that has just been started on the store.
    private func restarted(at now: Instant = EngineHarness.start) throws -> EngineHarness {
        try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee), now: now)
    }

    @Test("gets its first answer, whatever it would come to by now")
    func firstAnswer() throws {
        let link = Command.link(Linking(member: .card("c1"), identifier: .card("second")))
        let calls = [
            ("enroll", enroll(1)), ("link", link), ("sale", buy(1000, card: "c1", receipt: "1")),
        ]
        let harness = try restarted()
        let first = calls.map { harness.carryOut($0.0, $0.1) }
        #expect(first.map(\.isReplayed) == [false, false, false])
        // The identifiers are taken by now, and the sale is far too late.
        let later = try restarted(at: Instant("2026-12-24T10:00:00+09:00"))
        for (call, reply) in zip(calls, first) {
            let again = later.carryOut(call.0, call.1)
            #expect(again.isReplayed == true)
            #expect(again.result == reply.result)
        }
        guard case .tooLate? = later.carryOut("new", buy(1000, card: "c1", receipt: "2")).refusal else {
            Issue.record("a new sale is too late by now")
            return
        }
    }

    @Test("with other content is told so before anything else")
    func reusedKeys() throws {
        let harness = try restarted()
        _ = harness.carryOut("e", enroll(1))
        _ = harness.carryOut("k", buy(1000, card: "c1", receipt: "1"))
        let original = OperationID(member: MemberNumber(1), sequence: 2)
        let others: [Command] = [
            buy(999, card: "c1", receipt: "1"), buy(1000, card: "nobody", receipt: "2"), enroll(1), enroll(2),
            .link(Linking(member: .card("c1"), identifier: .card("c1"))),
        ]
        for other in others {
            #expect(try restarted().carryOut("k", other).refusal == .keyReused(original: original))
        }
    }

    @Test("as a receipt under another key is told so before what else is wrong with it")
    func receiptFirst() throws {
        let harness = try restarted()
        _ = harness.carryOut("e", enroll(1))
        _ = harness.carryOut("k", buy(1000, card: "c1", receipt: "1"))
        let original = OperationID(member: MemberNumber(1), sequence: 2)
        let later = try restarted(at: Instant("2026-12-24T10:00:00+09:00"))
        #expect(later.carryOut("other", buy(1000, card: "c1", receipt: "1")).refusal == .receiptPosted(original))
    }

    @Test("by the thousand is looked up first, so that hardly a commit is tried in vain")
    func imports() throws {
        let calls =
            (1...5).map { ("e\($0)", enroll($0)) }
            + (0..<1000).map { ("p\($0)", buy(100, card: "c\($0 % 5 + 1)", receipt: "\($0)")) }
        func carryOutAll(_ harness: EngineHarness, key prefix: String) -> [Reply] {
            harness.carryOut(calls.map { (Cause(prefix + $0.0, $0.1), $0.1) })
        }
        let first = carryOutAll(try restarted(), key: "")
        #expect(first.allSatisfy { $0.isReplayed == false })
        let before = commits.arrived
        let again = carryOutAll(try restarted(), key: "")
        #expect(again.allSatisfy { $0.isReplayed == true })
        #expect(again.map(\.result) == first.map(\.result))
        // The first batch, and one that was decided on top of it.
        #expect(commits.arrived - before <= 2)

        // The same receipts under other keys.
        let beforeReceipts = commits.arrived
        let receipts = carryOutAll(try restarted(), key: "other ").dropFirst(5)
        for reply in receipts {
            guard case .receiptPosted? = reply.refusal else {
                Issue.record("a receipt was posted twice: \(reply)")
                return
            }
        }
        #expect(commits.arrived - beforeReceipts <= 2)
    }
}
