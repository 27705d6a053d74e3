import Ledger
import Time

/// A place among a member's lots as a text that callers hand back as they got it.
enum LotCursor {
    static func text(_ place: LotPlace) -> String {
        let expiry = place.expiresAt.map { "\($0.milliseconds)" } ?? "never"
        return "\(expiry).\(place.earnedAt.milliseconds).\(place.number)"
    }

    /// `nil` for a text that is none.
    static func place(_ text: String) -> LotPlace? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let earned = Int64(parts[1]), let number = Int64(parts[2]) else { return nil }
        let expiry = Int64(parts[0])
        guard expiry != nil || parts[0] == "never" else { return nil }
        return LotPlace(
            expiresAt: expiry.map(Instant.init(milliseconds:)), earnedAt: Instant(milliseconds: earned), number: number)
    }
}
