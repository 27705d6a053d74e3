public import Time

/// Where a lot stands in the order of spending.
///
/// What lapses soonest comes first, then what was earned earliest, then the lower number; what never lapses comes last.
public struct LotPlace: Hashable, Comparable, Sendable {
    public let expiresAt: Instant?
    public let earnedAt: Instant
    public let number: Int64

    public init(expiresAt: Instant?, earnedAt: Instant, number: Int64) {
        self.expiresAt = expiresAt
        self.earnedAt = earnedAt
        self.number = number
    }

    public static func < (left: LotPlace, right: LotPlace) -> Bool {
        switch (left.expiresAt, right.expiresAt) {
        case (let mine?, let its?) where mine != its: mine < its
        case (_?, nil): true
        case (nil, _?): false
        default: left.earnedAt != right.earnedAt ? left.earnedAt < right.earnedAt : left.number < right.number
        }
    }
}

extension Lot {
    /// Where the lot stands in the order of spending.
    public var place: LotPlace { LotPlace(expiresAt: expiresAt, earnedAt: earnedAt, number: number) }

    /// Whether this lot is spent before another one.
    public func spendsBefore(_ other: Lot) -> Bool { place < other.place }
}
