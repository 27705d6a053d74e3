import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

@Suite("Publishing")
struct PublisherTests {
    private let store = MemoryStore()

    private func publisher(at now: Instant = EngineHarness.start) -> Publisher {
        Publisher(store: store, clock: { now }, file: "test.yaml", zones: Programs.zones)
    }

    private func publish(_ source: String, _ start: NewRuleSet.Start = .after(0)) throws -> Publication {
        try publisher().publish(source, start: start, note: "why", by: .commandLine)
    }

    @Test("tells what changes, and what is easily overlooked")
    func changes() throws {
        let first = try publish(Programs.coffee)
        #expect(first.ruleSet.version == 1)
        #expect(first.changes.isEmpty)
        let second = try publish(
            Programs.coffee.replacing("after: 12 months", with: "after: 6 months")
                .replacing("into: status } }", with: "into: beans } }").replacing("Asia/Tokyo", with: "UTC"))
        #expect(second.ruleSet.version == 2)
        #expect(second.changes.map(\.path) == ["timezone", "points.beans.expiry.after", "rules[status].earn.into"])
        #expect(second.warnings.count { $0.contains("expires otherwise") || $0.contains("those of UTC") } == 2)
    }

    @Test("refuses what has errors, fails its tests or is another program, and nothing is stored")
    func refusals() throws {
        _ = try publish(Programs.coffee)
        let failing =
            Programs.coffee + """

                tests:
                  - name: ten
                    order: { time: "2026-04-10T08:15:00+09:00", items: [{ amount: 1000 }] }
                    expect: { beans: 11, status: 10 }
                """
        let table: [(document: String, words: String)] = [
            ("schema: kizuna.program/v1\nid: coffee\n", "bad"), (failing, "bad"), (Programs.grocery, "other coffee"),
            ("\u{0}", "bad"), ("", "bad"),
        ]
        for (document, words) in table {
            do {
                _ = try publish(document)
                Issue.record("it was published: \(document)")
            } catch PublishingRefusal.badDocument(let review) {
                #expect(words == "bad")
                #expect(!review.problems.isEmpty || review.tests.contains { !$0.passed })
            } catch PublishingRefusal.otherProgram(let expected) {
                #expect(words == "other \(expected)")
            }
        }
        #expect(try store.read { try $0.ruleSets() }.count == 1)
        #expect(try store.read { try $0.audit(after: 0, limit: 9) }.count == 1)
    }

    @Test("is done once under a key, and tells the same again")
    func repetition() throws {
        _ = try publisher().publish(Programs.coffee, start: .after(0), note: "why", by: .commandLine)
        let doubled = Programs.coffee.replacing("{ points: 1, per: 100", with: "{ points: 2, per: 100")
        func publish(_ source: String, fingerprint: UInt8) throws -> Publication {
            try publisher().publish(
                source, start: .after(1000), note: "why", by: .commandLine,
                request: KeyedRequest(
                    key: IdempotencyKey(client: 1, key: "k"), fingerprint: Digest(hashing: [fingerprint])))
        }
        let first = try publish(doubled, fingerprint: 1)
        #expect(!first.isRepeated)
        _ = try publisher().rollBack(to: 1, start: .after(1000), note: "back", by: .commandLine)
        let again = try publish(doubled, fingerprint: 1)
        #expect(again.isRepeated)
        #expect(again.ruleSet == first.ruleSet)
        #expect(again.changes == first.changes)
        #expect(throws: PublishingRefusal.self) { try publish(doubled, fingerprint: 2) }
        #expect(try store.read { try $0.ruleSets() }.map(\.version) == [1, 2, 3])
    }

    @Test("of an earlier version makes a new one with the same document")
    func rollback() throws {
        _ = try publish(Programs.coffee)
        _ = try publish(Programs.coffee.replacing("per: 100", with: "per: 200"))
        let back = try publisher(at: EngineHarness.start + 1).rollBack(
            to: 1, start: .after(0), note: "back", by: .commandLine)
        #expect(back.ruleSet.version == 3)
        #expect(back.ruleSet.source == Programs.coffee)
        #expect(back.changes.map(\.after) == ["100", "100"])
        #expect(throws: PublishingRefusal.self) {
            try publisher().rollBack(to: 4, start: .after(0), note: "back", by: .commandLine)
        }
    }

    @Test("in the place of what is to come tells what never will be in force, and is compared with what is")
    func supersession() throws {
        _ = try publish(Programs.coffee)
        let doubled = Programs.coffee.replacing("per: 100", with: "per: 50")
        let wrongYear = try publish(doubled, .at(EngineHarness.start + 100 * 366 * 86_400_000))
        #expect(wrongYear.supersedes.isEmpty)
        do {
            _ = try publish(Programs.coffee, .after(1000))
            Issue.record("it was published")
        } catch PublishingRefusal.inTheWay(let ruleSets) {
            #expect(ruleSets == [wrongYear.ruleSet])
        }
        func correct(_ supersedes: Set<Int64>) throws -> Publication {
            try publisher().publish(
                doubled, start: .at(EngineHarness.start + 86_400_000), supersedes: supersedes, note: "why",
                by: .commandLine,
                request: KeyedRequest(
                    key: IdempotencyKey(client: 1, key: "k"), fingerprint: Digest(hashing: [1])))
        }
        #expect(throws: PublishingRefusal.self) { try correct([2, 3]) }
        let corrected = try correct([2])
        #expect(corrected.supersedes == [2])
        #expect(corrected.changes.map(\.after) == ["50", "50"])
        let withdrawn = try publisher().rollBack(
            to: 1, start: .after(1000), supersedes: [3], note: "not at all", by: .commandLine)
        #expect(withdrawn.supersedes == [3])
        #expect(withdrawn.changes.isEmpty)
        let again = try correct([2])
        #expect(again.isRepeated && again.supersedes == [2] && again.changes == corrected.changes)
        let book = try #require(try RuleDirectory(of: store, zones: Programs.zones)).book
        #expect(book.inForce(at: .distantFuture).version == 4)
    }

    @Test("a rule set that this program cannot read stops the engine from deciding without it")
    func unreadable() throws {
        _ = try publish(Programs.coffee)
        let rules = try #require(try RuleDirectory(of: store, zones: Programs.zones))
        let harness = try EngineHarness(store: store, rules: rules)
        let enrollment = Command.enroll(Enrollment(id: "m1", name: nil, identifiers: [.card("c1")]))
        #expect(harness.carryOut("1", enrollment).result != nil)
        _ = store.addRuleSet(Programs.publication("of: the future")) { EngineHarness.start }
        let reply = harness.carryOut("2", .link(Linking(member: .member("m1"), identifier: .card("c2"))))
        guard case .unavailable(.storeFailed) = reply else {
            Issue.record("\(reply)")
            return
        }
        #expect(try store.read { try $0.state(of: MemberNumber(1)) }?.version == 1)
    }
}
