import Engine
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("Reading", .temporaryFolder)
struct ReadTests {
    /// A member with so many operations behind the first one, in batches of eleven.
    private static func member(
        with count: Int, in books: inout Bookkeeper, id: String = "m"
    ) throws -> MemberNumber {
        let member = try books.enroll(ExactText(id))
        for number in 1...count {
            try books.purchase(
                by: member, key: ExactText("\(id)/\(number)"), receipt: receipt("\(id)/\(number)"),
                earning: [("beans", Int64(number), nil)])
            if number % 11 == 0 { _ = try books.commit() }
        }
        _ = try books.commit()
        return member
    }

    @Test("pages through operations both ways", arguments: StoreKind.allCases)
    func pages(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try Self.member(with: 99, in: &books)
        let other = try Self.member(with: 3, in: &books, id: "other")
        let rows: [(after: Int64, limit: Int, expected: [Int64])] = [
            (0, 3, [1, 2, 3]), (-5, 2, [1, 2]), (30, 4, [31, 32, 33, 34]), (31, 1, [32]), (63, 3, [64, 65, 66]),
            (97, 10, [98, 99, 100]), (99, 10, [100]), (100, 10, []), (1_000, 10, []), (.max, 10, []), (0, 0, []),
            (0, .max, Array(1...100)),
        ]
        try store.read { reader in
            for row in rows {
                let found = try reader.operations(of: member, after: row.after, limit: row.limit)
                #expect(found.map(\.sealed.operation.id.sequence) == row.expected, "after \(row.after)")
                #expect(found.allSatisfy { $0.sealed.operation.id.member == member })
            }
        }
        let back: [(before: Int64, limit: Int, expected: [Int64])] = [
            (.max, 3, [100, 99, 98]), (101, 2, [100, 99]), (100, 2, [99, 98]), (34, 4, [33, 32, 31, 30]),
            (33, 1, [32]), (65, 2, [64, 63]), (3, 10, [2, 1]), (1, 10, []), (0, 10, []), (.min, 10, []),
            (.max, 0, []), (.max, .max, (1...100).reversed()),
        ]
        try store.read { reader in
            for row in back {
                let found = try reader.operations(of: member, before: row.before, limit: row.limit)
                #expect(found.map(\.sealed.operation.id.sequence) == row.expected, "before \(row.before)")
            }
            #expect(try reader.operations(of: other, after: 0, limit: 10).count == 4)
            #expect(try reader.operations(of: MemberNumber(777), after: 0, limit: 10).isEmpty)
            #expect(try reader.operations(of: MemberNumber(777), before: .max, limit: 10).isEmpty)
        }
    }

    @Test("shows lots as they are now, closed ones included", arguments: StoreKind.allCases)
    func lots(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        let due = Instant(seconds: 1_800_000_000)
        for (index, expiry) in [due, nil, due + 1, due - 1].enumerated() {
            try books.purchase(
                by: member, key: ExactText("k\(index)"), receipt: receipt("\(index)"),
                earning: [("beans", 10 + Int64(index), expiry)])
        }
        #expect(try books.commit() == .committed)
        books.expire(member, at: due)
        #expect(try books.commit() == .committed)
        let lots = try store.read { try $0.lots(of: member) }
        #expect(lots.map(\.number) == [1, 2, 3, 4])
        #expect(lots.map(\.original.count) == [10, 11, 12, 13])
        #expect(lots.map(\.remaining.count) == [0, 11, 12, 0])
        let open = try store.read { try $0.state(of: member)?.ledger.lots.map(\.number) }
        #expect(open == [3, 2])
        #expect(try store.read { try $0.lots(of: MemberNumber(99)) }.isEmpty)
    }

