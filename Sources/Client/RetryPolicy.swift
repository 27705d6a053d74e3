/// How long to wait before something is tried again, and when to give up.
package struct RetryPolicy: Sendable {
    /// The pause before the first repetition.
    package var firstPause: Duration
    /// No pause is longer.
    package var longestPause: Duration
    /// Without any answer for so long, no further repetition begins.
    package var giveUpAfter: Duration

    /// Creates a policy.
    package init(
        firstPause: Duration = .milliseconds(100), longestPause: Duration = .seconds(5),
        giveUpAfter: Duration = .seconds(60)
    ) {
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.giveUpAfter = giveUpAfter
    }

    /// The pause before a repetition, counted from 0: doubled each time, and shortened by up to a half.
    ///
    /// - Parameter chance: from 0 to 1; keeps many clients from coming back at the same instant.
    package func pause(before attempt: Int, chance: Double) -> Duration {
        let doubled = firstPause * (1 << min(attempt, 20))
        return min(doubled, longestPause) * (1 - chance / 2)
    }
}
