package import Ledger
package import Time

/// What a client may do.
package enum Role: String, Sendable, CaseIterable {
    /// Tills: look members up and post purchases.
    case pos
    /// Web shops: the same, and enroll members.
    case shop
    /// Those who look at members and rules, and change nothing.
    case analyst
    /// Everything.
    case admin
}

/// A program that calls, known by its keys.
package struct Client: Hashable, Sendable {
    /// A rotation keeps one earlier key, so that both ends need not change at the same moment.
    package static let validKeysMost = 2

    package let number: Int64
    package let name: String
    package let role: Role
    /// The stores it may post for; none are all of them.
    package let stores: [ExactText]
    package let createdAt: Instant
    /// Every key it ever had, oldest first.
    package internal(set) var keys: [ClientKey]
    /// From when on it may not connect any more.
    package internal(set) var revokedAt: Instant?
    /// How the call that revoked it is recognised when it comes again; `nil` for callers that do not repeat.
    package internal(set) var revocation: KeyedRequest?

    package init(
        number: Int64, name: String, role: Role, stores: [ExactText] = [], createdAt: Instant, keys: [ClientKey],
        revokedAt: Instant? = nil, revocation: KeyedRequest? = nil
    ) {
        self.number = number
        self.name = name
        self.role = role
        self.stores = stores
        self.createdAt = createdAt
        self.keys = keys
        self.revokedAt = revokedAt
        self.revocation = revocation
    }

    /// The keys with which it may connect at an instant.
    package func validKeys(at now: Instant) -> [ClientKey] {
        revokedAt == nil ? keys.filter { $0.isValid(at: now) } : []
    }
}

/// A proof of who a client is, of which only the digest is kept.
package struct ClientKey: Hashable, Sendable {
    /// What the digest is of. The raw value is stored.
    package enum Kind: String, Sendable, CaseIterable {
        /// A secret that the client tells.
        case secret
        /// The certificate, in DER, that the client shows on a TLS connection.
        case certificate
    }

    package let kind: Kind
    /// SHA-256.
    package let digest: Digest
    package let createdAt: Instant
    /// The first instant at which it opens nothing any more.
    package internal(set) var expiresAt: Instant?
    /// How the call that made it is recognised when it comes again; `nil` for callers that do not repeat.
    package let request: KeyedRequest?

    package init(
        kind: Kind = .secret, digest: Digest, createdAt: Instant, expiresAt: Instant? = nil,
        request: KeyedRequest? = nil
    ) {
        self.kind = kind
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.request = request
    }

    /// What lists and the audit trail call it: the beginning of its digest, which helps nobody to guess it.
    package var name: String { String("\(digest)".prefix(12)) }

    /// Whether it opens anything at an instant.
    package func isValid(at now: Instant) -> Bool { expiresAt.map { now < $0 } ?? true }
}
