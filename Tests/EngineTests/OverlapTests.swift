import Engine
import Foundation
import Ledger
import Loyalty
import MemoryStore
import Synchronization
import TestSupport
import Testing
import Time

/// What happens to commands that are decided while the batch before them is being committed.
@Suite("While a batch is under way")
struct OverlapTests {
    private let held = HeldCommits()
    private let store: MemoryStore
    private let harness: EngineHarness

    init() throws {
        let held = held
        store = MemoryStore { held.meet($0) }
        harness = try EngineHarness(
            store: store, ruleSet: Programs.ruleSet(Programs.coffee), whenAccepted: { held.countAccepted() })
    }

    private typealias Call = (cause: Cause, command: Command)

    private func call(_ key: String, _ command: Command) -> Call { (Cause(key, command), command) }

    private func beans(of card: String) throws -> Int64? {
        try store.read { reader in
            try reader.owner(of: .card(card)).flatMap { try reader.state(of: $0) }?
                .ledger.balance(of: CurrencyID("beans")).available.count
        }
    }

    private func findings() throws -> [String] {
        try Verifier(store: store, book: harness.book).run().findings.map { "\($0.subject): \($0.problem)" }
    }

    /// Carries out `first` as one batch and, while that is under way, decides `second` on top of it; then the commit of
    /// `first` meets the faults.
    private func carryOut(
        _ first: [Call], thenOnTop second: [Call], meeting faults: [MemoryStore.Fault?]
    ) -> (first: [Reply], second: [Reply], unreadBefore: Int) {
        held.hold()
        let arrived = held.arrived
        let head = harness.submit([call("head", buy(100, card: "c20", receipt: "head"))])
        held.wait { held.arrived == arrived + 1 }
        var accepted = held.accepted
        let tokens = harness.submit(first)
        held.wait { held.accepted >= accepted + 16 }
        held.letOneGo()
        held.wait { held.arrived == arrived + 2 && held.accepted >= accepted + first.count }
        _ = harness.replies(to: head)
        accepted = held.accepted
        let tokensOnTop = harness.submit(second)
        held.wait { held.accepted >= accepted + 16 }
        let unread = harness.unreadReplies
        held.letAllGo(faults)
        return (harness.replies(to: tokens), harness.replies(to: tokensOnTop), unread)
    }

    @Test(
        "Whatever becomes of it, the commands behind it are decided on what it came to",
        arguments: [[nil], [.conflict], [.failure], [.unknownWritten], [.unknownNotWritten]]
            + [
                [.conflict, .conflict, .failure], [.failure, .conflict, .unknownWritten, .unknownNotWritten],
                [.unknownNotWritten, .unknownNotWritten, .conflict],
            ] as [[MemoryStore.Fault?]])
    func outcomes(faults: [MemoryStore.Fault?]) throws {
        for number in 1...20 { _ = harness.carryOut("e\(number)", enroll(number)) }
        let link = Command.link(Linking(member: .card("c1"), identifier: .card("linked")))
        let first =
            (1...16).map { call("first \($0)", buy(1000, card: "c\($0)", receipt: "first \($0)")) } + [
                call("enroll", enroll(21)), call("link", link),
                call("linked", buy(700, card: "linked", receipt: "linked")),
            ]
        let second: [Call] =
            (1...16).map { call("second \($0)", buy(200, card: "c\($0 % 4 + 1)", receipt: "second \($0)")) } + [
                // The same key again, with the same content and with other content; the same receipt under another key.
                first[2], call("first 4", buy(999, card: "c4", receipt: "first 4")),
                call("other key", buy(1000, card: "c5", receipt: "first 5")),
                // What the batch under way made.
                call("new", buy(300, card: "c21", receipt: "new")), call("enroll again", enroll(21)),
                call("link again", .link(Linking(member: .card("c2"), identifier: .card("linked")))),
                call("unknown", buy(300, card: "c99", receipt: "unknown")),
            ]
        let replies = carryOut(first, thenOnTop: second, meeting: faults)

        #expect(replies.unreadBefore == 0, "nothing is answered before it is durable")
        #expect(replies.first.map(\.isReplayed) == first.map { _ in false })
        #expect(replies.second.prefix(16).map(\.isReplayed) == (1...16).map { _ in false })
        let rest = Array(replies.second.dropFirst(16))
        #expect(rest[0].isReplayed == true)
        #expect(rest[0].result == replies.first[2].result)
        #expect(rest[1].refusal == .keyReused(original: OperationID(member: MemberNumber(4), sequence: 2)))
        #expect(rest[2].refusal == .receiptPosted(OperationID(member: MemberNumber(5), sequence: 2)))
        #expect(rest[3].isReplayed == false)
        #expect(rest[4].refusal == .identifierTaken(.member))
        #expect(rest[5].refusal == .identifierTaken(.card))
        #expect(rest[6].refusal == .memberUnknown(.card))
        let expected: [Int64] = [10 + 7 + 8, 10 + 8, 10 + 8, 10 + 8] + (5...16).map { _ in 10 } + [0, 0, 0, 1, 3]
        #expect(try (1...21).map { try beans(of: "c\($0)") } == expected)
        #expect(try findings() == [])
    }

