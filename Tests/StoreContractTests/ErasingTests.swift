import Engine
import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

@Suite("Erasing", .temporaryFolder)
struct ErasingTests {
    private static func consent(_ purpose: String, _ granted: Bool, at seconds: Int64) -> Consent {
        Consent(purpose: purpose, isGranted: granted, source: "app", saidAt: Instant(seconds: seconds))
    }

    @Test("keeps what members agree to, the last word of each purpose", arguments: StoreKind.allCases)
    func consents(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        let other = try books.enroll("o")
        var batch = books.batch()
        batch.consents = [
            ConsentWrite(member: member, consent: Self.consent("news", true, at: 1)),
            ConsentWrite(member: other, consent: Self.consent("news", true, at: 2)),
            ConsentWrite(member: member, consent: Self.consent("ads", true, at: 3)),
            ConsentWrite(member: member, consent: Self.consent("news", false, at: 4)),
        ]
        #expect(try store.commit(batch) == .committed)
        try store.read { reader throws in
            #expect(
                try reader.consents(of: member) == [
                    Self.consent("ads", true, at: 3), Self.consent("news", false, at: 4),
                ])
            #expect(try reader.consents(of: other) == [Self.consent("news", true, at: 2)])
            #expect(try reader.consents(of: MemberNumber(999)) == [])
        }
    }

    @Test("takes everything personal of one member and leaves all else", arguments: StoreKind.allCases)
    func erases(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let card = Identifier(.card, "9001")
        let voucher = Identifier(.voucher, "K4TW9Q2M7XHC3PZR")
        let member = try books.enroll("m", name: "Hanako", identifiers: [card, voucher])
        let other = try books.enroll("o", name: "Taro", identifiers: [Identifier(.card, "9002")])
        try books.purchase(by: member, key: "k1", receipt: receipt("1"), earning: [("beans", 10, nil)])
        try books.purchase(by: other, key: "k2", receipt: receipt("2"), earning: [("beans", 5, nil)])
        var first = books.batch()
        first.traits = [TraitsWrite(member: member, traits: Traits(tags: ["vip"]))]
        first.consents = [ConsentWrite(member: member, consent: Self.consent("news", true, at: 1))]
        #expect(try store.commit(first) == .committed)
        books.settle(first)
        let untouched = try store.read { try $0.operations(of: other, after: 0, limit: 10) }

        books.erase(member, key: "e")
        var second = books.batch()
        second.erasures = [member]
        second.identifiers = [
            NewIdentifier(identifier: Identifier(.member, MemberState.pseudonym(of: member)), member: member)
        ]
        #expect(try store.commit(second) == .committed)

        try store.read { reader in
            #expect(try reader.owner(of: card) == nil)
            #expect(try reader.owner(of: Identifier(.member, "m")) == nil)
            #expect(try reader.owner(of: voucher) == member)
            #expect(try reader.owner(of: Identifier(.member, MemberState.pseudonym(of: member))) == member)
            let profile = try reader.profile(of: member)
            #expect(profile.name == nil && profile.identifiers.count == 2)
            let state = try #require(try reader.state(of: member))
            #expect(state.id == MemberState.pseudonym(of: member) && state.erasedAt != nil && state.traits.isEmpty)
            #expect(state.ledger.balance(of: CurrencyID("beans")).available == Points(10))
            #expect(try reader.consents(of: member) == [])
            let operations = try reader.operations(of: member, after: 0, limit: 10).map(\.sealed)
            #expect(operations.map(\.result.isEmpty) == [true, true, false])
            #expect(operations.dropLast().allSatisfy { $0.salt == nil }, "nobody can try what the calls said")
            #expect(operations.allSatisfy { $0.operation.seen == $0.operation.seen.withoutPerson })
            #expect(operations.map(\.operation.movements.transfers.count) == [0, 1, 0])
            #expect(try reader.operations(of: other, after: 0, limit: 10) == untouched)
            #expect(try reader.profile(of: other).name == "Taro")
        }
        // The same key is known, and its answer is gone; the card may be somebody else's.
        var keys = LoadKeys()
        keys.causes = [IdempotencyKey(client: 1, key: "k1"), IdempotencyKey(client: 1, key: "k2")]
        let answers = try store.load(keys).answers
        #expect(answers[IdempotencyKey(client: 1, key: "k1")]?.result == [])
        #expect(answers[IdempotencyKey(client: 1, key: "k1")]?.salt == nil)
        #expect(answers[IdempotencyKey(client: 1, key: "k2")]?.salt != nil)
        #expect(answers[IdempotencyKey(client: 1, key: "k2")]?.result.isEmpty == false)
        books.settle(second)
        let heir = try books.enroll("n", identifiers: [card])
        #expect(try store.commit(books.batch()) == .committed)
        #expect(try store.read { try $0.owner(of: card) } == heir)
    }

    @Test("forgets answers batch by batch, up to an instant, and never what was asked", arguments: StoreKind.allCases)
    func oldAnswers(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        var other = try Bookkeeper(store, seed: 2)
        let member = try books.enroll("m")
        #expect(try books.commit() == .committed)
        let stranger = try other.enroll("o")
        #expect(try other.commit() == .committed)
        var limit = books.now
        for number in 1...5 {
            try books.purchase(
                by: member, key: ExactText("k\(number)"), receipt: receipt("\(number)"), earning: [("beans", 1, nil)])
            #expect(try books.commit() == .committed)
            if number == 3 { limit = books.now }
        }
        let before = try store.read { try $0.operations(of: member, after: 0, limit: 10) }
        // Everything before the third purchase: four batches, one of them by the other engine.
        #expect(try store.forgetAnswers(recordedBefore: limit, batches: 2) == 2)
        #expect(try store.forgetAnswers(recordedBefore: limit, batches: 9) == 2)
        #expect(try store.forgetAnswers(recordedBefore: limit, batches: 9) == 0)
        let after = try store.read { try $0.operations(of: member, after: 0, limit: 10) }
        #expect(after.map(\.sealed.result.isEmpty) == [true, true, true, false, false, false])
        #expect(after.map(\.sealed.operation) == before.map(\.sealed.operation))
        #expect(after.map(\.sealed.digest) == before.map(\.sealed.digest))
        #expect(try store.read { try $0.operations(of: stranger, after: 0, limit: 1) }[0].sealed.result.isEmpty)
        var keys = LoadKeys()
        keys.causes = (1...5).map { IdempotencyKey(client: 1, key: ExactText("k\($0)")) }
        let answers = try store.load(keys).answers
        #expect(keys.causes.map { answers[$0]?.result.isEmpty } == [true, true, false, false, false])
    }
}
