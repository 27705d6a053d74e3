import Engine
import Foundation
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("Rule sets in a store", .temporaryFolder)
struct RuleSetTests {
    private static let noon = Instant("2026-05-16T12:00:00+09:00")

    private static func new(
        _ source: String, _ start: NewRuleSet.Start = .after(0), key: ExactText? = nil, client: Int64 = 1,
        supersedes: Set<Int64> = [], restored: Int64? = nil
    ) -> NewRuleSet {
        let digest = Digest(hashing: Array(source.utf8))
        return NewRuleSet(
            source: source, digest: digest, start: start, note: "why \(source.count)", supersedes: supersedes,
            restored: restored,
            author: Author(client: client, name: "office", origin: "127.0.0.1:5"),
            request: key.map {
                KeyedRequest(key: IdempotencyKey(client: client, key: $0), fingerprint: digest)
            })
    }

    @Test("are numbered in the order of adding and kept as they are", arguments: StoreKind.allCases)
    func numbers(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let store = try under.open()
        #expect(try store.read { try $0.ruleSets() }.isEmpty)
        let sources = ["program: one\n", "", "a\u{0}b: \u{FEFF}é e\u{301}"]
        for (index, source) in sources.enumerated() {
            let outcome = try store.addRuleSet(Self.new(source, key: ExactText("k\(index)"))) { Self.noon }
            guard case .added(let stored) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(stored.version == Int64(index + 1))
        }
        let found = try under.open().read { try $0.ruleSets() }
        #expect(found.map(\.version) == [1, 2, 3])
        #expect(found.map { Array($0.source.utf8) } == sources.map { Array($0.utf8) })
        #expect(found.allSatisfy { $0.publishedAt == Self.noon && $0.effectiveFrom == Self.noon })
        #expect(found.map(\.author) == ["office", "office", "office"])
        #expect(found.map(\.note) == ["why 13", "why 0", "why 9"])
        #expect(found.map(\.request) == (0..<3).map { Self.new(sources[$0], key: ExactText("k\($0)")).request })
        #expect(try store.read { try $0.ruleSets(after: 2) } == [found[2]])
        #expect(try store.read { try $0.ruleSet(2) } == found[1])
        #expect(try store.read { try $0.ruleSet(4) } == nil)
    }

    @Test("begin when they should, never in the past and not before what is to come", arguments: StoreKind.allCases)
    func instants(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        /// Times are milliseconds from noon.
        enum Outcome: Equatable {
            case begins(Int64)
            case tooEarly(Int64)
            case inTheWay([Int64])
            case notToCome(Int64)
        }
        let table: [(now: Int64, start: NewRuleSet.Start, supersedes: Set<Int64>, outcome: Outcome)] = [
            (0, .at(Self.noon - 1), [], .tooEarly(0)),
            (0, .at(Self.noon), [], .begins(0)),
            (10_000, .after(1000), [], .begins(11_000)),
            // The one before begins within the second.
            (10_500, .after(0), [], .begins(11_000)),
            (10_500, .at(Self.noon + 10_999), [], .inTheWay([3])),
            (10_500, .at(Self.noon + 60_000), [], .begins(60_000)),
            (20_000, .after(1000), [], .inTheWay([4])),
            (20_000, .at(Self.noon + 60_000), [], .begins(60_000)),
            (20_000, .at(Self.noon + 90_000), [], .begins(90_000)),
            // What is to come is named, all of it and nothing else.
            (20_000, .after(1000), [], .inTheWay([5, 6])),
            (20_000, .after(1000), [6], .inTheWay([5, 6])),
            (20_000, .at(Self.noon + 70_000), [5, 6], .notToCome(5)),
            (20_000, .at(Self.noon + 70_000), [6, 7], .notToCome(7)),
            (20_000, .at(Self.noon + 70_000), [1, 6], .notToCome(1)),
            (20_000, .at(Self.noon + 70_000), [6], .begins(70_000)),
            (20_000, .at(Self.noon + 70_000), [7], .begins(70_000)),
            // What was superseded is in nobody's way.
            (20_000, .at(Self.noon + 69_000), [6, 8], .notToCome(6)),
            (20_000, .after(1000), [5, 8], .begins(21_000)),
            (20_100, .after(1000), [9], .notToCome(9)),
            (20_100, .after(0), [9], .begins(20_100)),
            (70_000, .after(1000), [], .begins(71_000)),
        ]
        for (now, start, supersedes, expected) in table {
            let new = Self.new("x", start, supersedes: supersedes)
            let outcome: Outcome? =
                switch try store.addRuleSet(new, clock: { Self.noon + now }) {
                case .added(let stored): .begins(stored.effectiveFrom.milliseconds - Self.noon.milliseconds)
                case .tooEarly(let instant): .tooEarly(instant.milliseconds - Self.noon.milliseconds)
                case .inTheWay(let ruleSets): .inTheWay(ruleSets.map(\.version))
                case .notToCome(let version): .notToCome(version)
                case .keyUsed: nil
                }
            #expect(outcome == expected, "\(now) \(start) \(supersedes)")
        }
        let all = try store.read { try $0.ruleSets() }
        #expect(all.map(\.version) == Array(1...11))
        #expect(all.inCourse().course.map(\.version) == [1, 3, 10, 11])
        let told = try store.read { try $0.audit(after: 0, limit: 20) }.map { entry in
            entry.note.details.first { $0.name == "supersedes" }?.value
        }
        #expect(told == [nil, nil, "2", nil, "4", nil, "6", "7", "5, 8", "9", nil])
    }

