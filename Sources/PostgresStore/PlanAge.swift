/// How long the plans of a connection have been in use.
///
/// A plan holds until the server hears that a table has changed, which its own statistics tell a minute later or more. One
/// that was made for a table of no rows reads all of it for every batch, so that each costs more than the one before. So
/// plans are made anew when twice as much was done as when they were made, and every ten seconds.
struct PlanAge {
    private var uses: UInt64 = 0
    private var madeAt = ContinuousClock.now

    private static let longest = Duration.seconds(10)

    /// Counts a use, and tells whether plans are to be made anew before it.
    mutating func pass(at now: ContinuousClock.Instant = .now) -> Bool {
        uses += 1
        let isDoubled = uses > 1 && uses & (uses - 1) == 0
        guard isDoubled || now - madeAt >= Self.longest else { return false }
        madeAt = now
        return true
    }
}
