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

    @Test("are followed by a new one, beside those before or instead of them", arguments: StoreKind.allCases)
    func rotation(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        try store.addSigningKey(Self.key(1, 255))
        func rotate(endingEarlier: Bool) throws -> SigningKey {
            try store.rotateSigningKey(
                SigningKeyRotation(endsEarlier: endingEarlier, at: Instant(seconds: 1_800_000_000), by: .commandLine))
        }
        let second = try rotate(endingEarlier: false)
        #expect(try store.read { try $0.signingKeys() } == [Self.key(1, 255), second])
        let third = try rotate(endingEarlier: true)
        #expect(try store.read { try $0.signingKeys() } == [third])
        #expect([second.number, third.number] == [2, 3] && second.secret != third.secret)
        let trail = try store.read { try $0.audit(after: 0, limit: 10) }.map(\.note)
        #expect(trail.map(\.action) == [.rotateSigningKey, .rotateSigningKey])
        #expect(trail.map(\.subject) == ["signing key 2", "signing key 3"])
        #expect(trail.map(\.details) == [[], [AuditNote.Detail("ended", "1, 2")]])
        // Whoever starts for the first time now makes none.
        _ = try AllowanceKeys(of: store, at: Instant(seconds: 1_800_000_001))
        #expect(try store.read { try $0.signingKeys() } == [third])
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
