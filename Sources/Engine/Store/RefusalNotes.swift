package import Ledger
package import Loyalty
package import Time

/// A refusal that the same call gets again for a while.
package struct RefusalNote: Hashable, Sendable {
    package let key: IdempotencyKey
    /// SHA-256 of the call's method and canonical params.
    package let fingerprint: Digest
    package let refusal: Refusal
    /// When it was refused.
    package let at: Instant

    package init(key: IdempotencyKey, fingerprint: Digest, refusal: Refusal, at: Instant) {
        self.key = key
        self.fingerprint = fingerprint
        self.refusal = refusal
        self.at = at
    }

    /// Whether it is still given again at an instant.
    package func holds(at instant: Instant) -> Bool { instant < at + Refusal.memoryMs }
}

/// What a batch changes of what is known of refusals.
package struct RefusalNotes: Hashable, Sendable {
    /// Each key at most once; one that an operation or another note has already is left as it is.
    package var new: [RefusalNote]
    /// Keys whose notes hold no longer, and which are free again.
    package var outlived: [IdempotencyKey]
    /// Forgets notes that hold no longer at this instant, also where no new ones are written.
    package var tidiesAt: Instant?

    /// However many refusals there are, no store keeps more than so many notes: the oldest ones go.
    package static let most: Int64 = 1_000_000

    package init(new: [RefusalNote] = [], outlived: [IdempotencyKey] = [], tidiesAt: Instant? = nil) {
        self.new = new
        self.outlived = outlived
        self.tidiesAt = tidiesAt
    }

    package var isEmpty: Bool { new.isEmpty && outlived.isEmpty && tidiesAt == nil }

    /// The instant by which notes hold no longer that are forgotten.
    package var now: Instant { new.last?.at ?? tidiesAt ?? .distantPast }

    /// How many of the oldest notes a store looks at to forget those that hold no longer, whenever it writes new ones:
    /// more than come in, so that it gets ahead.
    package var pruning: Int { (new.isEmpty ? 0 : 2 * new.count + 8) + (tidiesAt == nil ? 0 : Self.tidied) }

    /// How many are looked at to be forgotten where that is all that is asked for.
    package static let tidied = 1000

    /// Which of the oldest notes are forgotten.
    ///
    /// - Parameters:
    ///   - oldest: their places in the order of writing, and when they were refused.
    ///   - last: the place of the newest one.
    /// - Returns: their places.
    package func forgotten(among oldest: [(place: Int64, at: Instant)], last: Int64) -> [Int64] {
        let now = now
        return oldest.filter { $0.at + Refusal.memoryMs <= now || $0.place <= last - Self.most }.map(\.place)
    }
}
