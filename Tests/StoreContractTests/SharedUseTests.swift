import Engine
import Foundation
import Ledger
import Loyalty
import Rules
import Synchronization
import TestSupport
import Testing
import Time

@Suite("What members share", .temporaryFolder)
struct SharedUseTests {
    private static let key = UsageKey(kind: .budget, id: "rush")

    @Test("is used only while it fits", arguments: StoreKind.allCases)
    func fits(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        func commit(_ change: Int64, _ name: ExactText) throws -> CommitOutcome {
            try books.enroll(name)
            var batch = books.batch()
            batch.shared = [SharedUse(key: Self.key, change: change, limit: 100)]
            let outcome = try store.commit(batch)
            if outcome == .committed { books.settle(batch) } else { try books.forget() }
            return outcome
        }
        #expect(try commit(60, "a") == .committed)
        #expect(try commit(50, "b") == .conflict(members: []))
        #expect(try commit(40, "c") == .committed)
        #expect(try commit(1, "d") == .conflict(members: []))
        #expect(try commit(-30, "e") == .committed)
        #expect(try commit(-71, "f") == .conflict(members: []))
        var keys = LoadKeys()
        keys.shared = [Self.key, UsageKey(kind: .budget, id: "other")]
        #expect(try store.load(keys).shared == [Usage(Self.key, 70)])
        #expect(try store.read { try $0.sharedUsages() } == [Usage(Self.key, 70)])
    }

    @Test(
        "may have been used in full when a batch was decided, and is not given back behind its back",
        arguments: StoreKind.allCases)
    func least(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        func commit(_ change: Int64, least: Int64, most: Int64 = 100, _ name: ExactText) throws -> CommitOutcome {
            try books.enroll(name)
            var batch = books.batch()
            batch.shared = [SharedUse(key: Self.key, change: change, limit: most, least: least)]
            let outcome = try store.commit(batch)
            if outcome == .committed { books.settle(batch) } else { try books.forget() }
            return outcome
        }
        // Nobody used any.
        #expect(try commit(10, least: 90, "a") == .conflict(members: []))
        #expect(try commit(0, least: 100, "b") == .conflict(members: []))
        #expect(try commit(90, least: 0, "c") == .committed)
        #expect(try commit(10, least: 91, "d") == .conflict(members: []))
        #expect(try commit(10, least: 90, "e") == .committed)
        #expect(try commit(0, least: 100, "f") == .committed)
        #expect(try commit(0, least: 101, "g") == .conflict(members: []))
        #expect(try commit(0, least: 0, most: 99, "h") == .conflict(members: []))
        #expect(try store.read { try $0.sharedUsages() } == [Usage(Self.key, 100)])
    }

    @Test("a member by whom something was decided must still be as it was", arguments: StoreKind.allCases)
    func reads(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna")
        #expect(try books.commit() == .committed)
        func commit(_ version: Int64, _ name: ExactText) throws -> CommitOutcome {
            try books.enroll(name)
            var batch = books.batch()
            batch.reads = [MemberRead(member: anna, version: version)]
            let outcome = try store.commit(batch)
            if outcome == .committed { books.settle(batch) } else { try books.forget() }
            return outcome
        }
        #expect(try commit(1, "a") == .committed)
        #expect(try commit(2, "b") == .conflict(members: [anna]))
        #expect(try commit(1, "c") == .committed)
    }

    @Test(
        "writers who read whom the other one changes neither wait for ever nor both go on",
        arguments: StoreKind.allCases)
    func crosswise(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let store = try under.open()
        var books = try Bookkeeper(store)
        let (anna, bela) = (try books.enroll("anna"), try books.enroll("bela"))
        #expect(try books.commit() == .committed)
        for round in 0..<20 {
            var others = try Bookkeeper(under.open())
            try others.learn(bela)
            try books.purchase(by: anna, key: ExactText("a\(round)"), receipt: receipt("a\(round)"), earning: [])
            try others.purchase(by: bela, key: ExactText("b\(round)"), receipt: receipt("b\(round)"), earning: [])
            var (first, second) = (books.batch(), others.batch())
            first.reads = [MemberRead(member: bela, version: second.members[0].expectedVersion)]
            second.reads = [MemberRead(member: anna, version: first.members[0].expectedVersion)]
            let batches = [first, second]
            let stores = [store, others.store]
            let committed = Mutex<[Int]>([])
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                guard let outcome = try? stores[index].commit(batches[index]), outcome == .committed else { return }
                committed.withLock { $0.append(index) }
            }
            #expect(committed.withLock { $0.count } == 1)
            if committed.withLock({ $0 }) == [0] { books.settle(first) } else { try books.forget() }
        }
    }

    @Test("is given out to the last point by several engines at once", arguments: StoreKind.allCases)
    func contest(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let ruleSet = Programs.ruleSet(Programs.remembering)
        let store = try under.open()
        _ = try store.addRuleSet(Programs.publication(Programs.remembering)) { EngineHarness.start }
        let engines = try (0..<2).map { _ in try EngineHarness(store: under.open(), ruleSet: ruleSet) }
        let clients = 8
        DispatchQueue.concurrentPerform(iterations: engines.count) { index in
            let engine = engines[index]
            for client in 0..<clients {
                let name = "e\(index)c\(client)"
                _ = engine.carryOut(
                    name, .enroll(Enrollment(id: ExactText(name), name: nil, identifiers: [.card(name)])))
            }
            for round in 0..<5 {
                _ = engine.carryOut(
                    (0..<clients).map { client in
                        let name = "e\(index)c\(client)"
                        let command = Command.purchase(
                            member: .card(name),
                            .sale(250, at: "2026-05-16T10:00:00+09:00", receipt: "\(name)-\(round)"))
                        return (Cause("\(name)-\(round)", command), command)
                    })
            }
        }
        for engine in engines { engine.engine.drain() }
        // 80 purchases at 30 points are more than the budget has.
        #expect(try store.read { try $0.sharedUsages() } == [Usage(Self.key, 1000)])
        let report = try Verifier(store: store, book: RuleBook([ruleSet])).run()
        #expect(report.findings.isEmpty, "\(report.findings)")
    }
}
