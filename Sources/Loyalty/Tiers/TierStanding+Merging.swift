import Rules
public import Time

// What becomes of the levels of two members who become one.

extension TierStanding {
    /// Takes over another member's standing: what was counted adds up, and the highest level stays that either of them
    /// has or that both together have reached, to the later end.
    ///
    /// - Returns: `false` when a total would not fit 64 bits.
    public mutating func take(
        over other: TierStanding, under terms: TierTerms, at now: Instant, operation: Int64
    ) -> Bool {
        for tally in other.tallies {
            for bucket in tally.buckets {
                guard withTally(tally.measure, { $0.add(bucket.total, to: bucket.number) }) else { return false }
            }
        }
        func rank(_ id: String) -> Int { terms.policy.level(id) ?? 0 }
        let (mine, theirs) = (rank(reached), rank(other.reached))
        if theirs > mine || (theirs == mine && (other.until ?? now) > (until ?? now)) {
            (reached, until, end) = (other.reached, other.until, other.end)
        }
        if let given = other.floor {
            let (kept, new) = (floor.map { rank($0.level) } ?? -1, rank(given.level))
            let isLonger = given.until == nil || floor?.until.map { $0 < given.until ?? $0 } ?? false
            if new > kept || (new == kept && isLonger) { floor = given }
        }
        let together = terms.entitled(tally(terms.measure), at: now)
        if together.level > rank(reached) {
            reached = terms.policy.levels[together.level].id
            hold(behind: together.window, under: terms, after: now)
        }
        settle(terms.policy.levels, since: now, reason: .merged, operation: operation)
        return true
    }
}
