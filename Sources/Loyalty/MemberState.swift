public import Ledger
public import Rules
public import Time

// A member's state is handed on from hand to hand: out of a cache, into a decision, out of it, back. So that this costs one
// reference, it is kept in a list of one, which is copied when somebody changes it while others hold it, too.

/// Everything that deciding needs to know of one member. A copy costs one reference.
public struct MemberState: Hashable, Sendable {
    /// What a state holds.
    private struct Fields: Hashable, Sendable {
        let number: MemberNumber
        var id: ExactText
        let enrolledAt: Instant
        var version: Int64
        var head: Digest
        var ledger: MemberLedger
        var tier: TierStanding?
        var counters: PurchaseCounters
        var usages: [Usage]
        var holds: [Hold]
        var vouchers: [Voucher]
        var celebratedUntil: Instant
        var traits: Traits
        var status: MemberStatus
        var renamedAt: Int64
        var bonds: Bonds
        var erasedAt: Instant?
    }

    /// One element, always.
    private var fields: [Fields]

    public init(
        number: MemberNumber, id: ExactText, enrolledAt: Instant, version: Int64, head: Digest, ledger: MemberLedger,
        tier: TierStanding?, counters: PurchaseCounters, usages: [Usage] = [], holds: [Hold] = [],
        vouchers: [Voucher] = [], celebratedUntil: Instant? = nil, traits: Traits = Traits(),
        status: MemberStatus = .active, renamedAt: Int64 = 0, bonds: Bonds = Bonds(), erasedAt: Instant? = nil
    ) {
        fields = [
            Fields(
                number: number, id: id, enrolledAt: enrolledAt, version: version, head: head, ledger: ledger,
                tier: tier, counters: counters, usages: usages, holds: holds, vouchers: vouchers,
                celebratedUntil: celebratedUntil ?? enrolledAt, traits: traits, status: status,
                renamedAt: renamedAt, bonds: bonds, erasedAt: erasedAt)
        ]
    }

    public var number: MemberNumber { fields[0].number }

    /// The member's id in the world outside.
    public var id: ExactText {
        _read { yield fields[0].id }
        _modify { yield &fields[0].id }
    }

    public var enrolledAt: Instant { fields[0].enrolledAt }

    /// The sequence of the member's last operation. A commit succeeds only while this is still what was loaded.
    public var version: Int64 {
        _read { yield fields[0].version }
        _modify { yield &fields[0].version }
    }

    /// The digest of the last operation, to which the next one is chained.
    public var head: Digest {
        _read { yield fields[0].head }
        _modify { yield &fields[0].head }
    }

    public var ledger: MemberLedger {
        _read { yield fields[0].ledger }
        _modify { yield &fields[0].ledger }
    }

    /// `nil` while the program has no tiers.
    public var tier: TierStanding? {
        _read { yield fields[0].tier }
        _modify { yield &fields[0].tier }
    }

    public var counters: PurchaseCounters {
        _read { yield fields[0].counters }
        _modify { yield &fields[0].counters }
    }

    /// What the member used of limits, caps, carried money and stamps, in windows that may still count.
    public var usages: [Usage] {
        _read { yield fields[0].usages }
        _modify { yield &fields[0].usages }
    }

    /// Points that are reserved, in the order of reserving.
    public var holds: [Hold] {
        _read { yield fields[0].holds }
        _modify { yield &fields[0].holds }
    }

    /// What was given and can be used once: open ones, and used ones for as long as somebody may ask.
    public var vouchers: [Voucher] {
        _read { yield fields[0].vouchers }
        _modify { yield &fields[0].vouchers }
    }

    /// Up to when birthdays and anniversaries are applied.
    public var celebratedUntil: Instant {
        _read { yield fields[0].celebratedUntil }
        _modify { yield &fields[0].celebratedUntil }
    }

    /// What rules may know of the person; erased on request.
    public var traits: Traits {
        _read { yield fields[0].traits }
        _modify { yield &fields[0].traits }
    }

    /// Whether the member takes part.
    public var status: MemberStatus {
        _read { yield fields[0].status }
        _modify { yield &fields[0].status }
    }

