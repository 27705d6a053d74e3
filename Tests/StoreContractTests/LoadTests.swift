import Engine
import Ledger
import Loyalty
import Rules
import TestSupport
import Testing
import Time

@Suite("Loading", .temporaryFolder)
struct LoadTests {
    private static let beans = CurrencyID("beans")

    @Test("finds members by every identifier and by number", arguments: StoreKind.allCases)
    func findsMembers(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let identifiers = [
            Identifier(.card, "4711"), Identifier(.phone, "+81312345678"), Identifier(.email, "h@example.com"),
            Identifier(.external("crm"), "77"), Identifier(.external("web"), "77"),
        ]
        let member = try books.enroll("m-1", identifiers: identifiers)
        let other = try books.enroll("m-2", identifiers: [Identifier(.card, "77")])
        let third = try books.enroll("m-3")
        #expect(try books.commit() == .committed)
        for identifier in [Identifier(.member, "m-1")] + identifiers {
            var keys = LoadKeys()
            keys.identifiers = [identifier]
            let loaded = try store.load(keys)
            #expect(loaded.owners == [identifier: member])
            #expect(loaded.states == [member: books.states[member]])
        }
        var keys = LoadKeys()
        keys.identifiers = [Identifier(.card, "77"), Identifier(.card, "nobody"), Identifier(.member, "4711")]
        keys.members = [third, MemberNumber(999), other]
        let loaded = try store.load(keys)
        #expect(loaded.owners == [Identifier(.card, "77"): other])
        #expect(Set(loaded.states.keys) == [other, third])
    }

