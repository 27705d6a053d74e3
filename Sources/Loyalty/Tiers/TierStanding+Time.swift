import Rules
import Time

// What time does to levels.

extension TierStanding {
    /// Ends what ends at an instant: the level that was given by hand, and the period of the one that was reached.
    ///
    /// - Parameter terms: `nil` in a program that no longer has tiers, in which levels stay as they are.
    mutating func fallDue(at due: Instant, under terms: TierTerms?, operation: Int64) {
        var reason = TierChange.Reason.givenEnded
        if let given = floor?.until, given <= due { floor = nil }
        if let until, until <= due {
            reason = .review
            endPeriod(at: due, under: terms)
        }
        // A level whose floor went away with the tiers themselves has nothing to fall to.
        guard let terms else { return }
        settle(terms.policy.levels, since: due, reason: reason, operation: operation)
    }

    /// The reached level stays where the window that decides reached it again, or one behind it in the days of grace; it
    /// goes down by the program's rule otherwise.
    private mutating func endPeriod(at due: Instant, under terms: TierTerms?) {
        guard let terms, let end = end ?? until.map(terms.zone.date), let boundary = terms.end(containing: end) else {
            (until, self.end) = (nil, nil)
            return
        }
        guard terms.isEnd(end) else {
            // Other rules made the window; the level goes on to the end of the one it ends in.
            self.end = boundary
            until = max(terms.until(boundary), due)
            return
        }
        let policy = terms.policy
        let present = policy.level(reached) ?? 0
        let ends = terms.ends(from: end, through: terms.zone.date(at: due), in: tally(terms.measure))
        let found = terms.best(of: ends, in: tally(terms.measure), at: due)
        let next =
            switch policy.downgrade {
            case _ where found.level >= present: present
            case .never: present
            case .recompute: found.level
            case .oneLevel: max(found.level, present - 1)
            }
        if next != present { reached = policy.levels[next].id }
        if next == 0 {
            (until, self.end) = (nil, nil)
        } else {
            hold(behind: found.level >= next ? found.window : end, under: terms, after: due)
        }
    }
}