    /// The sequence of the last operation that took an identifier away, 0 for none: whoever remembers a name from before
    /// it has to ask again whose it is.
    public var renamedAt: Int64 {
        _read { yield fields[0].renamedAt }
        _modify { yield &fields[0].renamedAt }
    }

    public var bonds: Bonds {
        _read { yield fields[0].bonds }
        _modify { yield &fields[0].bonds }
    }

    /// When what was personal was erased; `nil` where it was not.
    public var erasedAt: Instant? {
        _read { yield fields[0].erasedAt }
        _modify { yield &fields[0].erasedAt }
    }
}

/// What a program's rules may know of a person: attributes of the profile, tags, and segments.
public struct Traits: Hashable, Sendable {
    /// By name, ascending.
    public private(set) var attributes: [Attribute]
    /// Words about the member; in the order of adding, each once.
    public private(set) var tags: [String]
    /// The groups that marketing counts the member to; in the order of adding, each once.
    public private(set) var segments: [String]

    public init(attributes: [Attribute] = [], tags: [String] = [], segments: [String] = []) {
        self.attributes = attributes
        self.tags = tags
        self.segments = segments
    }

    public var isEmpty: Bool { attributes.isEmpty && tags.isEmpty && segments.isEmpty }

    /// How many tags a member can have, and how many segments a member can belong to.
    public static let mostWords = 32

    /// Applies a change.
    mutating func apply(_ change: TraitsChange) {
        for new in change.attributes {
            attributes.removeAll { $0.name.utf8.elementsEqual(new.name.utf8) }
            guard let value = new.value else { continue }
            let place = attributes.firstIndex { new.name < $0.name } ?? attributes.count
            attributes.insert(Attribute(new.name, value), at: place)
        }
        change.tags.apply(to: &tags)
        change.segments.apply(to: &segments)
    }
}

/// What shall be different about a person.
public struct TraitsChange: Hashable, Sendable {
    /// An attribute and its new value; `nil` takes it away.
    public struct NewValue: Hashable, Sendable {
        public let name: String
        public let value: AttributeValue?

        public init(_ name: String, _ value: AttributeValue?) {
            self.name = name
            self.value = value
        }
    }

    /// Words to add to a list and to take out of it.
    public struct Words: Hashable, Sendable {
        public let added: [String]
        public let removed: [String]

        public init(added: [String] = [], removed: [String] = []) {
            self.added = added
            self.removed = removed
        }

        fileprivate func apply(to words: inout [String]) {
            words.removeAll { word in removed.contains { $0.utf8.elementsEqual(word.utf8) } }
            for word in added where !words.contains(where: { $0.utf8.elementsEqual(word.utf8) }) { words.append(word) }
        }
    }

    public let attributes: [NewValue]
    public let tags: Words
    public let segments: Words

    public init(attributes: [NewValue] = [], tags: Words = Words(), segments: Words = Words()) {
        self.attributes = attributes
        self.tags = tags
        self.segments = segments
    }
}

/// How often a member bought.
public struct PurchaseCounters: Hashable, Sendable {
    public var purchases: Int64
    /// The till's time of the earliest purchase known.
    public var firstPurchaseAt: Instant?
    /// The till's time of the latest purchase known.
    public var lastPurchaseAt: Instant?

    public init(purchases: Int64 = 0, firstPurchaseAt: Instant? = nil, lastPurchaseAt: Instant? = nil) {
        self.purchases = purchases
        self.firstPurchaseAt = firstPurchaseAt
        self.lastPurchaseAt = lastPurchaseAt
    }

    /// Takes back a purchase of which everything came back. Nothing is left to take back where another member took the
    /// count over in a merge.
    mutating func uncount() {
        purchases = max(0, purchases - 1)
    }

    /// Counts a purchase, which may have come in late.
    mutating func count(purchaseAt instant: Instant) {
        purchases += 1
        firstPurchaseAt = firstPurchaseAt.map { min($0, instant) } ?? instant
        lastPurchaseAt = lastPurchaseAt.map { max($0, instant) } ?? instant
    }
}
