import Ledger
import Loyalty
public import Rules
public import Time

// Publishing puts a document in force, once and for ever: it must load, pass its own tests, belong to the program that
// the database serves, and come with a note. The store gives it its number and its instant in one transaction, behind
// which no batch commits that was decided without knowing it.

/// Why nothing was published.
public enum PublishingRefusal: Error, Sendable {
    /// The idempotency key was used before for something else, which became this version.
    case keyReused(version: Int64)
    /// There is no such version.
    case unknownVersion
    /// The document has errors, or its tests fail.
    case badDocument(DocumentReview)
    /// The database serves another program.
    case otherProgram(expected: String)
    /// It cannot come into force before this instant, which is now.
    case tooEarly(earliest: Instant)
    /// It would begin before these, which are still to come, without superseding them.
    case inTheWay([StoredRuleSet])
    /// It cannot supersede this version, which does not exist, has begun, or begins no later than it does.
    case notToCome(version: Int64)
}

/// A rule set that was published.
public struct Publication: Sendable {
    public let ruleSet: StoredRuleSet
    /// The versions that will never be in force because of it.
    public let supersedes: [Int64]
    /// What it changes against the version that it follows, in the order of the document.
    public let changes: [DocumentChange]
    /// What about the change is easily overlooked, and the warnings of the loader, in sentences.
    public let warnings: [String]
    /// Whether the same call was carried out before.
    public let isRepeated: Bool
}

/// Publishes rule sets into a store.
public struct Publisher: Sendable {
    private let store: any Store
    private let clock: Clock
    private let zones: ZoneProvider
    private let file: String

    /// - Parameter file: what diagnostics call a document that is published.
    /// - Parameter zones: knows the zones that documents name.
    public init(
        store: any Store, clock: @escaping Clock, file: String = "document",
        zones: @escaping ZoneProvider = SystemZones.zone
    ) {
        self.store = store
        self.clock = clock
        self.zones = zones
        self.file = file
    }

    /// Publishes a document.
    ///
    /// - Parameter supersedes: the versions still to come that shall never be in force: all that would begin later, and
    ///   perhaps the one that would begin together with it.
    /// - Throws: `PublishingRefusal`, or `StoreError`.
    public func publish(
        _ source: String, start: NewRuleSet.Start, supersedes: Set<Int64> = [], note: String, by author: Author,
        request: KeyedRequest? = nil
    ) throws -> Publication {
        let present = try store.read { try $0.ruleSets() }
        if let repeated = try repetition(of: request, in: present) { return repeated }
        return try add(source, restored: nil, start, supersedes, note, author, request, behind: present)
    }

    /// Publishes an earlier version anew.
    ///
    /// - Parameter supersedes: as for `publish`.
    /// - Throws: `PublishingRefusal`, or `StoreError`.
    public func rollBack(
        to version: Int64, start: NewRuleSet.Start, supersedes: Set<Int64> = [], note: String, by author: Author,
        request: KeyedRequest? = nil
    ) throws -> Publication {
        let present = try store.read { try $0.ruleSets() }
        if let repeated = try repetition(of: request, in: present) { return repeated }
        guard let earlier = present.first(where: { $0.version == version }) else {
            throw PublishingRefusal.unknownVersion
        }
        return try add(earlier.source, restored: version, start, supersedes, note, author, request, behind: present)
    }

    private func add(
        _ source: String, restored: Int64?, _ start: NewRuleSet.Start, _ supersedes: Set<Int64>, _ note: String,
        _ author: Author, _ request: KeyedRequest?, behind present: [StoredRuleSet]
    ) throws -> Publication {
        let bytes = Array(source.utf8)
        let review = DocumentReview(of: bytes, file: file, zones: zones)
        guard let program = review.publishable else { throw PublishingRefusal.badDocument(review) }
        if let newest = present.last, let serving = self.program(of: newest), serving.id != program.id {
            throw PublishingRefusal.otherProgram(expected: serving.id)
        }
        let new = NewRuleSet(
            source: source, digest: Digest(hashing: bytes), start: start, note: note, supersedes: supersedes,
            restored: restored, author: author, request: request)
        switch try store.addRuleSet(new, clock: clock) {
        case .tooEarly(let earliest): throw PublishingRefusal.tooEarly(earliest: earliest)
        case .inTheWay(let ruleSets): throw PublishingRefusal.inTheWay(ruleSets)
        case .notToCome(let version): throw PublishingRefusal.notToCome(version: version)
        case .keyUsed(let stored):
            // The same call went on beside this one.
            guard stored.request == request else { throw PublishingRefusal.keyReused(version: stored.version) }
            return publication(of: stored, isRepeated: true, in: try store.read { try $0.ruleSets() })
        case .added(let stored):
            return publication(of: stored, isRepeated: false, in: try store.read { try $0.ruleSets() })
        }
    }

    private func repetition(of request: KeyedRequest?, in present: [StoredRuleSet]) throws -> Publication? {
        guard let request, let known = present.first(where: { $0.request?.key == request.key }) else { return nil }
        guard known.request == request else { throw PublishingRefusal.keyReused(version: known.version) }
        return publication(of: known, isRepeated: true, in: present)
    }

    /// What is told of a rule set follows from it and those before alone, so that a repetition is told the same.
    private func publication(of stored: StoredRuleSet, isRepeated: Bool, in all: [StoredRuleSet]) -> Publication {
        let review = DocumentReview(of: Array(stored.source.utf8), zones: zones)
        var warnings = review.warnings
        var changes: [DocumentChange] = []
        let earlier = all.filter { $0.version < stored.version }
        if let before = stored.predecessor(among: earlier) {
            changes = DocumentChange.between(before.source, stored.source) ?? []
            if let program = review.program, let served = self.program(of: before) {
                warnings += program.cautions(inPlaceOf: served)
            }
        }
        let superseded = stored.superseded(among: earlier).map(\.version)
        return Publication(
            ruleSet: stored, supersedes: superseded, changes: changes, warnings: warnings, isRepeated: isRepeated)
    }

    private func program(of stored: StoredRuleSet) -> Program? {
        Loader.load(stored.source, file: "rule set \(stored.version)", zones: zones).program
    }
}
