import Rules
import Time

// What counts toward levels, and what it raises or lowers at once.

extension TierStanding {
    /// Counts something on the day on which it happened and raises the level where a window that has this day gives it.
    ///
    /// - Returns: `false` when the total would not fit 64 bits; nothing has changed then.
    mutating func count(
        _ amount: Int64, on day: CivilDate, under terms: TierTerms, at now: Instant, operation: Int64,
        reason: TierChange.Reason = .reached
    ) -> Bool {
        guard amount != 0 else { return true }
        let bucket = terms.bucket(of: day)
        guard hasRoom(for: amount, in: bucket, of: terms.measure),
            withTally(terms.measure, { $0.add(amount, to: bucket) })
        else { return false }
        guard amount > 0 else { return true }
        reach(terms.reached(by: day, in: tally(terms.measure), at: now), under: terms, at: now)
        settle(terms.policy.levels, since: now, reason: reason, operation: operation)
        return true
    }

    private mutating func reach(_ found: TierTerms.Reach, under terms: TierTerms, at now: Instant) {
        let present = terms.policy.level(reached) ?? 0
        if found.level > present {
            reached = terms.policy.levels[found.level].id
            hold(behind: found.window, under: terms, after: now)
        } else if found.level == present, present > 0, let window = found.window, end.map({ window >= $0 }) ?? true {
            // Reached again in the window that decides, or behind it.
            hold(behind: window, under: terms, after: now)
        } else if present > 0, until == nil {
            // The level comes from rules under which levels never ended; under these they do.
            hold(behind: terms.end(containing: terms.zone.date(at: now)), under: terms, after: now)
        }
    }

    /// Lets the reached level hold through the window behind one and the days of grace; for ever behind none.
    mutating func hold(behind window: CivilDate?, under terms: TierTerms, after now: Instant) {
        end = window.flatMap(terms.end(after:))
        until = end.map { max(terms.until($0), now) }
    }

    /// Takes something out of the day on which it happened. The level falls at its next review, or at once where the
    /// program says so and what was counted had given it.
    mutating func uncount(
        _ amount: Int64, on day: CivilDate, under terms: TierTerms, at now: Instant, operation: Int64,
        fallsAtOnce: Bool
    ) {
        guard amount > 0 else { return }
        let before = tally(terms.measure)
        let bucket = terms.bucket(of: day)
        // What was forgotten since can be taken out of nothing.
        guard before.total(of: bucket) != 0, withTally(terms.measure, { $0.add(-amount, to: bucket) }) else { return }
        guard fallsAtOnce else { return }
        fall(from: before, under: terms, at: now, reason: .returned, operation: operation)
    }

    /// Takes so much out of the newest of what was counted, and out of the level what it no longer gives.
    mutating func correct(down amount: Int64, under terms: TierTerms, at now: Instant, operation: Int64) {
        let before = tally(terms.measure)
        guard !before.buckets.isEmpty else { return }
        withTally(terms.measure) { $0.take(amount) }
        fall(from: before, under: terms, at: now, reason: .correction, operation: operation)
    }

    /// Lets the reached level fall to the one that what was counted still gives, where it had given it before.
    private mutating func fall(
        from before: TierTally, under terms: TierTerms, at now: Instant, reason: TierChange.Reason, operation: Int64
    ) {
        let present = terms.policy.level(reached) ?? 0
        guard present > 0, terms.entitled(before, at: now).level >= present else { return }
        let left = terms.entitled(tally(terms.measure), at: now)
        guard left.level < present else { return }
        reached = terms.policy.levels[left.level].id
        hold(behind: left.window, under: terms, after: now)
        settle(terms.policy.levels, since: now, reason: reason, operation: operation)
    }

    /// Whether days are kept that a program no longer reaches, even if nothing came in late any more.
    func hasDays(before terms: TierTerms, at now: Instant) -> Bool {
        guard terms.measure.grain == .day else { return false }
        let reach = terms.reach(from: terms.zone.date(at: now)).daysSinceEpoch
        return tallies.contains { $0.buckets.first.map { $0.number < reach } ?? false }
    }

    /// Forgets what no window can reach any more.
    ///
    /// - Parameters:
    ///   - terms: those of every program that may still decide something.
    ///   - earliest: the earliest day on which something may have happened that still comes in.
    mutating func forget(_ terms: [TierTerms], before earliest: CivilDate) {
        tallies.removeAll { tally in !terms.contains { tally.measure.fits($0.measure) } }
        for index in tallies.indices where tallies[index].measure.grain == .day {
            let reach = terms.filter { tallies[index].measure.fits($0.measure) }.map { $0.reach(from: earliest) }.min()
            if let reach { tallies[index].forget(before: reach.daysSinceEpoch) }
        }
    }
}
