import Ledger
import Synchronization

/// The clients that may connect, in memory, so that an unknown key costs no reading and blocks no event loop.
///
/// The engine's shell refreshes it every second, so a client added by the command line is known within that time.
package final class ClientDirectory: Sendable {
    private let clients: Mutex<[Digest: Client]>

    package init(_ clients: [Client] = []) {
        self.clients = Mutex(Self.byDigest(clients))
    }

    /// Replaces what is known.
    package func refresh(_ clients: [Client]) {
        let fresh = Self.byDigest(clients)
        self.clients.withLock { $0 = fresh }
    }

    /// The client that has a key.
    package func client(with key: APIKey) -> Client? {
        let digest = key.digest
        guard let client = clients.withLock({ $0[digest] }), client.keyDigest.equalsInConstantTime(digest) else {
            return nil
        }
        return client
    }

    private static func byDigest(_ clients: [Client]) -> [Digest: Client] {
        Dictionary(clients.map { ($0.keyDigest, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
