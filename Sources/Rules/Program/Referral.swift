public import Time

// What a document says of members who bring others. What it pays is a rule like any other, with an event of its own:
// so it has a trace, limits, and is taken back like whatever rules pay. These rules stand behind those of the document
// and have names that no document can give.

/// What members get for bringing others.
public struct ReferralPolicy: Equatable, Sendable {
    /// When something is paid.
    public enum Moment: String, Hashable, Sendable, CaseIterable {
        /// When the new member names the code.
        case claim
        /// At the new member's first purchase that qualifies.
        case firstPurchase = "first_purchase"
    }

    /// When the event `referral` happens to who brought the new member; `nil` where it does not.
    public let referrer: Moment?
    /// When the event `referred` happens to the new member; `nil` where it does not.
    public let referred: Moment?
    /// How long after joining a member can name a code.
    public let within: CalendarSpan
    /// What a purchase must come to, in what may earn, to count as the first one; in minor units, at least 1.
    public let minimum: Int64

    /// Whether anything is paid at the first purchase.
    public var waitsForPurchase: Bool { referrer == .firstPurchase || referred == .firstPurchase }

    /// The names of the rules that pay.
    static let referrerRule = "referral.referrer"
    static let referredRule = "referral.referred"
}
