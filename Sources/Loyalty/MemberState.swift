package import Ledger
package import Rules
package import Time

/// Everything that deciding needs to know of one member.
package struct MemberState: Hashable, Sendable {
    package let number: MemberNumber
    /// The member's id in the world outside.
    package var id: ExactText
    package let enrolledAt: Instant
    /// The sequence of the member's last operation. A commit succeeds only while this is still what was loaded.
    package var version: Int64
    /// The digest of the last operation, to which the next one is chained.
    package var head: Digest
    package var ledger: MemberLedger
    /// `nil` while the program has no tiers.
    package var tier: TierStanding?
    package var counters: PurchaseCounters
    /// What the member used of limits, caps, carried money and stamps, in windows that may still count.
    package var usages: [Usage]
    /// Points that are reserved, in the order of reserving.
    package var holds: [Hold]
    /// What was given and can be used once: open ones, and used ones for as long as somebody may ask.
    package var vouchers: [Voucher]
    /// Up to when birthdays and anniversaries are applied.
    package var celebratedUntil: Instant
    /// What rules may know of the person; erased on request.
    package var traits: Traits
    /// Whether the member takes part.
    package var status: MemberStatus
    /// The sequence of the last operation that took an identifier away, 0 for none: whoever remembers a name from before
    /// it has to ask again whose it is.
    package var renamedAt: Int64
    package var bonds: Bonds
    /// When what was personal was erased; `nil` where it was not.
    package var erasedAt: Instant?

    package init(
        number: MemberNumber, id: ExactText, enrolledAt: Instant, version: Int64, head: Digest, ledger: MemberLedger,
        tier: TierStanding?, counters: PurchaseCounters, usages: [Usage] = [], holds: [Hold] = [],
        vouchers: [Voucher] = [], celebratedUntil: Instant? = nil, traits: Traits = Traits(),
        status: MemberStatus = .active, renamedAt: Int64 = 0, bonds: Bonds = Bonds(),
        erasedAt: Instant? = nil
    ) {
        self.number = number
        self.id = id
        self.enrolledAt = enrolledAt
        self.version = version
        self.head = head
        self.ledger = ledger
        self.tier = tier
        self.counters = counters
        self.usages = usages
        self.holds = holds
        self.vouchers = vouchers
        self.celebratedUntil = celebratedUntil ?? enrolledAt
        self.traits = traits
        self.status = status
        self.renamedAt = renamedAt
        self.bonds = bonds
        self.erasedAt = erasedAt
    }
}

/// What a program's rules may know of a person: attributes of the profile, tags, and segments.
package struct Traits: Hashable, Sendable {
    /// By name, ascending.
    package private(set) var attributes: [Attribute]
    /// Words about the member; in the order of adding, each once.
    package private(set) var tags: [String]
    /// The groups that marketing counts the member to; in the order of adding, each once.
    package private(set) var segments: [String]

    package init(attributes: [Attribute] = [], tags: [String] = [], segments: [String] = []) {
        self.attributes = attributes
        self.tags = tags
        self.segments = segments
    }

    package var isEmpty: Bool { attributes.isEmpty && tags.isEmpty && segments.isEmpty }

    /// How many tags a member can have, and how many segments a member can belong to.
    package static let mostWords = 32

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
package struct TraitsChange: Hashable, Sendable {
    /// An attribute and its new value; `nil` takes it away.
    package struct NewValue: Hashable, Sendable {
        package let name: String
        package let value: AttributeValue?

        package init(_ name: String, _ value: AttributeValue?) {
            self.name = name
            self.value = value
        }
    }

    /// Words to add to a list and to take out of it.
    package struct Words: Hashable, Sendable {
        package let added: [String]
        package let removed: [String]

        package init(added: [String] = [], removed: [String] = []) {
            self.added = added
            self.removed = removed
        }

        fileprivate func apply(to words: inout [String]) {
            words.removeAll { word in removed.contains { $0.utf8.elementsEqual(word.utf8) } }
            for word in added where !words.contains(where: { $0.utf8.elementsEqual(word.utf8) }) { words.append(word) }
        }
    }

    package let attributes: [NewValue]
    package let tags: Words
    package let segments: Words

    package init(attributes: [NewValue] = [], tags: Words = Words(), segments: Words = Words()) {
        self.attributes = attributes
        self.tags = tags
        self.segments = segments
    }
}

/// How often a member bought.
package struct PurchaseCounters: Hashable, Sendable {
    package var purchases: Int64
    /// The till's time of the earliest purchase known.
    package var firstPurchaseAt: Instant?
    /// The till's time of the latest purchase known.
    package var lastPurchaseAt: Instant?

    package init(purchases: Int64 = 0, firstPurchaseAt: Instant? = nil, lastPurchaseAt: Instant? = nil) {
        self.purchases = purchases
        self.firstPurchaseAt = firstPurchaseAt
        self.lastPurchaseAt = lastPurchaseAt
    }

    /// Takes back a purchase of which everything came back.
    mutating func uncount() {
        purchases -= 1
    }

    /// Counts a purchase, which may have come in late.
    mutating func count(purchaseAt instant: Instant) {
        purchases += 1
        firstPurchaseAt = firstPurchaseAt.map { min($0, instant) } ?? instant
        lastPurchaseAt = lastPurchaseAt.map { max($0, instant) } ?? instant
    }
}
