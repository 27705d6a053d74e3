import Engine
import Ledger
import Loyalty
import MemoryStore
import Simulator
import TestSupport
import Testing
import Time

@Suite("A store that is filled from another one", .temporaryFolder)
struct FillingTests {
    private static let note = AuditNote(
        at: EngineHarness.start, author: .commandLine, action: .copy, subject: "database",
        details: [.init("from", "elsewhere")])

    private static func fill(_ target: any Store, from source: any Store) throws {
        try source.read { try target.fill(from: $0, noting: note) { _, _ in } }
    }

    private static func compare(_ source: any Store, _ copy: any Store) throws -> StoreComparison.Report {
        try source.read { try StoreComparison(of: $0, with: copy).run() }
    }

    /// Everything a store answers, but for the entry about the copying.
    private static func contents(ofCopy store: any Store) throws -> StoreContents {
        var contents = try StoreContents(store)
        #expect(contents.audit.popLast()?.note == note)
        return contents
    }

    private static let pairs = StoreKind.allCases.flatMap { one in StoreKind.allCases.map { (one, $0) } }

    @Test("answers everything as that one does, and engines go on with it", arguments: pairs)
    func wholeWorld(from one: StoreKind, to other: StoreKind) throws {
        let source = try StoreUnderTest(one, name: "source").open()
        let world = try WholeWorld(on: source, seed: 11)
        let before = try StoreContents(source)
        let under = StoreUnderTest(other, name: "copy")
        let copy = try under.open()
        var steps: [(Int64, Int64)] = []
        try source.read { try copy.fill(from: $0, noting: Self.note) { steps.append(($0, $1)) } }
        #expect(steps.first?.0 == 0 && steps.last?.0 == before.counts.operations)
        #expect(try Self.contents(ofCopy: copy) == before)
        let report = try Self.compare(source, copy)
        #expect(report.isEqual && report.differences.isEmpty, "\(report.differences)")
        #expect(report.counts == before.counts && report.clients == 3 && report.ruleSets == 1)
        #expect(report.auditEntries == Int64(before.audit.count))
        // There is something of everything.
        #expect(before.members.count > 10 && before.counts.blocks > 64 && before.writers.count == 3)
        #expect(before.writers.contains { $0.answersForgotten > 0 } && before.blocks[before.writers[1].id] == [])
        #expect(!before.refusals.isEmpty && !before.kept.isEmpty && !before.shared.isEmpty)
        #expect(before.members.values.contains { !$0.tierChanges.isEmpty })
        #expect(before.members.values.contains { $0.state?.erasedAt != nil })
        #expect(before.members.values.contains { !$0.consents.isEmpty } && before.due.contains { $0.dueAt != nil })
        #expect(try Verifier(store: copy, book: world.harness.book).run().isClean)

        // A second time nothing is taken in, from wherever.
        #expect(throws: NotEmpty("members")) { try Self.fill(copy, from: source) }
        #expect(try Self.contents(ofCopy: under.open()) == before)
        try goOn(with: world, on: copy, before)
    }

