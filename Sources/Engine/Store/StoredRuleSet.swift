public import Ledger
public import Time

/// A program document about to be published.
public struct NewRuleSet: Hashable, Sendable {
    /// From when it shall be in force.
    public enum Start: Hashable, Sendable {
        /// From a stated instant, which must not be past.
        case at(Instant)
        /// So many milliseconds behind its publication, or a little later where the version before only begins then.
        case after(Int64)
    }

    /// How long before it is in force a rule set is published unless its author says otherwise, in milliseconds: long
    /// enough for every engine to know it by then.
    public static let usualLead: Int64 = 1000

    /// The document as its author wrote it.
    public let source: String
    /// SHA-256 of the source.
    public let digest: Digest
    public let start: Start
    /// Why it is published, in the words of whoever does it.
    public let note: String
    /// The version that is published anew, where there is one.
    public let restored: Int64?
    public let author: Author
    /// How the call is recognised when it comes again; `nil` for callers that do not repeat.
    public let request: KeyedRequest?

    public init(
        source: String, digest: Digest, start: Start, note: String, restored: Int64? = nil, author: Author,
        request: KeyedRequest? = nil
    ) {
        self.source = source
        self.digest = digest
        self.start = start
        self.note = note
        self.restored = restored
        self.author = author
        self.request = request
    }
}

/// A published program document. It never changes.
public struct StoredRuleSet: Hashable, Sendable {
    /// 1, 2, 3 … in the order of publishing.
    public let version: Int64
    /// The document as its author wrote it.
    public let source: String
    /// SHA-256 of the source.
    public let digest: Digest
    public let publishedAt: Instant
    /// The first instant at which it is in force; never before that of an earlier version.
    public let effectiveFrom: Instant
    /// The name of whoever published it.
    public let author: String
    public let note: String
    public let request: KeyedRequest?

    public init(
        version: Int64, source: String, digest: Digest, publishedAt: Instant, effectiveFrom: Instant, author: String,
        note: String, request: KeyedRequest?
    ) {
        self.version = version
        self.source = source
        self.digest = digest
        self.publishedAt = publishedAt
        self.effectiveFrom = effectiveFrom
        self.author = author
        self.note = note
        self.request = request
    }
}

/// What came of adding a rule set to a store.
public enum AddingOutcome: Hashable, Sendable {
    case added(StoredRuleSet)
    /// Its idempotency key was used before, for this version; nothing was added.
    case keyUsed(StoredRuleSet)
    /// It cannot come into force before this instant; nothing was added.
    case tooEarly(earliest: Instant)
}

extension NewRuleSet {
    /// The rule set as it is stored behind those that are there, or why it is not. Every store decides by this, in the
    /// transaction that writes it.
    ///
    /// - Parameter newest: the newest version in the store.
    /// - Parameter now: the publisher's clock in that transaction, so that nothing was recorded at a later instant yet.
    public func placed(behind newest: StoredRuleSet?, at now: Instant) -> AddingOutcome {
        let earliest = max(now, newest?.effectiveFrom ?? now)
        let effectiveFrom =
            switch start {
            case .at(let instant): instant
            case .after(let milliseconds): max(now + milliseconds, min(earliest, now + Self.usualLead))
            }
        guard effectiveFrom >= earliest else { return .tooEarly(earliest: earliest) }
        return .added(
            StoredRuleSet(
                version: (newest?.version ?? 0) + 1, source: source, digest: digest, publishedAt: now,
                effectiveFrom: effectiveFrom, author: author.name, note: note, request: request))
    }

    /// What the audit trail says of it once it is stored.
    public func auditNote(of stored: StoredRuleSet) -> AuditNote {
        var details = [
            AuditNote.Detail("version", String(stored.version)), AuditNote.Detail("sha256", "\(digest)"),
            AuditNote.Detail("effective_from", stored.effectiveFrom.rfc3339), AuditNote.Detail("note", note),
        ]
        if stored.version > 1 { details.append(AuditNote.Detail("version_before", String(stored.version - 1))) }
        if let restored { details.append(AuditNote.Detail("restored", String(restored))) }
        return AuditNote(
            at: stored.publishedAt, author: author, action: restored == nil ? .publish : .rollback,
            subject: "rule set \(stored.version)", details: details)
    }
}