    @Test(
        "A draft that takes nothing more is committed right behind it, or decided again",
        arguments: [[nil], [.conflict], [.failure], [.unknownWritten], [.unknownNotWritten]]
            + [[nil, .conflict], [nil, .failure], [nil, .unknownNotWritten], [.conflict, nil, .failure, .conflict]]
            as [[MemoryStore.Fault?]], [0, 0.05])
    func fullDraft(faults: [MemoryStore.Fault?], pause: Double) throws {
        for number in 1...4 { _ = harness.carryOut("e\(number)", enroll(number)) }
        held.hold()
        let (arrived, accepted) = (held.arrived, held.accepted)
        var tokens = harness.submit([call("head", buy(100, card: "c1", receipt: "head"))])
        held.wait { held.arrived == arrived + 1 }
        tokens += harness.submit(
            (0..<200).map { call("\($0)", buy(100, card: "c\($0 % 4 + 1)", receipt: "\($0)")) })
        held.wait { held.accepted == accepted + 1 + 128 }
        // The draft is left there while the batch is still under way, or comes when that has ended.
        Thread.sleep(forTimeInterval: pause)
        #expect(harness.unreadReplies == 0, "nothing is answered before it is durable")
        held.letAllGo(faults)
        // A command that fails by itself is given back.
        let isHeadGivenBack = faults.first == .failure
        let replayed = harness.replies(to: tokens).map(\.isReplayed)
        #expect(replayed.first == (isHeadGivenBack ? .some(nil) : false))
        #expect(replayed.dropFirst().allSatisfy { $0 == false })
        #expect(try (1...4).map { try beans(of: "c\($0)") } == [isHeadGivenBack ? 50 : 51, 50, 50, 50])
        #expect(try findings() == [])
    }

    @Test("A command that the store cannot take hurts neither its neighbours nor those behind")
    func oneBad() throws {
        let bad = ReceiptNumber(store: "tokyo-01", terminal: "t1", number: "bad")
        let held = held
        let store = MemoryStore { batch in
            let fault = held.meet(batch)
            return batch.operations.contains { $0.operation.purchase?.receipt.number == bad.number } ? .failure : fault
        }
        let harness = try EngineHarness(
            store: store, ruleSet: Programs.ruleSet(Programs.coffee), whenAccepted: { held.countAccepted() })
        for number in 1...3 { _ = harness.carryOut("e\(number)", enroll(number)) }
        let calls = (0..<300).map { index in
            call("p\(index)", buy(100, card: "c\(index % 3 + 1)", receipt: index == 40 ? "bad" : "\(index)"))
        }
        let replies = harness.carryOut(calls)
        for (index, reply) in replies.enumerated() where index != 40 { #expect(reply.isReplayed == false) }
        guard case .unavailable(.storeFailed) = replies[40] else {
            Issue.record("the bad command got \(replies[40])")
            return
        }
        let versions = try store.read { reader in try (1...3).map { try reader.state(of: MemberNumber($0))?.version } }
        #expect(versions == [101, 100, 101])
        #expect(
            try Verifier(store: store, book: harness.book).run().findings.map(\.problem) == [])
    }