    @Test("are added once under a key", arguments: StoreKind.allCases)
    func keys(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        func add(_ source: String, _ key: ExactText, client: Int64 = 1) throws -> AddingOutcome {
            try store.addRuleSet(Self.new(source, key: key, client: client)) { Self.noon }
        }
        guard case .added(let first) = try add("a", "k") else {
            Issue.record("the first is added")
            return
        }
        #expect(try add("a", "k") == .keyUsed(first))
        #expect(try add("b", "k") == .keyUsed(first))
        guard case .added(let other) = try add("a", "k", client: 2) else {
            Issue.record("a key is a client's own")
            return
        }
        #expect(other.version == 2)
        #expect(try store.read { try $0.audit(after: 0, limit: 10) }.count == 2)
    }

    @Test("stop a batch that was decided without the newest", arguments: StoreKind.allCases)
    func batches(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let store = try under.open()
        var books = try Bookkeeper(under.open())
        _ = try store.addRuleSet(Self.new("one")) { Self.noon }
        try books.enroll("a")
        #expect(try books.commit() == .committed)
        try books.enroll("b")
        _ = try store.addRuleSet(Self.new("two")) { Self.noon }
        #expect(try books.commit() == .conflict(members: []))
        books.newestRuleSet = 2
        try books.enroll("b")
        #expect(try books.commit() == .committed)
        try books.enroll("c")
        #expect(try books.commit() == .committed)
        let steps = try store.read { try $0.bookSteps() }
        #expect(steps == [BookStep(books.writer, 1, 1), BookStep(books.writer, 2, 2)])
        let blocks = try store.read { try $0.blocks(of: books.writer, after: 0, limit: 10) }
        #expect(blocks.map(\.newestRuleSet) == [1, 2, 2])
        #expect(try store.read { try $0.counts().members } == 3)
    }

