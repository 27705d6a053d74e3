package import Ledger
package import Time

/// The text of a program document to be added to a store.
package struct RuleSetDocument: Hashable, Sendable {
    /// The document as its author wrote it.
    package let source: String
    /// SHA-256 of the source.
    package let digest: Digest
    package let addedAt: Instant

    package init(source: String, digest: Digest, addedAt: Instant) {
        self.source = source
        self.digest = digest
        self.addedAt = addedAt
    }
}

/// A program document in a store. It never changes.
package struct StoredRuleSet: Hashable, Sendable {
    /// 1, 2, 3 … in the order of adding.
    package let version: Int64
    package let document: RuleSetDocument

    package init(version: Int64, document: RuleSetDocument) {
        self.version = version
        self.document = document
    }
}
