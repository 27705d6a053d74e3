package import Ledger
package import Loyalty

/// The name of a call that an administrator makes, and what was asked for under it.
package struct KeyedRequest: Hashable, Sendable {
    package let key: IdempotencyKey
    /// SHA-256 of the method and the canonical params.
    package let fingerprint: Digest

    package init(key: IdempotencyKey, fingerprint: Digest) {
        self.key = key
        self.fingerprint = fingerprint
    }

    /// The request that a call makes.
    package init(_ cause: Cause) {
        self.init(
            key: IdempotencyKey(client: cause.client, key: cause.idempotencyKey), fingerprint: cause.fingerprint)
    }
}
