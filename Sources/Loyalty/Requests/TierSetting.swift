public import Time

/// A level that somebody gives a member by hand. It is a floor: the member may reach a higher one.
public struct TierSetting: Hashable, Sendable {
    /// The level's id.
    public let level: String
    /// The first instant at which it no longer holds; `nil` for as long as nobody takes it away.
    public let until: Instant?
    public let reason: String

    public init(level: String, until: Instant?, reason: String) {
        self.level = level
        self.until = until
        self.reason = reason
    }
}
