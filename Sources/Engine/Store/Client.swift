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
    /// Who adds it.
    package let author: Author

    package init(name: String, role: Role, keyDigest: Digest, createdAt: Instant, author: Author = .commandLine) {
        self.name = name
        self.role = role
        self.keyDigest = keyDigest
        self.createdAt = createdAt
        self.author = author
    }

    /// What the audit trail says of it once it has its number.
    package func auditNote(number: Int64) -> AuditNote {
        AuditNote(
            at: createdAt, author: author, action: .addClient, subject: "client \(number)",
            details: [AuditNote.Detail("name", name), AuditNote.Detail("role", role.rawValue)])
    }
}