    private func goOn(with world: WholeWorld, on copy: any Store, _ before: StoreContents) throws {
        let harness = try EngineHarness(
            store: copy, ruleSet: Programs.ruleSet(SpendingHistory.document), now: world.harness.now + 1000)
        let (known, refused) = (WholeWorld.known, WholeWorld.refused)
        guard case .accepted(let result, replayed: true) = harness.carryOut(known.0, known.1) else {
            Issue.record("a call that comes again is answered as before")
            return
        }
        let original = before.batches.flatMap(\.operations).first {
            $0.operation.cause?.idempotencyKey == ExactText(known.0)
        }
        #expect(result == original?.result && !result.isEmpty)
        guard case .refusedBefore = harness.carryOut(refused.0, refused.1) else {
            Issue.record("a call that was refused gets that refusal again")
            return
        }
        let fresh = Command.enroll(Enrollment(id: "fresh", name: nil, identifiers: [.card("fresh")]))
        guard case .accepted(_, replayed: false) = harness.carryOut("fresh", fresh) else {
            Issue.record("somebody new joins")
            return
        }
        harness.engine.drain()
        let after = try StoreContents(copy)
        let number = try #require(after.members.keys.max())
        #expect(try number.value >= world.store.read { try $0.nextMemberNumber() }, "numbers are given once")
        #expect(
            after.writers.map(\.id.value) == before.writers.map(\.id.value) + [before.writers.count + 1].map(Int64.init)
        )
        #expect(after.blocks[try #require(after.writers.last).id]?.isEmpty == false)
        #expect(try Verifier(store: copy, book: harness.book).run().isClean)
        #expect(try copy.registerWriter(at: harness.now).value == Int64(before.writers.count + 2))
    }

    @Test("may be the source of a third, and what comes back is what there was")
    func thereAndBack() throws {
        let source = try StoreUnderTest(.sqlite, name: "source").open()
        _ = try WholeWorld(on: source, seed: 5, steps: 80)
        var last: any Store = source
        for (number, kind) in (StoreKind.allCases.reversed() + [StoreKind.sqlite]).enumerated() {
            let next = try StoreUnderTest(kind, name: "copy \(number)").open()
            try Self.fill(next, from: last)
            #expect(try Self.compare(last, next).isEqual)
            last = next
        }
        #expect(try last.read { try $0.export() } == source.read { try $0.export() })
        let trail = try last.read { try $0.audit(after: 0, limit: 100) }
        #expect(trail.suffix(StoreKind.allCases.count + 1).map(\.note.action).allSatisfy { $0 == .copy })
    }

    @Test("must have nothing in it but its schema", arguments: StoreKind.allCases)
    func refusals(kind: StoreKind) throws {
        let source = MemoryStore()
        _ = try WholeWorld(on: source, seed: 1, steps: 10)
        let changes: [(String, (any Store) throws -> Void)] = [
            ("servers that worked on it", { _ = try $0.registerWriter(at: EngineHarness.start) }),
            ("other data", { _ = try $0.leaseMemberNumbers(1) }),
            (
                "keys that sign",
                {
                    try $0.addSigningKey(
                        SigningKey(number: 1, createdAt: EngineHarness.start, secret: Array(repeating: 1, count: 32)))
                }
            ),
            (
                "rule sets",
                { _ = try $0.addRuleSet(Programs.publication(Programs.coffee)) { EngineHarness.start } }
            ),
            (
                "clients",
                {
                    _ = try $0.addClient(
                        NewClient(name: "x", role: .pos, keyDigest: .zero, createdAt: EngineHarness.start))
                }
            ),
            (
                "an audit trail",
                {
                    try $0.record(
                        AuditNote(
                            at: EngineHarness.start, author: .commandLine, action: .restore, subject: "database",
                            details: []))
                }
            ),
        ]
        for (number, (what, change)) in changes.enumerated() {
            let target = try StoreUnderTest(kind, name: "\(number)").open()
            try change(target)
            let before = try StoreContents(target)
            #expect(throws: NotEmpty(what)) { try Self.fill(target, from: source) }
            #expect(try StoreContents(target) == before)
        }
    }

    @Test(
        "forgets what its trail says of the schema, and protects the trail it takes over", arguments: StoreKind.allCases
    )
    func migrated(kind: StoreKind) throws {
        let source = MemoryStore()
        _ = try WholeWorld(on: source, seed: 1, steps: 10)
        let target = try StoreUnderTest(kind, name: "target").open()
        for _ in 0..<2 {
            try target.record(
                AuditNote(
                    at: EngineHarness.start, author: .commandLine, action: .migrate, subject: "database", details: []))
        }
        try Self.fill(target, from: source)
        #expect(try Self.contents(ofCopy: target) == StoreContents(source))
    }

    @Test("can be filled from one in which nothing happened", arguments: StoreKind.allCases)
    func empty(kind: StoreKind) throws {
        let source = MemoryStore()
        let target = try StoreUnderTest(kind, name: "target").open()
        try Self.fill(target, from: source)
        #expect(try Self.contents(ofCopy: target) == StoreContents(source))
        #expect(try Self.compare(source, target).isEqual)
        #expect(try target.registerWriter(at: EngineHarness.start) == WriterID(1))
    }

    @Test("is told from its source wherever it differs", arguments: StoreKind.allCases)
    func differences(kind: StoreKind) throws {
        let source = MemoryStore()
        let world = try WholeWorld(on: source, seed: 2, steps: 40)
        let now = world.harness.now
        let changes: [(String, (any Store) throws -> Void)] = [
            ("client 1", { _ = try $0.changeClients(ClientChange(.revoke(client: 1), at: now, by: .commandLine)) }),
            ("operation ", { _ = try $0.forgetAnswers(recordedBefore: now + 1, batches: 1000) }),
            ("writer 1", { _ = try $0.forgetAnswers(recordedBefore: now + 1, batches: 1000) }),
            ("the next number of a member", { _ = try $0.leaseMemberNumbers(1) }),
            (
                "the audit trail",
                {
                    try $0.record(
                        AuditNote(at: now, author: .commandLine, action: .backUp, subject: "database", details: []))
                }
            ),
            ("the survey of what is due", { try $0.schedule([], survey: DueSurvey(ruleSet: 1, upTo: .init(9))) }),
            (
                "remembered refusals",
                { store in
                    let known = try store.read { try $0.refusals(after: 0, limit: 1) }
                    try store.note(RefusalNotes(outlived: known.map(\.note.key)))
                }
            ),
            (
                "the number of sales without a member",
                { _ = try $0.keep(KeptChanges(tidyingAt: .distantFuture), RefusalNotes()) }
            ),
            (
                "blocks",
                { store in
                    let harness = try EngineHarness(
                        store: store, ruleSet: Programs.ruleSet(SpendingHistory.document), now: now)
                    _ = harness.carryOut("more", .link(Linking(member: .card("new 0"), identifier: .card("more"))))
                    harness.engine.drain()
                }
            ),
        ]
        for (number, (subject, change)) in changes.enumerated() {
            let copy = try StoreUnderTest(kind, name: "\(number)").open()
            try Self.fill(copy, from: source)
            try change(copy)
            let report = try Self.compare(source, copy)
            #expect(
                !report.isEqual && report.differences.contains { $0.subject.hasPrefix(subject) },
                "\(subject): \(report.differences)")
        }
    }
}
