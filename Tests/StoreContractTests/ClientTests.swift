import Engine
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@Suite("Clients and their keys", .temporaryFolder)
struct ClientTests {
    private static let noon = Instant(milliseconds: 1_000_000)
    private static let office = Author(client: 9, name: "office", origin: "10.0.0.1:5")

    private static func digest(_ number: UInt64) -> Digest { Digest(words: (number, .max, 0, 1 << 63)) }

    private static func key(_ number: UInt64, until end: Instant? = nil) -> ClientChange.NewKey {
        ClientChange.NewKey(digest: digest(number), expiresAt: end)
    }

    private static func request(_ key: String, _ content: UInt64) -> KeyedRequest {
        KeyedRequest(key: IdempotencyKey(client: 9, key: ExactText(key)), fingerprint: digest(content))
    }

    @Test("come back as they were made, in another engine too", arguments: StoreKind.allCases)
    func reading(kind: StoreKind) throws {
        let under = StoreUnderTest(kind)
        let (one, two) = (try under.open(), try under.open())
        let till = ClientChange(
            .add(
                name: "till 絆", role: .pos, stores: ["tokyo-01", "tokyo é"],
                key: .init(kind: .certificate, digest: Self.digest(1), expiresAt: Self.noon + 5)),
            at: Self.noon, by: Self.office, request: Self.request("k 絆", 1))
        let made = try one.changeClients(till)
        guard case .done(let client) = made else {
            Issue.record("it is made")
            return
        }
        #expect(client.number == 1)
        #expect(client.stores == ["tokyo-01", "tokyo é"])
        #expect(client.keys.map(\.kind) == [.certificate])
        #expect(try two.read { try $0.clients() } == [client])
        #expect(try two.changeClients(till) == .repeated(client))
        let other = ClientChange(
            .add(name: "x", role: .pos, stores: [], key: Self.key(7)), at: Self.noon, by: Self.office,
            request: Self.request("k 絆", 2))
        #expect(try two.changeClients(other) == .keyReused(client))
        let again = ClientChange(
            .add(name: "x", role: .pos, stores: [], key: Self.key(1)), at: Self.noon, by: Self.office)
        #expect(try two.changeClients(again) == .digestTaken)
        #expect(try one.read { try $0.audit(after: 0, limit: 9) }.count == 1)
    }

