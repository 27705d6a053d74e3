public import Ledger
public import Loyalty

/// The name of a call that an administrator makes, and what was asked for under it.
public struct KeyedRequest: Hashable, Sendable {
    public let key: IdempotencyKey
    /// SHA-256 of the method and the canonical params.
    public let fingerprint: Digest

    public init(key: IdempotencyKey, fingerprint: Digest) {
        self.key = key
        self.fingerprint = fingerprint
    }

    /// The request that a call makes.
    public init(_ cause: Cause) {
        self.init(
            key: IdempotencyKey(client: cause.client, key: cause.idempotencyKey), fingerprint: cause.fingerprint)
    }
}
