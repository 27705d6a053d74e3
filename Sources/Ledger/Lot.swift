package import Time

/// Points that came in together and lapse together.
///
/// Spending takes the lot that lapses soonest, then the one earned earliest, then the lower number; lots that never
/// lapse come last (`spendsBefore`).
package struct Lot: Hashable, Sendable {
    /// The place among the member's lots, from 1.
    package let number: Int64
    package let currency: CurrencyID
    /// The member's operation that brought the points in.
    package let origin: Int64
    package let ruleSetVersion: Int64
    package let original: Points
    /// What is left of `original`; a lot is closed when nothing is left.
    package var remaining: Points
    /// When the points were earned: the till's time.
    package let earnedAt: Instant
    /// The first instant at which the points can no longer be used; `nil` for never.
    package let expiresAt: Instant?

    package init(
        number: Int64, currency: CurrencyID, origin: Int64, ruleSetVersion: Int64, original: Points,
        remaining: Points, earnedAt: Instant, expiresAt: Instant?
    ) {
        precondition(
            .zero < original && .zero <= remaining && remaining <= original,
            "a lot holds between nothing and what came in")
        self.number = number
        self.currency = currency
        self.origin = origin
        self.ruleSetVersion = ruleSetVersion
        self.original = original
        self.remaining = remaining
        self.earnedAt = earnedAt
        self.expiresAt = expiresAt
    }

    /// Whether nothing is left.
    package var isClosed: Bool { remaining == .zero }

    /// Whether the points can no longer be used at an instant: the instant of expiry itself is already too late.
    package func hasLapsed(at instant: Instant) -> Bool {
        guard let expiresAt else { return false }
        return expiresAt <= instant
    }

    /// Whether this lot is spent before another one.
    package func spendsBefore(_ other: Lot) -> Bool {
        switch (expiresAt, other.expiresAt) {
        case (let mine?, let its?) where mine != its: return mine < its
        case (_?, nil): return true
        case (nil, _?): return false
        default: return earnedAt != other.earnedAt ? earnedAt < other.earnedAt : number < other.number
        }
    }

    /// Appends the hashed form of a lot as it is opened.
    package func encodeOpening(into bytes: inout [UInt8]) {
        bytes.append(bigEndian: number)
        bytes.append(lengthPrefixed: currency.text)
        bytes.append(bigEndian: original.count)
        bytes.append(bigEndian: earnedAt.milliseconds)
        bytes.append(optional: expiresAt) { $0.append(bigEndian: $1.milliseconds) }
    }
}