    @Test("have two valid keys at most while they change", arguments: StoreKind.allCases)
    func rotating(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        _ = try store.changeClients(
            ClientChange(
                .add(name: "till", role: .pos, stores: [], key: Self.key(1, until: Self.noon + 10_000)), at: Self.noon,
                by: .commandLine))
        func rotate(_ number: UInt64, at instant: Instant, overlapMs: Int64) throws -> Client? {
            let outcome = try store.changeClients(
                ClientChange(
                    .rotate(client: 1, key: Self.key(number), overlapMs: overlapMs), at: instant, by: Self.office))
            guard case .done(let client) = outcome else { return nil }
            return client
        }
        let second = try #require(try rotate(2, at: Self.noon + 1, overlapMs: 1000))
        #expect(second.keys.map(\.expiresAt) == [Self.noon + 1001, nil])
        let third = try #require(try rotate(3, at: Self.noon + 2, overlapMs: 20_000))
        #expect(third.keys.map(\.expiresAt) == [Self.noon + 2, Self.noon + 20_002, nil], "the oldest ends at once")
        #expect(third.validKeys(at: Self.noon + 2).count == Client.validKeysMost)
        let fourth = try #require(try rotate(4, at: Self.noon + 3, overlapMs: 0))
        #expect(fourth.validKeys(at: Self.noon + 3).map(\.digest) == [Self.digest(4)], "no overlap ends all others")
        #expect(try store.read { try $0.clients() } == [fourth])
        #expect(
            try store.changeClients(
                ClientChange(.rotate(client: 2, key: Self.key(9), overlapMs: 0), at: Self.noon, by: Self.office))
                == .unknownClient)
    }

    @Test("are revoked for ever, and the trail tells by whom", arguments: StoreKind.allCases)
    func revoking(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        for number in 1...2 {
            _ = try store.addClient(
                NewClient(
                    name: "till \(number)", role: .pos, keyDigest: Self.digest(UInt64(number)), createdAt: Self.noon))
        }
        let revoke = ClientChange(.revoke(client: 1), at: Self.noon + 1, by: Self.office)
        guard case .done(let revoked) = try store.changeClients(revoke) else {
            Issue.record("it is revoked")
            return
        }
        #expect(revoked.revokedAt == Self.noon + 1)
        #expect(revoked.validKeys(at: Self.noon + 1).isEmpty)
        #expect(try store.changeClients(revoke) == .repeated(revoked))
        let rotation = ClientChange(
            .rotate(client: 1, key: Self.key(5), overlapMs: 0), at: Self.noon + 2, by: Self.office)
        #expect(try store.changeClients(rotation) == .revoked(revoked))
        #expect(try store.read { try $0.clients() }.map(\.revokedAt) == [Self.noon + 1, nil])

        // A call that revokes is known by its key, as one that makes is.
        let keyed = ClientChange(
            .revoke(client: 2), at: Self.noon + 3, by: Self.office, request: Self.request("r", 1))
        guard case .done(let second) = try store.changeClients(keyed) else {
            Issue.record("it is revoked")
            return
        }
        #expect(second.revocation == Self.request("r", 1))
        #expect(try store.changeClients(keyed) == .repeated(second))
        let reused = ClientChange(
            .add(name: "x", role: .pos, stores: [], key: Self.key(8)), at: Self.noon, by: Self.office,
            request: Self.request("r", 2))
        #expect(try store.changeClients(reused) == .keyReused(second))
        #expect(try store.read { try $0.clients() }.map(\.revocation) == [nil, Self.request("r", 1)])

        let entries = try store.read { try $0.audit(after: 0, limit: 3) }
        #expect(entries.map(\.note.action) == [.addClient, .addClient, .revokeClient])
        #expect(entries[2].note.author == Self.office)
        #expect(entries[2].note.subject == "client 1")
        #expect(
            entries[2].note.details == [
                .init("name", "till 1"), .init("role", "pos"), .init("key_before", revoked.keys[0].name),
            ])
        #expect(entries[2] == AuditEntry(entries[2].note, behind: entries[1]))
    }

    @Test("share the audit trail with what is done to a store itself", arguments: StoreKind.allCases)
    func recording(kind: StoreKind) throws {
        let store = try StoreUnderTest(kind).open()
        _ = try store.addClient(
            NewClient(name: "till", role: .pos, keyDigest: Self.digest(1), createdAt: Self.noon))
        let note = AuditNote(
            at: Self.noon + 1, author: Author(client: nil, name: "command line", origin: "hanako@shop"),
            action: .backUp, subject: "database", details: [.init("file", "/backup/絆")])
        try store.record(note)
        let entries = try store.read { try $0.audit(after: 0, limit: 9) }
        #expect(entries.count == 2)
        #expect(entries[1] == AuditEntry(note, behind: entries[0]))
    }
}

@Suite struct ClientDirectoryTests {
    private static let noon = Instant(milliseconds: 1_000_000)

    @Test("knows whose a proof is while it is valid, and a certificate from a secret")
    func proofs() {
        let digest = Digest(words: (1, 2, 3, 4))
        let twin = Digest(words: (1, 2, 3, 5))
        let client = Client(
            number: 1, name: "till", role: .pos, createdAt: Self.noon,
            keys: [ClientKey(digest: digest, createdAt: Self.noon, expiresAt: Self.noon + 5)])
        let directory = ClientDirectory([client])
        #expect(directory.client(with: ClientProof(.secret, digest), at: Self.noon + 4) == client)
        #expect(directory.client(with: ClientProof(.secret, digest), at: Self.noon + 5) == nil)
        #expect(directory.client(with: ClientProof(.certificate, digest), at: Self.noon) == nil)
        #expect(directory.client(with: ClientProof(.secret, twin), at: Self.noon) == nil)
        directory.refresh([])
        #expect(directory.client(with: ClientProof(.secret, digest), at: Self.noon) == nil)
    }
}
