public import Ledger
public import Time

/// What a client may do.
public enum Role: String, Sendable, CaseIterable {
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
public struct Client: Hashable, Sendable {
    /// A rotation keeps one earlier key, so that both ends need not change at the same moment.
    public static let validKeysMost = 2

    public let number: Int64
    public let name: String
    public let role: Role
    /// The stores it may post for; none are all of them.
    public let stores: [ExactText]
    public let createdAt: Instant
    /// Every key it ever had, oldest first.
    public internal(set) var keys: [ClientKey]
    /// From when on it may not connect any more.
    public internal(set) var revokedAt: Instant?
    /// How the call that revoked it is recognised when it comes again; `nil` for callers that do not repeat.
    public internal(set) var revocation: KeyedRequest?

    public init(
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
    public func validKeys(at now: Instant) -> [ClientKey] {
        revokedAt == nil ? keys.filter { $0.isValid(at: now) } : []
    }
}

/// A proof of who a client is, of which only the digest is kept.
public struct ClientKey: Hashable, Sendable {
    /// What the digest is of. The raw value is stored.
    public enum Kind: String, Sendable, CaseIterable {
        /// A secret that the client tells.
        case secret
        /// The certificate, in DER, that the client shows on a TLS connection.
        case certificate
    }

    public let kind: Kind
    /// SHA-256.
    public let digest: Digest
    public let createdAt: Instant
    /// The first instant at which it opens nothing any more.
    public internal(set) var expiresAt: Instant?
    /// How the call that made it is recognised when it comes again; `nil` for callers that do not repeat.
    public let request: KeyedRequest?

    public init(
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
    public var name: String { String("\(digest)".prefix(12)) }

    /// Whether it opens anything at an instant.
    public func isValid(at now: Instant) -> Bool { expiresAt.map { now < $0 } ?? true }
}
