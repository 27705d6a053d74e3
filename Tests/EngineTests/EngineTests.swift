import Engine
import Foundation
import Ledger
import Loyalty
import MemoryStore
import Synchronization
import TestSupport
import Testing
import Time

@Suite("The engine")
struct EngineTests {
    private func harness(_ store: any Store = MemoryStore()) throws -> EngineHarness {
        try EngineHarness(store: store, ruleSet: Programs.ruleSet(Programs.coffee))
    }

    private func beans(of card: String, in store: any Store, _ harness: EngineHarness) throws -> Int64? {
        try store.read { reader in
            guard let number = try reader.owner(of: .card(card)) else { return nil }
            return try reader.state(of: number)?.ledger.balance(of: CurrencyID("beans")).available.count
        }
    }

    private func findings(in store: any Store, _ harness: EngineHarness) throws -> [String] {
        try Verifier(store: store, book: harness.book).run().findings.map { "\($0.subject): \($0.problem)" }
    }

    @Test("A member enrolled and used in the same breath, twice over, ends up with everything once")
    func oneBatch() throws {
        let store = MemoryStore()
        let harness = try harness(store)
        let commands = [enroll(1), buy(1000, card: "c1", receipt: "1"), buy(500, card: "c1", receipt: "2")]
        let calls = (commands + commands).enumerated().map { index, command in
            (Cause("k\(index % 3)", command), command)
        }
        let replies = harness.carryOut(calls)
        #expect(replies.map(\.isReplayed) == [false, false, false, true, true, true])
        #expect(replies.prefix(3).map(\.result) == replies.suffix(3).map(\.result))
        #expect(try beans(of: "c1", in: store, harness) == 15)
        #expect(try findings(in: store, harness) == [])
    }

    @Test("A purchase that does not fit leaves nothing for the next one of its member, in the same batch and later")
    func refusedInPlace() throws {
        let store = MemoryStore()
        let program = """
            schema: kizuna.program/v1
            id: two
            money: { currency: JPY, base: tax_included }
            timezone: Asia/Tokyo
            points: { few: {}, many: {} }
            rules:
              - { id: few, event: purchase, earn: { points: 1, per: 1000000, into: few } }
              - { id: many, event: purchase, earn: { points: 1, per: 1, into: many } }
            """
        let harness = try EngineHarness(store: store, ruleSet: Programs.ruleSet(program))
        let commands = [
            enroll(1), buy(.max - 10, card: "c1", receipt: "1"), buy(2_000_000, card: "c1", receipt: "2"),
            buy(5, card: "c1", receipt: "3"),
        ]
        let replies = harness.carryOut(commands.enumerated().map { (Cause("k\($0)", $1), $1) })
        #expect(replies.map(\.refusal) == [nil, nil, .overflow, nil])
        #expect(harness.carryOut("k4", buy(6, card: "c1", receipt: "4")).refusal == .overflow)
        #expect(harness.carryOut("k5", buy(5, card: "c1", receipt: "5")).refusal == nil)
        let state = try #require(try store.read { try $0.state(of: MemberNumber(1)) })
        #expect(state.version == 4 && state.counters.purchases == 3)
        #expect(state.ledger.balance(of: CurrencyID("few")).available == Points((Int64.max - 10) / 1_000_000))
        #expect(state.ledger.balance(of: CurrencyID("many")).available == Points(.max))
        #expect(try findings(in: store, harness) == [])
    }

    @Test("A key that comes again with other content, or for another member, is refused; another client may use it")
    func keys() throws {
        let harness = try harness()
        _ = harness.carryOut("e1", enroll(1))
        _ = harness.carryOut("e2", enroll(2))
        #expect(harness.carryOut("k", buy(1000, card: "c1", receipt: "1")).isReplayed == false)
        let original = OperationID(member: MemberNumber(1), sequence: 2)
        #expect(harness.carryOut("k", buy(999, card: "c1", receipt: "1")).refusal == .keyReused(original: original))
        #expect(harness.carryOut("k", buy(1000, card: "c2", receipt: "1")).refusal == .keyReused(original: original))
        #expect(harness.carryOut("k", buy(1000, card: "c1", receipt: "9"), client: 2).isReplayed == false)
    }

    @Test("A receipt is posted once, whatever the key; the same number at another store is another receipt")
    func receipts() throws {
        let harness = try harness()
        _ = harness.carryOut("e1", enroll(1))
        _ = harness.carryOut("e2", enroll(2))
        _ = harness.carryOut("k1", buy(1000, card: "c1", receipt: "1"))
        let original = OperationID(member: MemberNumber(1), sequence: 2)
        #expect(harness.carryOut("k2", buy(1000, card: "c1", receipt: "1")).refusal == .receiptPosted(original))
        #expect(harness.carryOut("k3", buy(1000, card: "c2", receipt: "1")).refusal == .receiptPosted(original))
        let elsewhere = Command.purchase(member: .card("c2"), .sale(1000, at: time, receipt: "1", store: "osaka"))
        #expect(harness.carryOut("k4", elsewhere).isReplayed == false)
    }

