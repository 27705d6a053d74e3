package import Ledger
package import Time

// The audit trail tells who changed what the program does and who may call, and when. Entries are chained by SHA-256
// like the blocks of the ledger, each to the one before it, so that none can be changed or taken out unnoticed.

/// Whoever does something that only administrators may do.
package struct Author: Hashable, Sendable {
    /// The number of the API key's client; `nil` for the command line on the database itself.
    package let client: Int64?
    package let name: String
    /// Where it came from, if that is known: the address of a call, the user and the machine of the command line.
    package let origin: String?

    package init(client: Int64?, name: String, origin: String? = nil) {
        self.client = client
        self.name = name
        self.origin = origin
    }

    /// Somebody with the database at hand.
    package static let commandLine = Author(client: nil, name: "command line")
}

/// Something worth an entry.
package struct AuditNote: Hashable, Sendable {
    /// What was done. The raw value is stored and hashed, so it never changes its meaning.
    package enum Action: String, Sendable, CaseIterable {
        case publish
        case rollback
        case addClient = "add_client"
        case rotateKey = "rotate_key"
        case revokeClient = "revoke_client"
        case adjust
        case setTier = "set_tier"
        case unsetTier = "unset_tier"
        case merge
        case unlink
        case suspend
        case close
        case reinstate
        case erase
        case backUp = "backup"
        case restore
        case migrate
        case copy
    }

    /// One figure or word that belongs to it.
    package struct Detail: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let at: Instant
    package let author: Author
    package let action: Action
    /// What it was done to, such as `rule set 3`.
    package let subject: String
    package let details: [Detail]

    package init(at: Instant, author: Author, action: Action, subject: String, details: [Detail]) {
        self.at = at
        self.author = author
        self.action = action
        self.subject = subject
        self.details = details
    }
}

/// A line of the audit trail.
package struct AuditEntry: Hashable, Sendable {
    /// 1, 2, 3 … without holes.
    package let number: Int64
    package let note: AuditNote
    /// The digest of the entry before it, and of this one as it was written.
    package let previous: Digest
    package let digest: Digest

    /// An entry read back from a store.
    package init(number: Int64, note: AuditNote, previous: Digest, digest: Digest) {
        self.number = number
        self.note = note
        self.previous = previous
        self.digest = digest
    }

    /// The next entry.
    package init(_ note: AuditNote, behind last: AuditEntry?) {
        number = (last?.number ?? 0) + 1
        self.note = note
        previous = last?.digest ?? .zero
        digest = note.digest(number: number, after: previous)
    }

    /// The digest that its content gives.
    var contentDigest: Digest { note.digest(number: number, after: previous) }
}

extension AuditNote {
    fileprivate func digest(number: Int64, after previous: Digest) -> Digest {
        var bytes: [UInt8] = []
        bytes.append(lengthPrefixed: "kizuna.audit.v1")
        previous.append(to: &bytes)
        bytes.append(bigEndian: number)
        bytes.append(bigEndian: at.milliseconds)
        bytes.append(optional: author.client) { $0.append(bigEndian: $1) }
        bytes.append(lengthPrefixed: author.name)
        bytes.append(optional: author.origin) { $0.append(lengthPrefixed: $1) }
        bytes.append(lengthPrefixed: action.rawValue)
        bytes.append(lengthPrefixed: subject)
        bytes.append(bigEndian: Int64(details.count))
        for detail in details {
            bytes.append(lengthPrefixed: detail.name)
            bytes.append(lengthPrefixed: detail.value)
        }
        return Digest(hashing: bytes)
    }
}