    @Test("leave a trail of who, when and why, which is chained", arguments: StoreKind.allCases)
    func audit(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        _ = try store.addRuleSet(Self.new("one")) { Self.noon }
        _ = try store.addClient(
            NewClient(name: "till 絆", role: .pos, keyDigest: Digest(hashing: [1]), createdAt: Self.noon + 1))
        _ = try store.addRuleSet(Self.new("one", restored: 1)) { Self.noon + 2 }
        let entries = try store.read { try $0.audit(after: 0, limit: 10) }
        #expect(entries.map(\.number) == [1, 2, 3])
        #expect(entries.map(\.note.action) == [.publish, .addClient, .rollback])
        #expect(entries.map(\.note.subject) == ["rule set 1", "client 1", "rule set 2"])
        #expect(entries.map(\.note.author.name) == ["office", "command line", "office"])
        #expect(entries.map(\.note.author.client) == [1, nil, 1])
        #expect(entries.map(\.note.author.origin) == ["127.0.0.1:5", nil, "127.0.0.1:5"])
        #expect(entries.map { $0.note.at - Self.noon.milliseconds }.map(\.milliseconds) == [0, 1, 2])
        #expect(entries[1].note.details == [.init("name", "till 絆"), .init("role", "pos")])
        #expect(
            entries[2].note.details.map(\.name) == [
                "version", "sha256", "effective_from", "note", "version_before", "restored",
            ])
        #expect(entries[2].note.details.last?.value == "1")
        #expect(entries.map(\.previous) == [.zero, entries[0].digest, entries[1].digest])
        #expect(
            entries == [
                AuditEntry(entries[0].note, behind: nil), entries[1], AuditEntry(entries[2].note, behind: entries[1]),
            ])
        #expect(try store.read { try $0.audit(before: 3, limit: 1) } == [entries[1]])
        #expect(try store.read { try $0.audit(before: .max, limit: 9) } == entries.reversed())
    }

    @Test("have a trail that a batch adds to with what it writes, or not at all", arguments: StoreKind.allCases)
    func notesOfBatches(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let (store, other) = (try under.open(), try under.open())
        var books = try Bookkeeper(store)
        let notes = (1...3).map { number in
            AuditNote(
                at: Self.noon, author: Author(client: 1, name: "office 絆"), action: .adjust,
                subject: "operation \(number)", details: [.init("beans_after", "\(number)")])
        }
        try books.enroll("m-1")
        var batch = books.batch()
        batch.notes = Array(notes.prefix(2))
        #expect(try store.commit(batch) == .committed)
        _ = try other.addClient(
            NewClient(name: "x", role: .pos, keyDigest: Digest(hashing: [1]), createdAt: Self.noon))
        // Written again, it meets itself.
        batch.notes = [notes[2]]
        #expect((try? store.commit(batch)) != .committed)
        let entries = try other.read { try $0.audit(after: 0, limit: 9) }
        #expect(entries.map(\.note.action) == [.adjust, .adjust, .addClient])
        #expect(entries.prefix(2).map(\.note) == Array(notes.prefix(2)))
        #expect(entries.map(\.previous) == [.zero, entries[0].digest, entries[1].digest])
    }

    @Test(
        "switch several engines at one instant, and every operation names the one that decided it",
        arguments: StoreKind.allCases)
    func engines(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let store = try under.open()
        _ = try store.addRuleSet(Programs.publication(Programs.coffee)) { EngineHarness.start }
        let engines = try (0..<2).map { _ in
            let own = try under.open()
            let rules = try #require(try RuleDirectory(of: own, zones: Programs.zones))
            return try EngineHarness(store: own, rules: rules)
        }
        for number in 1...4 {
            _ = engines[0].carryOut(
                "e\(number)", .enroll(Enrollment(id: nil, name: nil, identifiers: [.card("c\(number)")])))
        }
        let doubled = Programs.coffee.replacing("{ points: 1, per: 100", with: "{ points: 2, per: 100")
        var posted = 0
        for second in 1...60 {
            let now = EngineHarness.start + Int64(second) * 1000
            for engine in engines { engine.now = now }
            if second == 30 {
                _ = try store.addRuleSet(Programs.publication(doubled, from: (now + 5000).rfc3339)) { now }
            }
            for (index, engine) in engines.enumerated() {
                posted += 1
                let receipt = "r\(posted)"
                // Every third one comes in twenty seconds late.
                let soldAt = posted % 3 == 0 ? now - 20_000 : now
                let sale = Purchase.sale(1000, at: soldAt.rfc3339, receipt: receipt)
                let reply = engine.carryOut(
                    receipt, .purchase(member: .card("c\(index + 1)"), sale), client: Int64(index))
                guard case .accepted = reply else {
                    Issue.record("\(reply)")
                    return
                }
            }
        }
        for engine in engines { engine.engine.drain() }
        let switched = EngineHarness.start + 35_000
        let operations = try (1...4).flatMap { number in
            try store.read { try $0.operations(of: MemberNumber(number), after: 0, limit: 1000) }.map(
                \.sealed.operation)
        }
        #expect(operations.count == 124)
        for operation in operations {
            #expect(operation.ruleSetVersion == (operation.occurredAt < switched ? 1 : 2), "\(operation.id)")
        }
        let rules = try #require(try RuleDirectory(of: store, zones: Programs.zones))
        #expect(try Verifier(store: store, book: rules.book).run().findings.isEmpty)
    }
}

extension BookStep {
    fileprivate init(_ writer: WriterID, _ firstBlock: Int64, _ newest: Int64) {
        self.init(writer: writer, firstBlock: firstBlock, newestRuleSet: newest)
    }
}