    @Test("gives identifiers in the order of adding", arguments: StoreKind.allCases)
    func profiles(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m", identifiers: [Identifier(.phone, "2"), Identifier(.card, "1")])
        let other = try books.enroll("a", name: "")
        books.link(other, Identifier(.card, "0"), key: "l0")
        #expect(try books.commit() == .committed)
        books.link(member, Identifier(.external("crm"), "9"), key: "l1")
        #expect(try books.commit() == .committed)
        books.link(member, Identifier(.card, "5"), key: "l2")
        #expect(try books.commit() == .committed)
        let profiles = try store.read { reader in
            try [member, other, MemberNumber(99)].map { try reader.profile(of: $0) }
        }
        #expect(
            profiles[0].identifiers == [
                Identifier(.member, "m"), Identifier(.phone, "2"), Identifier(.card, "1"),
                Identifier(.external("crm"), "9"), Identifier(.card, "5"),
            ])
        #expect(profiles.map(\.name) == [nil, "", nil])
        #expect(profiles[2].identifiers.isEmpty)
        #expect(try store.read { try $0.owner(of: Identifier(.card, "5")) } == member)
        #expect(try store.read { try $0.owner(of: Identifier(.card, "6")) } == nil)
    }

    @Test("lists members and blocks page by page", arguments: StoreKind.allCases)
    func lists(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        var members: [MemberNumber] = []
        for number in 1...25 {
            members.append(try books.enroll(ExactText("m\(number)")))
            if number % 5 == 0 { #expect(try books.commit() == .committed) }
        }
        try store.read { reader in
            #expect(try reader.members(after: MemberNumber(0), limit: 100) == members.sorted())
            #expect(try reader.members(after: members[9], limit: 3) == Array(members[10...12]))
            #expect(try reader.members(after: members[24], limit: 3).isEmpty)
            let blocks = try reader.blocks(of: books.writer, after: 0, limit: 100)
            #expect(blocks.map(\.number) == [1, 2, 3, 4, 5])
            #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $1.previous == $0.root })
            #expect(try reader.blocks(of: books.writer, after: 2, limit: 2) == Array(blocks[2...3]))
            #expect(try reader.blocks(of: WriterID(99), after: 0, limit: 2).isEmpty)
            #expect(try reader.digests(writer: books.writer, number: 6).isEmpty)
            #expect(try reader.digests(writer: books.writer, number: 2).count == 5)
        }
    }

    @Test("sees one moment, whatever is committed meanwhile", arguments: StoreKind.allCases)
    func oneMoment(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let (store, other) = (try under.open(), try under.open())
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        #expect(try books.commit() == .committed)
        try store.read { reader in
            let before = try reader.counts()
            try books.purchase(by: member, key: "k", receipt: receipt("1"), earning: [("beans", 1, nil)])
            #expect(try books.commit() == .committed)
            #expect(try reader.counts() == before)
            #expect(try reader.state(of: member)?.version == 1)
            #expect(try other.read { try $0.state(of: member)?.version } == 2)
        }
    }

    @Test("sums the program's totals over batches and writers", arguments: StoreKind.allCases)
    func totals(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        var first = try Bookkeeper(under.open(), seed: 1)
        var second = try Bookkeeper(under.open(), seed: 2)
        #expect(try first.store.read { try $0.totals() }.isEmpty)
        let due = Instant(seconds: 1_800_000_000)
        let (one, two) = (try first.enroll("one"), try second.enroll("two"))
        try first.purchase(by: one, key: "a", receipt: receipt("1"), earning: [("beans", 10, due), ("stamps", 1, nil)])
        try second.purchase(by: two, key: "b", receipt: receipt("2"), earning: [("beans", 5, nil)])
        #expect(try first.commit() == .committed)
        #expect(try second.commit() == .committed)
        first.expire(one, at: due)
        #expect(try first.commit() == .committed)
        let (beans, stamps) = (CurrencyID("beans"), CurrencyID("stamps"))
        #expect(
            try second.store.read { try $0.totals() } == [
                ProgramTotal(currency: beans, account: .issued, change: Points(-15)),
                ProgramTotal(currency: beans, account: .expired, change: Points(10)),
                ProgramTotal(currency: stamps, account: .issued, change: Points(-1)),
            ])
    }
}