    @Test("finds what was answered, in the scope of the client", arguments: StoreKind.allCases)
    func findsAnswers(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        try books.purchase(by: member, key: "k", receipt: receipt("1"), earning: [], result: Array("{}".utf8))
        books.expire(member, at: books.now)
        let batch = books.batch()
        #expect(try store.commit(batch) == .committed)
        var keys = LoadKeys()
        let mine = IdempotencyKey(client: 1, key: "k")
        keys.causes = [mine, IdempotencyKey(client: 2, key: "k"), IdempotencyKey(client: 1, key: "")]
        let answers = try store.load(keys).answers
        #expect(
            answers == [
                mine: StoredAnswer(
                    operation: OperationID(member: member, sequence: 2),
                    fingerprint: try #require(batch.operations[1].operation.cause?.fingerprint),
                    salt: batch.operations[1].salt, result: Array("{}".utf8))
            ])
    }

    @Test("finds receipts by store, terminal and number", arguments: StoreKind.allCases)
    func findsReceipts(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        let posted = [
            receipt("1", store: "a", terminal: "b"), receipt("1", store: "a", terminal: ""),
            receipt("b1", store: "a", terminal: ""), receipt("2", store: "a", terminal: "b"),
        ]
        for (index, receipt) in posted.enumerated() {
            try books.purchase(by: member, key: ExactText("k\(index)"), receipt: receipt, earning: [])
        }
        #expect(try books.commit() == .committed)
        var keys = LoadKeys()
        keys.receipts = posted + [receipt("", store: "a", terminal: "b1"), receipt("1", store: "ab", terminal: "")]
        let expected = posted.enumerated().map { ($1, OperationID(member: member, sequence: Int64($0 + 2))) }
        #expect(try store.load(keys).receipts == Dictionary(uniqueKeysWithValues: expected))
    }

    @Test("gives states back as they were written", arguments: StoreKind.allCases)
    func givesStatesBack(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m")
        let year = Instant(seconds: 1_800_000_000)
        for number in 1...40 {
            try books.purchase(
                by: member, key: ExactText("k\(number)"), receipt: receipt("\(number)"),
                earning: [("beans", 7, number % 3 == 0 ? nil : year + Int64(number)), ("stamps", 1, nil)])
        }
        books.expire(member, at: year + 20)
        books.setTier(
            member,
            TierStanding(
                periods: [
                    .init(level: "basic", since: Instant(milliseconds: -5)), .init(level: "silver", since: year),
                ],
                until: nil,
                tallies: [
                    TierTally(
                        .init(.earned(CurrencyID("stamps")), by: .year),
                        buckets: [.init(number: 2023, total: 12), .init(number: 2024, total: .max)])
                ]))
        #expect(try books.commit() == .committed)
        let state = try #require(books.states[member])
        #expect(try store.read { try $0.state(of: member) } == state)
        #expect(state.ledger.lots.count < 80)
        books.setTier(
            member, TierStanding(periods: [.init(level: "gold", since: year)], until: year + 1))
        #expect(try books.commit() == .committed)
        #expect(try store.read { try $0.state(of: member)?.tier?.until } == year + 1)
    }

    @Test("keeps everything about levels, and tells how they changed", arguments: StoreKind.allCases)
    func levels(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let (member, other) = (try books.enroll("a"), try books.enroll("b"))
        let day = Instant(milliseconds: 1_750_000_000_000)
        let standing = TierStanding(
            periods: [
                .init(level: "basic", since: day),
                .init(level: "gold", since: day + 5, reason: .given, operation: 7),
            ],
            reached: "basic", until: day + 10, end: CivilDate(daysSinceEpoch: 20_000),
            floor: .init(level: "gold", since: day + 5, until: nil),
            tallies: [
                TierTally(
                    .init(.visits, by: .day), buckets: [.init(number: -3, total: 1), .init(number: 20_000, total: -2)]),
                TierTally(.init(.spend, by: .quarter), buckets: [.init(number: 0, total: .min)]),
                TierTally(.init(.earned(CurrencyID("a_b")), by: .lifetime)),
            ])
        let changes = [
            TierChange(from: "basic", to: "silver", since: day, reason: .reached),
            TierChange(from: "silver", to: "gold", since: day + 5, reason: .given),
        ]
        var detail = Detail([.init("reason", .text("金"))])
        books.setTier(member, standing, changes: changes, detail: detail)
        books.setTier(other, standing)
        detail = Detail([.init("level", .text("gold"))])
        books.setTier(
            member, standing, changes: [TierChange(from: "gold", to: "basic", since: day + 9, reason: .givenEnded)],
            detail: detail)
        #expect(try books.commit() == .committed)
        try store.read { reader in
            #expect(try reader.state(of: member)?.tier == standing)
            let told = try reader.tierChanges(of: member)
            #expect(told.map(\.change.to) == ["silver", "gold", "basic"])
            #expect(told.map(\.operation.sequence) == [2, 2, 3] && told.map(\.words) == ["金", "金", nil])
            #expect(try reader.operations(of: member, after: 1, limit: 1)[0].sealed.operation.tierChanges == changes)
            #expect(try reader.tierChanges(of: other).isEmpty)
        }
    }

    @Test("keeps the ends of the range of 64 bits", arguments: StoreKind.allCases)
    func keepsHugeValues(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let (member, other) = (try books.enroll("m"), try books.enroll("n"))
        let item = Purchase.Item(
            sku: "", category: "", tags: [], quantity: .min, amount: .max, tax: .min)
        try books.purchase(
            by: member, key: "k", receipt: receipt("1"),
            earning: [("beans", .max, .distantFuture), ("stamps", 1, .distantPast)], items: [item])
        let batch = books.batch()
        #expect(try books.commit() == .committed)
        #expect(try store.read { try $0.state(of: member) } == books.states[member])
        #expect(
            try store.read { try $0.operations(of: member, after: 1, limit: 1) }.map(\.sealed) == [batch.operations[2]])
        #expect(try store.read { try $0.totals() }.first?.change == Points(-.max))

        // A second member's award takes the program's account beyond 64 bits: said, not wrapped around.
        try books.purchase(by: other, key: "l", receipt: receipt("2"), earning: [("beans", .max, nil)])
        #expect(try books.commit() == .committed)
        #expect(throws: StoreError.self) { try store.read { try $0.totals() } }
    }
}
