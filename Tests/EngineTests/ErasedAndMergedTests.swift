import Engine
import Ledger
import Logging
import Loyalty
import MemoryStore
import TestSupport
import Testing
import Time

/// Members who are erased, where two of them are one person.
@Suite("Erasing and merging") struct ErasedAndMergedTests {
    private func enroll(_ id: String) -> Command {
        .enroll(Enrollment(id: ExactText(id), name: "Hanako \(id)", identifiers: [.card("card \(id)")]))
    }

    private func merge(_ id: String, from other: String) -> Command {
        .merge(member: Identifier(.member, ExactText(id)), from: Identifier(.member, ExactText(other)))
    }

    private func harness(_ store: MemoryStore, _ retention: RetentionTerms? = nil) throws -> EngineHarness {
        try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee), retention: retention)
    }

    private func report(_ store: MemoryStore, _ harness: EngineHarness) throws -> VerificationReport {
        try Verifier(store: store, book: harness.book).run()
    }

    /// What is left of a member that tells who it is.
    private func traces(of number: Int64, in store: MemoryStore) throws -> [String] {
        try store.read { reader in
            let member = MemberNumber(number)
            let profile = try reader.profile(of: member)
            let state = try #require(try reader.state(of: member))
            let answers = try reader.operations(of: member, after: 0, limit: 100).filter {
                $0.sealed.operation.kind != .erase && !$0.sealed.result.isEmpty
            }
            return [profile.name].compactMap { $0 } + profile.identifiers.map(\.value.text)
                + (state.id == MemberState.pseudonym(of: member) ? [] : [state.id.text])
                + answers.map { "\($0.sealed.operation.id)" } + (try reader.consents(of: member)).map(\.purpose)
        }.filter { !$0.hasPrefix(MemberState.pseudonymPrefix) }
    }

    @Test("once somebody is erased, nobody can find out by trying what the calls about them said")
    func fingerprints() throws {
        let store = MemoryStore()
        let harness = try harness(store)
        let enrolment = enroll("m")
        let linking = Command.link(Linking(member: .card("card m"), identifier: .card("more")))
        let erasing = Command.erase(member: .card("more"))
        let calls = [("a", enrolment), ("l", linking), ("e", erasing)]
        for (key, command) in calls.dropLast() { _ = harness.carryOut(key, command) }
        func recorded() throws -> [SealedOperation] {
            try store.read { try $0.operations(of: MemberNumber(1), after: 0, limit: 9) }.map(\.sealed)
        }
        /// Whether the call, tried with what is kept, gives the fingerprint that is kept.
        func isFound(_ command: Command, _ key: String, in sealed: SealedOperation) -> Bool {
            let cause = Cause(key, command)
            let tried = [cause, cause.mixed(with: sealed.salt)].map(\.fingerprint)
            return tried.contains { $0 == sealed.operation.cause?.fingerprint }
        }
        #expect(zip(calls, try recorded()).allSatisfy { isFound($0.1, $0.0, in: $1) })
        #expect(try recorded().allSatisfy { $0.salt != nil })
        #expect(harness.carryOut("l", enroll("other")).refusal == .keyReused(original: OperationID("1-2")))

        #expect(harness.carryOut("e", erasing).refusal == nil)
        let left = try recorded()
        #expect(left.count == 3)
        for ((key, command), sealed) in zip(calls, left) { #expect(!isFound(command, key, in: sealed), "\(key)") }
        // The same keys do nothing again: what was answered is gone, but for the call that erased.
        #expect(harness.carryOut("a", enrolment).refusal == .answerErased(try #require(OperationID("1-1"))))
        #expect(harness.carryOut("l", enroll("other")).refusal == .answerErased(try #require(OperationID("1-2"))))
        guard case .accepted(_, replayed: true) = harness.carryOut("e", erasing) else {
            Issue.record("erasing again is answered as before")
            return
        }
        // Nothing else is taken for that call, and nobody else is thought to be erased by it.
        let reused = Refusal.keyReused(original: OperationID("1-3"))
        #expect(harness.carryOut("e", enroll("other")).refusal == reused)
        #expect(harness.carryOut("o", enroll("other")).refusal == nil)
        #expect(harness.carryOut("e", .erase(member: .card("card other"))).refusal == reused)
        #expect(try report(store, harness).isClean)
    }

    @Test("whoever was merged into another one is not silent, and nobody is erased in their place")
    func silentAlias() throws {
        let store = MemoryStore()
        let harness = try harness(store, RetentionTerms(silentMemberDays: 30))
        _ = harness.carryOut("a", enroll("winner"))
        _ = harness.carryOut("b", enroll("loser"))
        _ = harness.carryOut("l", .link(Linking(member: .card("card loser"), identifier: .card("more"))))
        _ = harness.carryOut("c", merge("winner", from: "loser"))
        harness.now = harness.now + 31 * 86_400_000
        // The one who is left was here just now, which makes both of the same version.
        _ = harness.carryOut("w", .link(Linking(member: .card("card winner"), identifier: .card("new"))))
        let versions = try store.read { reader in
            try [1, 2].map { try #require(try reader.state(of: MemberNumber($0))).version }
        }
        #expect(versions == [3, 3])
        for _ in 0..<3 { #expect(try harness.engine.applyRetention() == RetentionTally()) }
        #expect(try store.read { try $0.profile(of: MemberNumber(1)) }.name == "Hanako winner")
    }

    @Test("erasing somebody erases whoever was merged into them, and theirs in turn")
    func family() throws {
        let store = MemoryStore()
        let harness = try harness(store)
        for id in ["a", "b", "c"] { _ = harness.carryOut(id, enroll(id)) }
        let consent = Consent(purpose: "news", isGranted: true, source: "app", saidAt: harness.now)
        _ = harness.carryOut("said", .consent(member: .card("card a"), consent))
        _ = harness.carryOut("m1", merge("b", from: "a"))
        #expect(try store.read { try $0.consents(of: MemberNumber(2)) }.map(\.purpose) == ["news"])
        _ = harness.carryOut("m2", merge("c", from: "b"))
        #expect(try report(store, harness).isClean)
        #expect(harness.carryOut("e", .erase(member: .card("card a"))).refusal == nil)
        #expect(try (1...3).flatMap { try traces(of: $0, in: store) } == [])
        let report = try report(store, harness)
        #expect(report.findings.isEmpty && report.erased == 3, "\(report.findings)")
        guard case .accepted = harness.carryOut("again", enroll("a")) else {
            Issue.record("the id and the card are free")
            return
        }
    }

    @Test("in one batch as well")
    func oneBatch() throws {
        let store = MemoryStore()
        let harness = try harness(store)
        for id in ["a", "b"] { _ = harness.carryOut(id, enroll(id)) }
        _ = harness.carryOut("l", .link(Linking(member: .card("card a"), identifier: .card("second"))))
        harness.engine.drain()
        let collector = CountingSink()
        var lane = try SteppedLane(
            store: store, clock: { EngineHarness.start }, drawID: { "x" }, drawCode: { "y" }, rules: harness.rules,
            describe: { _, _, _ in Array("{}".utf8) }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            cacheCapacity: 10)
        let commands = [merge("b", from: "a"), .erase(member: .card("card b"))]
        lane.decide(
            commands.enumerated().map { index, command in
                Submission(cause: Cause("s\(index)", command), command: command, sink: collector, token: index)
            })
        while lane.isBusy { lane.finishCommit() }
        #expect(try (1...2).flatMap { try traces(of: $0, in: store) } == [])
        #expect(try store.read { try $0.owner(of: .card("second")) } == nil)
        let report = try Verifier(store: store, book: harness.book).run()
        #expect(report.findings.isEmpty && report.erased == 2, "\(report.findings)")
    }

    @Test("a purchase of a member who was merged and erased comes back, and is uncounted once at most")
    func comesBack() throws {
        let store = MemoryStore()
        let harness = try harness(store)
        for id in ["a", "b"] { _ = harness.carryOut(id, enroll(id)) }
        let sale = Purchase.sale(1000, at: "2026-05-16T10:00:00+09:00", receipt: "1")
        _ = harness.carryOut("p", .purchase(member: .card("card b"), sale))
        _ = harness.carryOut("m", merge("a", from: "b"))
        _ = harness.carryOut("e", .erase(member: .card("card a")))
        let back = Command.return(
            .operation(try #require(OperationID("2-2"))), Return(.everything, occurredAt: harness.now))
        #expect(harness.carryOut("r", back).result != nil)
        harness.engine.drain()
        let counts = try store.read { reader in
            try (1...2).map { try #require(try reader.state(of: MemberNumber($0))).counters.purchases }
        }
        #expect(counts.allSatisfy { $0 >= 0 }, "\(counts)")
        #expect(try report(store, harness).isClean)
    }

    @Test("an erased member is merged with nobody")
    func erased() throws {
        let store = MemoryStore()
        let harness = try harness(store)
        for id in ["a", "b"] { _ = harness.carryOut(id, enroll(id)) }
        _ = harness.carryOut("e", .erase(member: .card("card a")))
        for (index, command) in [merge("erased-1", from: "b"), merge("b", from: "erased-1")].enumerated() {
            guard case .refused(.memberUnknown) = harness.carryOut("m\(index)", command) else {
                Issue.record("\(command)")
                continue
            }
        }
        #expect(try report(store, harness).isClean)
    }
}

private final class CountingSink: ReplySink {
    func deliver(_ replies: [(token: Int, reply: Reply)]) {}
}
