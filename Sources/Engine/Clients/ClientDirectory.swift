public import Ledger
import Synchronization
public import Time

/// What somebody shows to be let in: the digest of a secret, or of a certificate.
public struct ClientProof: Hashable, Sendable {
    public let kind: ClientKey.Kind
    public let digest: Digest

    public init(_ kind: ClientKey.Kind, _ digest: Digest) {
        self.kind = kind
        self.digest = digest
    }

    /// The proof that a secret gives.
    public init(_ key: APIKey) {
        self.init(.secret, key.digest)
    }
}

/// The clients that may connect, in memory, so that an unknown key costs no reading and blocks no event loop.
///
/// The engine's shell refreshes it twice a second, so what the command line changes is known within that time.
public final class ClientDirectory: Sendable {
    private struct Entry {
        let client: Client
        let key: ClientKey
    }

    /// By the first word of the digest, so that whole digests are compared in constant time only.
    private let entries: Mutex<[UInt64: [Entry]]>
    /// Held while the store is read, so that what was read later is not replaced by what was read earlier.
    private let catchingUp = Mutex(())

    public init(_ clients: [Client] = []) {
        entries = Mutex(Self.indexed(clients))
    }

    /// Replaces what is known.
    public func refresh(_ clients: [Client]) {
        let fresh = Self.indexed(clients)
        entries.withLock { $0 = fresh }
    }

    /// Learns what changed since.
    ///
    /// - Throws: `StoreError`.
    public func catchUp(with store: any Store) throws {
        try catchingUp.withLock { _ in refresh(try store.read { try $0.clients() }) }
    }

    /// Whose proof it is, if it is valid at an instant.
    public func client(with proof: ClientProof, at now: Instant) -> Client? {
        let candidates = entries.withLock { $0[proof.digest.words.0] } ?? []
        let found = candidates.first { $0.key.digest.equalsInConstantTime(proof.digest) && $0.key.kind == proof.kind }
        guard let found, found.key.isValid(at: now) else { return nil }
        return found.client
    }

    /// What a client may do; `nil` for one that may not connect.
    public func role(of number: Int64) -> Role? {
        entries.withLock { $0.values.joined().first { $0.client.number == number }?.client.role }
    }

    private static func indexed(_ clients: [Client]) -> [UInt64: [Entry]] {
        var entries: [UInt64: [Entry]] = [:]
        for client in clients where client.revokedAt == nil {
            for key in client.keys { entries[key.digest.words.0, default: []].append(Entry(client: client, key: key)) }
        }
        return entries
    }
}