    @Test("Identifiers belong to one member, also inside one batch, and a refusal hurts nobody beside it")
    func identifiers() throws {
        let store = MemoryStore()
        let harness = try harness(store)
        let link = Command.link(Linking(member: .member("m2"), identifier: .card("c1")))
        let free = Command.link(Linking(member: .member("m2"), identifier: .card("c3")))
        let replies = harness.carryOut([
            (Cause("1", enroll(1)), enroll(1)), (Cause("2", enroll(2)), enroll(2)), (Cause("3", link), link),
            (Cause("4", free), free), (Cause("5", enroll(1)), enroll(1)),
            (Cause("6", buy(300, card: "c3", receipt: "1")), buy(300, card: "c3", receipt: "1")),
        ])
        #expect(replies[2].refusal == .identifierTaken(.card))
        #expect(replies[4].refusal == .identifierTaken(.member))
        #expect(replies[3].isReplayed == false)
        #expect(replies[5].isReplayed == false)
        #expect(try beans(of: "c3", in: store, harness) == 3)
    }

    @Test("Whatever goes wrong with a commit, everything answered is there once", arguments: 0..<40 as Range<UInt64>)
    func faults(seed: UInt64) throws {
        let generator = Mutex(SeededGenerator(seed: seed))
        let faults: [MemoryStore.Fault?] = [.failure, .conflict, .unknownWritten, .unknownNotWritten, nil, nil]
        let store = MemoryStore { _ in generator.withLock { faults.randomElement(using: &$0) ?? nil } }
        let harness = try harness(store)
        let commands =
            (1...5).map { ("e\($0)", enroll($0)) }
            + (1...60).map { ("p\($0)", buy(Int64($0) * 100, card: "c\($0 % 5 + 1)", receipt: "\($0)")) }
        var results: [String: [UInt8]] = [:]
        for (key, command) in commands {
            var attempts = 0
            while results[key] == nil {
                let reply = harness.carryOut(key, command)
                if let result = reply.result { results[key] = result }
                if case .refused(let refusal) = reply { Issue.record("seed \(seed), \(key): \(refusal)") }
                attempts += 1
                #expect(attempts < 200)
            }
        }
        for (key, command) in commands {
            var reply = harness.carryOut(key, command)
            while case .unavailable = reply { reply = harness.carryOut(key, command) }
            #expect(reply.isReplayed == true)
            #expect(reply.result == results[key])
        }
        let total = try (1...5).reduce(0) { $0 + (try beans(of: "c\($1)", in: store, harness) ?? 0) }
        #expect(total == (1...60).reduce(0, +))
        #expect(try findings(in: store, harness) == [])
    }

    @Test("Two engines share a store: each sees what the other did, and no version is overwritten")
    func twoEngines() throws {
        let store = MemoryStore()
        let engines = [try harness(store), try harness(store)]
        for number in 1...3 { _ = engines[0].carryOut("e\(number)", enroll(number)) }
        let calls = (0..<400).map { index in
            let command = buy(100, card: "c\(index % 3 + 1)", receipt: "\(index)")
            return (Cause("p\(index)", command), command)
        }
        let threads = engines.enumerated().map { number, engine in
            let thread = Thread {
                // Both post everything: half of the calls are the other one's again.
                for chunk in stride(from: 0, to: calls.count, by: 20) {
                    let replies = engine.carryOut(Array(calls[chunk..<chunk + 20]))
                    for reply in replies { precondition(reply.result != nil, "engine \(number): \(reply)") }
                }
                engine.engine.drain()
            }
            thread.start()
            return thread
        }
        while threads.contains(where: { !$0.isFinished }) { Thread.sleep(forTimeInterval: 0.002) }
        let total = try (1...3).reduce(0) { $0 + (try beans(of: "c\($1)", in: store, engines[0]) ?? 0) }
        #expect(total == 400)
        #expect(try findings(in: store, engines[0]) == [])
    }

    @Test("A small cache changes nothing but the speed")
    func smallCache() throws {
        let store = MemoryStore()
        let harness = try EngineHarness(
            store: store, ruleSet: Programs.ruleSet(Programs.coffee), cacheCapacity: 2)
        for number in 1...20 { _ = harness.carryOut("e\(number)", enroll(number)) }
        for index in 0..<100 {
            let reply = harness.carryOut("p\(index)", buy(100, card: "c\(index % 20 + 1)", receipt: "\(index)"))
            #expect(reply.isReplayed == false)
        }
        for number in 1...20 { #expect(try beans(of: "c\(number)", in: store, harness) == 5) }
        #expect(try findings(in: store, harness) == [])
    }

    @Test("Points that lapse while nobody looks are written with the next command, and verify agrees")
    func dueWork() throws {
        let store = MemoryStore()
        let harness = try harness(store)
        _ = harness.carryOut("e", enroll(1))
        _ = harness.carryOut("p1", buy(5000, card: "c1", receipt: "1"))
        harness.now = Instant("2027-06-01T00:00:00+09:00")
        let later = Command.purchase(
            member: .card("c1"), .sale(700, at: "2027-06-01T00:00:00+09:00", receipt: "2"))
        _ = harness.carryOut("p2", later)
        #expect(try beans(of: "c1", in: store, harness) == 7)
        #expect(try findings(in: store, harness) == [])
        #expect(try store.read { try $0.totals() }.contains { $0.account == .expired && $0.change == Points(50) })
    }

    @Test("After draining nothing is taken in, and everything taken before is answered")
    func drain() throws {
        let harness = try harness()
        _ = harness.carryOut("e", enroll(1))
        harness.engine.drain()
        guard case .unavailable(.shuttingDown) = harness.carryOut("p", buy(100, card: "c1", receipt: "1")) else {
            Issue.record("a drained engine takes nothing in")
            return
        }
    }
}
