import Engine
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("A store", .temporaryFolder)
struct ReferenceDataTests {
    private static func digest(_ number: UInt64) -> Digest { Digest(words: (number, .max, 0, 1 << 63)) }

    @Test("knows clients by the digest of their key", arguments: StoreKind.allCases)
    func clients(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let (server, commandLine) = (try under.open(), try under.open())
        for (index, role) in Role.allCases.enumerated() {
            let number = try commandLine.addClient(
                NewClient(
                    name: "\(role)", role: role, keyDigest: Self.digest(UInt64(index)),
                    createdAt: Instant(milliseconds: Int64(index))))
            #expect(number == Int64(index + 1))
        }
        let clients = try server.read { try $0.clients() }
        #expect(clients.map(\.role) == Role.allCases)
        #expect(try server.read { try $0.client(keyDigest: Self.digest(1)) } == clients[1])
        #expect(try server.read { try $0.client(keyDigest: Self.digest(9)) } == nil)
        #expect(throws: StoreError.self) {
            try server.addClient(
                NewClient(name: "x", role: .pos, keyDigest: Self.digest(1), createdAt: Instant(milliseconds: 0)))
        }
        #expect(try server.read { try $0.clients() } == clients)
    }

    @Test("leases every member number once, and every writer number", arguments: StoreKind.allCases)
    func leases(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let (one, two) = (try under.open(), try under.open())
        var leased: [Range<Int64>] = []
        var writers: [WriterID] = []
        for count in 1...20 {
            leased.append(try one.leaseMemberNumbers(count))
            leased.append(try two.leaseMemberNumbers(3))
            writers.append(try one.registerWriter(at: Instant(milliseconds: 0)))
            writers.append(try two.registerWriter(at: Instant(milliseconds: 0)))
        }
        leased.append(try under.open().leaseMemberNumbers(5))
        #expect(leased.map(\.count) == (1...20).flatMap { [$0, 3] } + [5])
        #expect(Set(leased.joined()).count == leased.joined().count)
        #expect(leased.joined().min() == 1)
        #expect(try one.leaseMemberNumbers(0).isEmpty)
        #expect(Set(writers).count == writers.count)
        #expect(try two.read { try $0.writers() } == writers.sorted { $0.value < $1.value })
    }

    @Test("holds the same when it is opened again", arguments: StoreKind.allCases)
    func reopening(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let before = try {
            let store = try under.open()
            var books = try Bookkeeper(store)
            let member = try books.enroll("m", name: "Tarō", identifiers: [Identifier(.external("crm"), "1")])
            try books.purchase(by: member, key: "k", receipt: receipt("1"), earning: [("beans", 5, books.now)])
            #expect(try books.commit() == .committed)
            books.expire(member, at: books.now)
            #expect(try books.commit() == .committed)
            return try StoreContents(store)
        }()
        let store = try under.open()
        #expect(try StoreContents(store) == before)
        #expect(before.counts.operations == 3)
        let member = try #require(before.members.keys.first)
        var books = try Bookkeeper(store, seed: 5)
        try books.learn(member)
        try books.purchase(by: member, key: "l", receipt: receipt("2"), earning: [("beans", 5, nil)])
        #expect(try books.commit() == .committed)
    }
}
