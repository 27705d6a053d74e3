public import Ledger
public import Loyalty
public import Time

/// A refusal that the same call gets again for a while.
public struct RefusalNote: Hashable, Sendable {
    public let key: IdempotencyKey
    /// SHA-256 of the call's method and canonical params.
    public let fingerprint: Digest
    public let refusal: Refusal
    /// When it was refused.
    public let at: Instant

    public init(key: IdempotencyKey, fingerprint: Digest, refusal: Refusal, at: Instant) {
        self.key = key
        self.fingerprint = fingerprint
        self.refusal = refusal
        self.at = at
    }

    /// Whether it is still given again at an instant.
    public func holds(at instant: Instant) -> Bool { instant < at + Refusal.memoryMs }
}

/// What a batch changes of what is known of refusals.
public struct RefusalNotes: Hashable, Sendable {
    /// Each key at most once; one that an operation or another note has already is left as it is.
    public var new: [RefusalNote]
    /// Keys whose notes hold no longer, and which are free again.
    public var outlived: [IdempotencyKey]
    /// Forgets notes that hold no longer at this instant, also where no new ones are written.
    public var tidiesAt: Instant?

    /// However many refusals there are, no store keeps more than so many notes: the oldest ones go.
    public static let most: Int64 = 1_000_000

    public init(new: [RefusalNote] = [], outlived: [IdempotencyKey] = [], tidiesAt: Instant? = nil) {
        self.new = new
        self.outlived = outlived
        self.tidiesAt = tidiesAt
    }

    public var isEmpty: Bool { new.isEmpty && outlived.isEmpty && tidiesAt == nil }

    /// The instant by which notes hold no longer that are forgotten.
    public var now: Instant { new.last?.at ?? tidiesAt ?? .distantPast }

    /// How many of the oldest notes a store looks at to forget those that hold no longer, whenever it writes new ones:
    /// more than come in, so that it gets ahead.
    public var pruning: Int { (new.isEmpty ? 0 : 2 * new.count + 8) + (tidiesAt == nil ? 0 : Self.tidied) }

    /// How many are looked at to be forgotten where that is all that is asked for.
    public static let tidied = 1000

    /// Which of the oldest notes are forgotten.
    ///
    /// - Parameters:
    ///   - oldest: their places in the order of writing, and when they were refused.
    ///   - last: the place of the newest one.
    /// - Returns: their places.
    public func forgotten(among oldest: [(place: Int64, at: Instant)], last: Int64) -> [Int64] {
        let now = now
        return oldest.filter { $0.at + Refusal.memoryMs <= now || $0.place <= last - Self.most }.map(\.place)
    }
}
