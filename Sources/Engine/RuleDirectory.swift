public import Loyalty
import Rules
import Synchronization
public import Time

/// The rule sets that are known here, so that deciding and answering cost no reading.
///
/// Whoever works asks for the book once and keeps to it until the work is done. What others publish is learned from the
/// store: every second, and at once when a commit is refused because of it.
public final class RuleDirectory: Sendable {
    private let present: Mutex<RuleBook>
    /// Knows the zones of documents.
    public let zones: ZoneProvider

    /// - Parameter zones: knows the zones of documents that are read from a store.
    public init(_ book: RuleBook, zones: @escaping ZoneProvider = SystemZones.zone) {
        present = Mutex(book)
        self.zones = zones
    }

    /// The rule sets of a store; `nil` while it has none.
    public convenience init?(of store: any Store, zones: @escaping ZoneProvider = SystemZones.zone) throws {
        let ruleSets = try store.read { try $0.ruleSets() }.map { try RuleSet($0, zones: zones) }
        guard !ruleSets.isEmpty else { return nil }
        self.init(RuleBook(ruleSets), zones: zones)
    }

    /// Every rule set that is known.
    public var book: RuleBook { present.withLock { $0 } }

    /// Takes a book in, unless a newer one is known.
    public func refresh(_ book: RuleBook) {
        present.withLock { present in
            if book.newestVersion > present.newestVersion { present = book }
        }
    }

    /// Learns what was published since.
    ///
    /// - Throws: `StoreError`, also for a rule set that this version of the program cannot read.
    public func catchUp(with store: any Store) throws {
        let known = book
        let new = try store.read { try $0.ruleSets(after: known.newestVersion) }
        guard !new.isEmpty else { return }
        refresh(RuleBook(known.all + (try new.map { try RuleSet($0, zones: zones) })))
    }
}

extension RuleSet {
    /// Reads a stored rule set.
    ///
    /// - Throws: `StoreError` for a document that this version of the program cannot read.
    public init(_ stored: StoredRuleSet, zones: @escaping ZoneProvider) throws {
        let outcome = Loader.load(stored.source, file: "rule set \(stored.version)", zones: zones)
        guard let program = outcome.program else {
            throw StoreError(.tooNew, "rule set \(stored.version) cannot be read by this version of the program")
        }
        self.init(version: stored.version, effectiveFrom: stored.effectiveFrom, program: program)
    }
}
