package import Ledger
package import Time

/// Everything that deciding needs to know of one member.
package struct MemberState: Hashable, Sendable {
    package let number: MemberNumber
    /// The member's id in the world outside.
    package let id: ExactText
    package let enrolledAt: Instant
    /// The sequence of the member's last operation. A commit succeeds only while this is still what was loaded.
    package var version: Int64
    /// The digest of the last operation, to which the next one is chained.
    package var head: Digest
    package var ledger: MemberLedger
    /// `nil` while the program has no tiers.
    package var tier: TierStanding?
    package var counters: PurchaseCounters

    package init(
        number: MemberNumber, id: ExactText, enrolledAt: Instant, version: Int64, head: Digest, ledger: MemberLedger,
        tier: TierStanding?, counters: PurchaseCounters
    ) {
        self.number = number
        self.id = id
        self.enrolledAt = enrolledAt
        self.version = version
        self.head = head
        self.ledger = ledger
        self.tier = tier
        self.counters = counters
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

    /// Counts a purchase, which may have come in late.
    mutating func count(purchaseAt instant: Instant) {
        purchases += 1
        firstPurchaseAt = firstPurchaseAt.map { min($0, instant) } ?? instant
        lastPurchaseAt = lastPurchaseAt.map { max($0, instant) } ?? instant
    }
}
