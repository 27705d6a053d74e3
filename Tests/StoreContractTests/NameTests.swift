import Engine
import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

@Suite("Names that move", .temporaryFolder)
struct NameTests {
    @Test("an identifier is taken away, and given to somebody else in the same batch", arguments: StoreKind.allCases)
    func freeing(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna", identifiers: [.card("1"), .card("2")])
        let bert = try books.enroll("bert")
        #expect(try books.commit() == .committed)

        books.link(bert, .card("1"), key: "take")
        #expect(try books.commit() == .conflict(members: [bert]))
        books.link(bert, .card("1"), key: "take")
        var batch = books.batch()
        batch.freed = [.card("1"), .card("2"), .card("nobody's")]
        #expect(try store.commit(batch) == .committed)
        try store.read { (reader: any StoreReader) throws in
            #expect(try reader.owner(of: .card("1")) == bert)
            #expect(try reader.owner(of: .card("2")) == nil)
            #expect(try reader.profile(of: anna).identifiers == [Identifier(.member, "anna")])
            #expect(try reader.profile(of: bert).identifiers == [Identifier(.member, "bert"), .card("1")])
        }
    }

    @Test("all names of one become another's, new ones included", arguments: StoreKind.allCases)
    func merging(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna", identifiers: [.card("1")])
        let bert = try books.enroll("bert", name: "Bert", identifiers: [.card("2")])
        let carl = try books.enroll("carl", name: "Carl")
        #expect(try books.commit() == .committed)

        books.link(bert, .card("3"), key: "more")
        var batch = books.batch()
        batch.merges = [NamesMove(from: bert, to: anna), NamesMove(from: carl, to: anna)]
        #expect(try store.commit(batch) == .committed)
        try store.read { (reader: any StoreReader) throws in
            let profile = try reader.profile(of: anna)
            #expect(
                profile.identifiers == [
                    Identifier(.member, "anna"), .card("1"), Identifier(.member, "bert"), .card("2"), .card("3"),
                    Identifier(.member, "carl"),
                ])
            // The first name that came stays.
            #expect(profile.name == "Bert")
            for member in [bert, carl] {
                #expect(try reader.profile(of: member) == Profile(name: nil, identifiers: []))
            }
            #expect(try reader.owner(of: .card("3")) == anna)
        }
    }

    @Test("whether a member takes part is kept", arguments: StoreKind.allCases)
    func status(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let statuses: [MemberStatus] = [
            .active, .suspended, .closed(pointsUntil: Instant(milliseconds: 1_700_000_000_123)),
            .merged(into: OperationID(member: MemberNumber(7), sequence: 9)),
        ]
        for (index, status) in statuses.enumerated() {
            let member = try books.enroll(ExactText("m\(index)"))
            books.setStatus(member, status, renamedAt: Int64(index % 2))
            #expect(try books.commit() == .committed)
            let stored = try #require(try store.read { try $0.state(of: member) })
            #expect(stored == books.states[member])
            #expect(stored.status == status && stored.renamedAt == Int64(index % 2))
            var keys = LoadKeys()
            keys.members = [member]
            #expect(try store.load(keys).states[member] == stored)
        }
    }

    @Test("what one agreed to becomes the other's, the newest of each purpose", arguments: StoreKind.allCases)
    func consents(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna")
        let bert = try books.enroll("bert")
        let start = books.now
        func said(_ member: MemberNumber, _ purpose: String, _ isGranted: Bool, _ ms: Int64) -> ConsentWrite {
            ConsentWrite(
                member: member,
                consent: Consent(purpose: purpose, isGranted: isGranted, source: "app", saidAt: start + ms))
        }
        var first = books.batch()
        first.consents = [said(anna, "news", true, 1), said(anna, "calls", true, 5), said(bert, "news", false, 2)]
        #expect(try store.commit(first) == .committed)
        books.settle(first)
        books.link(bert, .card("3"), key: "more")
        var second = books.batch()
        // In the same batch as the merging, too.
        second.consents = [said(bert, "calls", false, 4), said(bert, "post", true, 6)]
        second.merges = [NamesMove(from: bert, to: anna)]
        #expect(try store.commit(second) == .committed)
        let consents = try store.read { try $0.consents(of: anna) }
        let told = consents.map { "\($0.purpose) \($0.isGranted)" }.sorted()
        #expect(told == ["calls true", "news false", "post true"])
        #expect(try store.read { try $0.consents(of: bert) } == [])
    }

    @Test(
        "what is loaded of an operation is its own member's, and what is read goes on with whoever took over",
        arguments: StoreKind.allCases)
    func records(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let anna = try books.enroll("anna")
        let bert = try books.enroll("bert")
        #expect(try books.commit() == .committed)
        books.surrender(bert, to: anna)
        #expect(try books.commit() == .committed)
        let joining = Reference.operation(OperationID(member: bert, sequence: 1))
        var keys = LoadKeys()
        keys.records = [joining]
        let loaded = try #require(try store.load(keys).records[joining])
        #expect(loaded.holder == bert)
        #expect(loaded.later.map(\.kind) == [.surrender])
        #expect(loaded.successor == OperationID(member: anna, sequence: 2))
        let read = try #require(try store.read { try $0.record(of: joining) })
        #expect(read.holder == anna)
        #expect(read.later.map(\.kind) == [.surrender, .merge])
    }

    @Test("what ties a member to others is read as it was written", arguments: StoreKind.allCases)
    func bonds(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let other = MemberNumber(77)
        let all: [Bonds] = [
            Bonds(code: "K4TW9Q2M7XHC3PZR"), Bonds(referral: Referral(by: other)),
            Bonds(referral: Referral(by: other, purchase: -5, reward: 9)), Bonds(pool: .owner(.company, [])),
            Bonds(pool: .owner(.household, [PoolMember(number: other, role: .earn)])),
            Bonds(pool: .member(owner: other, .spend)), Bonds(former: [other, MemberNumber(78)]),
        ]
        var members: [MemberNumber] = []
        for (index, bonds) in all.enumerated() {
            let member = try books.enroll(ExactText("m\(index)"))
            members.append(member)
            #expect(try books.commit() == .committed)
            books.setBonds(member, bonds)
            #expect(try books.commit() == .committed)
        }
        for (member, bonds) in zip(members, all) {
            #expect(try store.read { try $0.state(of: member) }?.bonds == bonds)
        }
    }
}
