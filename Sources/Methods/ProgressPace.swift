import Time

/// When to tell of something that takes seconds how far it is: at once, and then no more than twice a second.
struct ProgressPace {
    /// The least time from one telling to the next.
    private static let gapMs: Int64 = 500

    private var told: Instant?

    /// Whether it is time to tell; if so it is taken for told. A clock that was put back does not silence it.
    mutating func isDue(at moment: Instant) -> Bool {
        if let told, (moment.milliseconds - told.milliseconds).magnitude < UInt64(ProgressPace.gapMs) { return false }
        told = moment
        return true
    }
}
