import Engine
import Ledger
import Loyalty
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
}
