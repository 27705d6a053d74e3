public import Ledger
public import Loyalty
public import Time

/// A program document about to be published.
public struct NewRuleSet: Hashable, Sendable {
    /// From when it shall be in force.
    public enum Start: Hashable, Sendable {
        /// From a stated instant, which must not be past.
        case at(Instant)
        /// So many milliseconds behind its publication, or up to a second later where another one only begins then.
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
    /// The versions still to come that shall never be in force: all that would begin later than this one, and perhaps the
    /// one that would begin together with it, which never is in force anyway.
    public let supersedes: Set<Int64>
    /// The version that is published anew, where there is one.
    public let restored: Int64?
    public let author: Author
    /// How the call is recognised when it comes again; `nil` for callers that do not repeat.
    public let request: KeyedRequest?

    public init(
        source: String, digest: Digest, start: Start, note: String, supersedes: Set<Int64> = [],
        restored: Int64? = nil, author: Author, request: KeyedRequest? = nil
    ) {
        self.source = source
        self.digest = digest
        self.start = start
        self.note = note
        self.supersedes = supersedes
        self.restored = restored
        self.author = author
        self.request = request
    }
}

/// A published program document. It never changes.
public struct StoredRuleSet: Hashable, Sendable, Succeeding {
    /// 1, 2, 3 … in the order of publishing.
    public let version: Int64
    /// The document as its author wrote it.
    public let source: String
    /// SHA-256 of the source.
    public let digest: Digest
    public let publishedAt: Instant
    /// The first instant at which it is in force, unless it is superseded before.
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
    /// It would have begun before its publication, which was at this instant; nothing was added.
    case tooEarly(earliest: Instant)
    /// It would begin before these, which are to come and which it does not supersede; nothing was added.
    case inTheWay([StoredRuleSet])
    /// It would supersede this version, which does not exist or does not begin later; nothing was added.
    case notToCome(version: Int64)
}

extension NewRuleSet {
    /// The rule set as it is stored behind those that are there, or why it is not. Every store decides by this, in the
    /// transaction that writes it.
    ///
    /// - Parameter present: every rule set in the store.
    /// - Parameter now: the publisher's clock in that transaction, so that nothing was recorded at a later instant yet.
    public func placed(behind present: [StoredRuleSet], at now: Instant) -> AddingOutcome {
        let course = present.inCourse().course
        let effectiveFrom: Instant
        switch start {
        case .at(let instant): effectiveFrom = instant
        case .after(let milliseconds):
            let soon = course.last { $0.effectiveFrom <= now + Self.usualLead && !supersedes.contains($0.version) }
            effectiveFrom = max(now + milliseconds, soon?.effectiveFrom ?? now)
        }
        guard effectiveFrom >= now else { return .tooEarly(earliest: now) }
        let toCome = course.dropFirst().filter { $0.effectiveFrom >= effectiveFrom }
        let later = toCome.filter { $0.effectiveFrom > effectiveFrom }
        guard supersedes.isSuperset(of: later.map(\.version)) else { return .inTheWay(later) }
        if let version = supersedes.subtracting(toCome.map(\.version)).min() { return .notToCome(version: version) }
        return .added(
            StoredRuleSet(
                version: (present.last?.version ?? 0) + 1, source: source, digest: digest, publishedAt: now,
                effectiveFrom: effectiveFrom, author: author.name, note: note, request: request))
    }

    /// What the audit trail says of it once it is stored.
    ///
    /// - Parameter present: every rule set that was there before.
    public func auditNote(of stored: StoredRuleSet, behind present: [StoredRuleSet]) -> AuditNote {
        var details = [
            AuditNote.Detail("version", String(stored.version)), AuditNote.Detail("sha256", "\(digest)"),
            AuditNote.Detail("effective_from", stored.effectiveFrom.rfc3339), AuditNote.Detail("note", note),
        ]
        if let before = stored.predecessor(among: present) {
            details.append(AuditNote.Detail("version_before", String(before.version)))
        }
        let superseded = stored.superseded(among: present)
        if !superseded.isEmpty {
            let versions = superseded.map { String($0.version) }.joined(separator: ", ")
            details.append(AuditNote.Detail("supersedes", versions))
        }
        if let restored { details.append(AuditNote.Detail("restored", String(restored))) }
        return AuditNote(
            at: stored.publishedAt, author: author, action: restored == nil ? .publish : .rollback,
            subject: "rule set \(stored.version)", details: details)
    }
}

extension StoredRuleSet {
    /// The rule set that is in force until this one is, as far as was known when this one was published.
    ///
    /// - Parameter earlier: every rule set with a lower version.
    public func predecessor(among earlier: [StoredRuleSet]) -> StoredRuleSet? {
        (earlier + [self]).inCourse().course.dropLast().last
    }

    /// Those that will never be in force because of this one.
    ///
    /// - Parameter earlier: every rule set with a lower version.
    public func superseded(among earlier: [StoredRuleSet]) -> ArraySlice<StoredRuleSet> {
        earlier.inCourse().course.dropFirst().drop { $0.effectiveFrom < effectiveFrom }
    }
}
