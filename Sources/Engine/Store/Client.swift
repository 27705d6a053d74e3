package import Ledger
package import Time

/// What a client may do.
package enum Role: String, Sendable, CaseIterable {
    /// Tills: look members up and post purchases.
    case pos
    /// Web shops: the same, and enroll members.
    case shop
    /// Everything.
    case admin
}

/// A program that calls, known by an API key of which only the digest is kept.
package struct Client: Hashable, Sendable {
    package let number: Int64
    package let name: String
    package let role: Role
    package let keyDigest: Digest
    package let createdAt: Instant

    package init(number: Int64, name: String, role: Role, keyDigest: Digest, createdAt: Instant) {
        self.number = number
        self.name = name
        self.role = role
        self.keyDigest = keyDigest
        self.createdAt = createdAt
    }
}

/// A client about to be added to a store.
package struct NewClient: Hashable, Sendable {
    package let name: String
    package let role: Role
    package let keyDigest: Digest
    package let createdAt: Instant

    package init(name: String, role: Role, keyDigest: Digest, createdAt: Instant) {
        self.name = name
        self.role = role
        self.keyDigest = keyDigest
        self.createdAt = createdAt
    }
}
