public import Ledger
public import Time

// The audit trail tells who changed what the program does and who may call, and when. Entries are chained by SHA-256
// like the blocks of the ledger, each to the one before it, so that none can be changed or taken out unnoticed.

/// Whoever does something that only administrators may do.
public struct Author: Hashable, Sendable {
    /// The number of the API key's client; `nil` for the command line on the database itself.
    public let client: Int64?
    public let name: String
    /// Where it came from, if that is known: the address of a call, the user and the machine of the command line.
    public let origin: String?

    public init(client: Int64?, name: String, origin: String? = nil) {
        self.client = client
        self.name = name
        self.origin = origin
    }

    /// Somebody with the database at hand.
    public static let commandLine = Author(client: nil, name: "command line")
}

/// Something worth an entry.
public struct AuditNote: Hashable, Sendable {
    /// What was done. The raw value is stored and hashed, so it never changes its meaning.
    public enum Action: String, Sendable, CaseIterable {
        case publish
        case rollback
        case addClient = "add_client"
        case rotateKey = "rotate_key"
        case rotateSigningKey = "rotate_signing_key"
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
    public struct Detail: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public let at: Instant
    public let author: Author
    public let action: Action
    /// What it was done to, such as `rule set 3`.
    public let subject: String
    public let details: [Detail]

    public init(at: Instant, author: Author, action: Action, subject: String, details: [Detail]) {
        self.at = at
        self.author = author
        self.action = action
        self.subject = subject
        self.details = details
    }
}

/// A line of the audit trail.
public struct AuditEntry: Hashable, Sendable {
    /// 1, 2, 3 … without holes.
    public let number: Int64
    public let note: AuditNote
    /// The digest of the entry before it, and of this one as it was written.
    public let previous: Digest
    public let digest: Digest

    /// An entry read back from a store.
    public init(number: Int64, note: AuditNote, previous: Digest, digest: Digest) {
        self.number = number
        self.note = note
        self.previous = previous
        self.digest = digest
    }

    /// The next entry.
    public init(_ note: AuditNote, behind last: AuditEntry?) {
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