    @Test("Draining answers what is under way and what was decided on top of it")
    func drain() throws {
        for number in 1...20 { _ = harness.carryOut("e\(number)", enroll(number)) }
        held.hold()
        let arrived = held.arrived
        var tokens = harness.submit([call("0", buy(100, card: "c1", receipt: "0"))])
        held.wait { held.arrived == arrived + 1 }
        tokens += harness.submit((1...40).map { call("\($0)", buy(100, card: "c1", receipt: "\($0)")) })
        let drained = DispatchSemaphore(value: 0)
        let harness = harness
        Thread {
            harness.engine.drain()
            drained.signal()
        }.start()
        held.letAllGo([.unknownNotWritten, nil, .conflict])
        drained.wait()
        #expect(harness.unreadReplies == 41)
        #expect(harness.replies(to: tokens).map(\.isReplayed) == tokens.map { _ in false })
        #expect(try beans(of: "c1") == 41)
        #expect(try findings() == [])
    }

    @Test(
        "A few members under steady load and all kinds of faults end up with every accepted sale once",
        arguments: 0..<60 as Range<UInt64>)
    func storm(seed: UInt64) throws {
        let generator = Mutex(SeededGenerator(seed: seed))
        let faults: [MemoryStore.Fault] = [.failure, .conflict, .unknownWritten, .unknownNotWritten]
        let store = MemoryStore { _ in
            let (fault, pauseMs) = generator.withLock { generator in
                (
                    Int.random(in: 0..<3, using: &generator) == 0 ? faults.randomElement(using: &generator) : nil,
                    Int.random(in: 0..<3, using: &generator)
                )
            }
            Thread.sleep(forTimeInterval: Double(pauseMs) / 1000)
            return fault
        }
        let harness = try EngineHarness(
            store: store, ruleSet: Programs.ruleSet(Programs.coffee),
            cacheCapacity: seed % 4 == 0 ? 2 : 1000)
        var dice = SeededGenerator(seed: seed &+ 1000)

        // Each of these comes at least once; many come several times, also while the first one is under way.
        let distinct =
            (1...4).map { call("e\($0)", enroll($0)) }
            + (1...300).map { call("p\($0)", buy(Int64($0) * 100, card: "c\($0 % 4 + 1)", receipt: "\($0)")) }
        var posted = 0
        var open: [(index: Int, token: Int)] = []
        var results: [Int: [UInt8]] = [:]
        func settle(_ call: (index: Int, token: Int)) {
            switch harness.replies(to: [call.token])[0] {
            case .accepted(let result, let replayed):
                if let first = results[call.index] {
                    #expect(replayed, "seed \(seed): \(distinct[call.index].cause.idempotencyKey) is carried out twice")
                    #expect(first == result)
                } else {
                    // A call that was given back may have been carried out by a repetition that was not.
                    results[call.index] = result
                }
            case .refused(let refusal), .refusedBefore(let refusal):
                // A sale that overtook its member's enrollment, which was given back.
                guard case .memberUnknown = refusal else {
                    Issue.record("seed \(seed), \(distinct[call.index].cause.idempotencyKey): \(refusal)")
                    return
                }
            case .answered, .declined, .unanswerable, .unavailable: break
            }
        }
        while posted < distinct.count {
            let isRepetition = posted > 0 && Int.random(in: 0..<4, using: &dice) == 0
            let index = isRepetition ? Int.random(in: 0..<posted, using: &dice) : posted
            if !isRepetition { posted += 1 }
            open.append((index, harness.submit([distinct[index]])[0]))
            // With so many, drafts become full.
            while open.count > (seed.isMultiple(of: 2) ? 150 : 290) { settle(open.removeFirst()) }
        }
        open.forEach(settle)
        for index in distinct.indices {
            while results[index] == nil { settle((index, harness.submit([distinct[index]])[0])) }
        }

        for card in 1...4 {
            let sum = (1...300).filter { $0 % 4 + 1 == card }.reduce(0, +)
            let state = try store.read { reader in
                try reader.owner(of: .card("c\(card)")).flatMap { try reader.state(of: $0) }
            }
            #expect(state?.ledger.balance(of: CurrencyID("beans")).available.count == Int64(sum))
            #expect(state?.version == 76)
        }
        #expect(
            try Verifier(store: store, book: harness.book).run().findings
                .map { "\($0.subject): \($0.problem)" } == [])
    }
}
