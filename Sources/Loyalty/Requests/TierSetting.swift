package import Time

/// A level that somebody gives a member by hand. It is a floor: the member may reach a higher one.
package struct TierSetting: Hashable, Sendable {
    /// The level's id.
    package let level: String
    /// The first instant at which it no longer holds; `nil` for as long as nobody takes it away.
    package let until: Instant?
    package let reason: String

    package init(level: String, until: Instant?, reason: String) {
        self.level = level
        self.until = until
        self.reason = reason
    }
}
