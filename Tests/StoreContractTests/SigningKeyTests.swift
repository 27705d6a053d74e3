import Engine
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("What tills need that cannot ask: keys that sign", .temporaryFolder)
struct SigningKeyTests {
    private static func key(_ number: Int64, _ byte: UInt8) -> SigningKey {
        SigningKey(
            number: number, createdAt: Instant(seconds: 1_700_000_000 + number),
            secret: Array(repeating: byte, count: 31) + [0])
    }

    @Test("are kept by number, the first one of each", arguments: StoreKind.allCases)
    func keys(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        #expect(try store.read { try $0.signingKeys() }.isEmpty)
        try store.addSigningKey(Self.key(2, 0))
        try store.addSigningKey(Self.key(1, 255))
        try store.addSigningKey(Self.key(2, 7))
        #expect(try store.read { try $0.signingKeys() } == [Self.key(1, 255), Self.key(2, 0)])
    }

    @Test("holds of tills that cannot ask are read back beside plain ones", arguments: StoreKind.allCases)
    func holds(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        var books = try Bookkeeper(store)
        let member = try books.enroll("m-1")
        func hold(_ operation: Int64, validUntil: Instant?) -> Hold {
            Hold(
                operation: operation, currency: CurrencyID("beans"),
                shares: [LotShare(lot: 1, points: Points(5)), LotShare(lot: 3, points: Points(7))],
                until: books.now + 1_000, validUntil: validUntil)
        }
        let holds = [hold(1, validUntil: nil), hold(-20, validUntil: books.now), hold(2, validUntil: nil)]
        books.setHolds(member, holds)
        #expect(try books.commit() == .committed)
        #expect(try store.read { try $0.state(of: member) }?.holds == holds)
    }

    @Test("are made once, whoever opens the store first", arguments: StoreKind.allCases)
    func firstKey(kind: StoreKind) throws {
        let store = StoreUnderTest(kind)
        let one = try AllowanceKeys(of: store.open(), at: Instant(seconds: 1))
        let other = try AllowanceKeys(of: store.open(), at: Instant(seconds: 2))
        #expect(one.publicKeys == other.publicKeys && one.publicKeys.count == 1)
    }
}
