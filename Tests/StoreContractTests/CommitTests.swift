import Engine
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("A commit", .temporaryFolder)
struct CommitTests {
    @Test("writes all of a batch", arguments: StoreKind.allCases)
    func writesAll(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m-1", name: "Hanako", identifiers: [Identifier(.card, "4711")])
        try books.purchase(
            by: member, key: "k1", receipt: receipt("1"), earning: [("beans", 45, nil), ("stamps", 1, books.now)])
        let batch = books.batch()
        #expect(try store.commit(batch) == .committed)
        try store.read { reader in
            #expect(try reader.state(of: member) == books.states[member])
            #expect(try reader.profile(of: member).name == "Hanako")
            let operations = try reader.operations(of: member, after: 0, limit: 10)
            #expect(operations.map(\.sealed) == batch.operations)
            #expect(operations.allSatisfy { $0.writer == books.writer && $0.batch == 1 })
            #expect(try reader.blocks(of: books.writer, after: 0, limit: 10) == [batch.block])
            #expect(try reader.digests(writer: books.writer, number: 1) == batch.operations.map(\.digest))
            #expect(
                try reader.counts() == StoreCounts(members: 1, operations: 2, transfers: 2, blocks: 1))
        }
    }

    @Test("fails as a whole when a member has another version", arguments: StoreKind.allCases)
    func versionGuard(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        var first = try Bookkeeper(under.open(), seed: 1)
        let shared = try first.enroll("shared")
        let own = try first.enroll("own")
        #expect(try first.commit() == .committed)
        var second = try Bookkeeper(under.open(), seed: 2)
        try second.learn(shared)
        try second.learn(own)
        try first.purchase(by: shared, key: "a", receipt: receipt("1"), earning: [("beans", 1, nil)])
        try second.purchase(by: own, key: "b", receipt: receipt("2"), earning: [("beans", 2, nil)])
        try second.purchase(by: shared, key: "c", receipt: receipt("3"), earning: [("beans", 3, nil)])
        #expect(try first.commit() == .committed)
        let before = try StoreContents(second.store)
        #expect(try second.commit() == .conflict(members: [shared]))
        #expect(try StoreContents(second.store) == before)

        // Decided again on what is there now, it goes through.
        try second.purchase(by: own, key: "b", receipt: receipt("2"), earning: [("beans", 2, nil)])
        try second.purchase(by: shared, key: "c", receipt: receipt("3"), earning: [("beans", 3, nil)])
        #expect(try second.commit() == .committed)
        let state = try second.store.read { try $0.state(of: shared) }
        #expect(state?.ledger.balance(of: CurrencyID("beans")).available == Points(4))
    }

    @Test("names every member with another version", arguments: StoreKind.allCases)
    func namesAllConflicts(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        var first = try Bookkeeper(under.open(), seed: 1)
        let members = try (1...5).map { try first.enroll(ExactText("m-\($0)")) }
        #expect(try first.commit() == .committed)
        var second = try Bookkeeper(under.open(), seed: 2)
        for (index, member) in members.enumerated() {
            try second.learn(member)
            try second.purchase(
                by: member, key: ExactText("b\(index)"), receipt: receipt("b\(index)"), earning: [("beans", 1, nil)])
        }
        for index in [4, 1, 3] {
            try first.purchase(
                by: members[index], key: ExactText("a\(index)"), receipt: receipt("a\(index)"),
                earning: [("beans", 1, nil)])
        }
        #expect(try first.commit() == .committed)
        #expect(try second.commit() == .conflict(members: [members[1], members[3], members[4]]))
    }

    /// What two engines may both want.
    enum Claim: CaseIterable {
        case memberID, card, linkedCard, idempotencyKey, receipt, memberNumber
    }

    @Test("writes nothing when something is taken", arguments: StoreKind.allCases, Claim.allCases)
    func allOrNothing(kind: StoreKind, claim: Claim) throws {
        let under = StoreUnderTest(kind)
        var first = try Bookkeeper(under.open(), seed: 1)
        let taken = try first.enroll("taken", identifiers: [Identifier(.card, "1")], key: "key")
        try first.purchase(by: taken, key: "paid", receipt: receipt("1"), earning: [("beans", 1, nil)])
        let other = try first.enroll("other")
        #expect(try first.commit() == .committed)
        let before = try StoreContents(first.store)

        var second = try Bookkeeper(under.open(), seed: 2)
        try second.learn(other)
        let innocent = try second.enroll("innocent")
        var loser = other
        switch claim {
        case .memberID: loser = try second.enroll("taken", key: "new")
        case .card: loser = try second.enroll("new", identifiers: [Identifier(.card, "1")])
        case .linkedCard: second.link(other, Identifier(.card, "1"), key: "link")
        case .idempotencyKey:
            try second.purchase(by: other, key: "paid", receipt: receipt("2"), earning: [("beans", 1, nil)])
        case .receipt:
            try second.purchase(by: other, key: "new", receipt: receipt("1"), earning: [("beans", 1, nil)])
        case .memberNumber: break
        }
        try second.purchase(by: innocent, key: "fine", receipt: receipt("9"), earning: [("beans", 1, nil)])
        var batch = second.batch()
        if claim == .memberNumber {
            // Another engine's number, as if the lease had been broken.
            batch = try Self.renumbering(second.batch(), from: innocent, to: taken)
            loser = taken
        }
        #expect(try second.store.commit(batch) == .conflict(members: [loser]))
        var after = try StoreContents(second.store)
        // The second engine has registered itself; nothing else may have changed.
        after.blocks[second.writer] = nil
        after.digests[second.writer] = nil
        after.writers.removeAll { $0.id == second.writer }
        #expect(after == before)
        #expect(try !second.store.hasBatch(writer: second.writer, number: 1))
    }

    private static func renumbering(_ batch: Batch, from old: MemberNumber, to new: MemberNumber) throws -> Batch {
        var batch = batch
        batch.members = batch.members.map { write in
            guard write.state.number == old else { return write }
            let state = write.state
            return MemberWrite(
                state: MemberState(
                    number: new, id: state.id, enrolledAt: state.enrolledAt, version: state.version, head: state.head,
                    ledger: state.ledger, tier: state.tier, counters: state.counters),
                expectedVersion: write.expectedVersion)
        }
        batch.operations = batch.operations.map { sealed in
            let operation = sealed.operation
            guard operation.id.member == old else { return sealed }
            return SealedOperation(
                operation: Operation(
                    id: OperationID(member: new, sequence: operation.id.sequence), kind: operation.kind,
                    cause: operation.cause, occurredAt: operation.occurredAt, postedAt: operation.postedAt,
                    ruleSetVersion: operation.ruleSetVersion, movements: operation.movements,
                    purchase: operation.purchase),
                digest: sealed.digest, result: sealed.result)
        }
        batch.identifiers = batch.identifiers.map { NewIdentifier(identifier: $0.identifier, member: new) }
        return batch
    }

    @Test("does not let one batch take the same thing twice", arguments: StoreKind.allCases)
    func twiceInOneBatch(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let (one, two) = (try books.enroll("one"), try books.enroll("two"))
        #expect(try books.commit() == .committed)
        try books.purchase(by: one, key: "same", receipt: receipt("1"), earning: [])
        try books.purchase(by: two, key: "same", receipt: receipt("2"), earning: [])
        #expect(try books.commit() == .conflict(members: [two]))
        try books.purchase(by: one, key: "a", receipt: receipt("1"), earning: [])
        try books.purchase(by: two, key: "b", receipt: receipt("1"), earning: [])
        #expect(try books.commit() == .conflict(members: [two]))
        books.link(one, Identifier(.card, "c"), key: "a")
        books.link(two, Identifier(.card, "c"), key: "b")
        #expect(try books.commit() == .conflict(members: [two]))
        #expect(try store.read { try $0.counts() }.operations == 2)
    }

    @Test("takes several operations of one member, also of a new one", arguments: StoreKind.allCases)
    func severalOfOneMember(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        for number in 1...70 {
            try books.purchase(
                by: member, key: ExactText("k\(number)"), receipt: receipt("\(number)"),
                earning: [("beans", Int64(number), nil)])
        }
        #expect(try books.commit() == .committed)
        let sequences = try store.read { reader in
            try reader.operations(of: member, after: 0, limit: 100).map(\.sealed.operation.id.sequence)
        }
        #expect(sequences == Array(1...71))
    }

    @Test("refuses a batch that does not add up", arguments: StoreKind.allCases)
    func addsUp(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        #expect(try books.commit() == .committed)
        let before = try StoreContents(store)
        try books.purchase(by: member, key: "k", receipt: receipt("1"), earning: [("beans", 10, nil)])
        let good = books.batch()

        var wrongTotal = good
        wrongTotal.totals = [
            ProgramTotal(currency: CurrencyID("beans"), account: .issued, change: Points(-11))
        ]
        var missingTotal = good
        missingTotal.totals = []
        var missingOperation = good
        missingOperation.operations = []
        var missingMember = good
        missingMember.members = []
        var wrongCount = good
        wrongCount.block = Block(
            writer: good.block.writer, number: good.block.number, previous: good.block.previous, root: good.block.root,
            count: 2, recordedAt: good.block.recordedAt,
            newestRuleSet: good.block.newestRuleSet)
        var wrongBalance = good
        wrongBalance.members = good.members.map { write in
            var state = write.state
            state.ledger = MemberLedger(
                balances: [Balance(currency: CurrencyID("beans"), available: Points(11))], lots: state.ledger.lots,
                lastLot: state.ledger.lastLot, lastTransfer: state.ledger.lastTransfer)
            return MemberWrite(state: state, expectedVersion: write.expectedVersion)
        }
        for batch in [wrongTotal, missingTotal, missingOperation, missingMember, wrongCount, wrongBalance] {
            #expect(throws: StoreError.self) { try store.commit(batch) }
            #expect(try StoreContents(store) == before)
        }
        #expect(try store.commit(good) == .committed)
    }

    @Test("is found by its number afterwards", arguments: StoreKind.allCases)
    func findsBatches(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let store = try under.open()
        var books = try Bookkeeper(store)
        let stranger = try store.registerWriter(at: books.now)
        #expect(try !store.hasBatch(writer: books.writer, number: 1))
        try books.enroll("m")
        let batch = books.batch()
        #expect(try store.commit(batch) == .committed)
        #expect(try store.hasBatch(writer: books.writer, number: 1))
        #expect(try !store.hasBatch(writer: books.writer, number: 2))
        #expect(try !store.hasBatch(writer: stranger, number: 1))
        // The same batch once more meets itself and changes nothing.
        let before = try StoreContents(store)
        let again = try? store.commit(batch)
        #expect(again != .committed)
        #expect(try StoreContents(store) == before)
        #expect(try under.open().hasBatch(writer: books.writer, number: 1))
    }
}
