package import Rules
package import Time

/// Where a member stands among the tiers, and what counts toward them.
///
/// A level is reached at once and holds to the end of the window after the one it was reached in. Reaching it again
/// extends it; otherwise the program's downgrade rule decides when it ends. What is counted per calendar year is kept
/// for every year, because purchases may come in late.
package struct TierStanding: Hashable, Sendable {
    /// A level that a member had or has.
    package struct Period: Hashable, Sendable {
        /// The level's id.
        package let level: String
        package let since: Instant

        package init(level: String, since: Instant) {
            self.level = level
            self.since = since
        }
    }

    /// What was counted in one calendar year of the program's zone.
    package struct YearTotal: Hashable, Sendable {
        package let year: Int
        package var total: Int64

        package init(year: Int, total: Int64) {
            self.year = year
            self.total = total
        }
    }

    /// Every level the member had, oldest first; the last one is the present one.
    package private(set) var periods: [Period]
    /// The first instant at which the present level no longer holds; `nil` for the lowest one.
    package private(set) var until: Instant?
    /// By year, ascending.
    package private(set) var totals: [YearTotal]

    /// A standing read back from a store.
    package init(periods: [Period], until: Instant?, totals: [YearTotal]) {
        precondition(!periods.isEmpty, "a standing has a level")
        self.periods = periods
        self.until = until
        self.totals = totals
    }

    /// The lowest level, from an instant on.
    package init(lowestOf policy: TierPolicy, since: Instant) {
        self.init(periods: [Period(level: policy.levels[0].id, since: since)], until: nil, totals: [])
    }

    /// The present level and since when it holds.
    package var current: Period { periods[periods.count - 1] }

    /// The level at an instant; the first one for earlier instants.
    package func level(at instant: Instant) -> String {
        (periods.last { $0.since <= instant } ?? periods[0]).level
    }

    /// What was counted in a year.
    package func total(of year: Int) -> Int64 {
        totals.first { $0.year == year }?.total ?? 0
    }

    /// Counts toward a year and raises the level where that reaches one.
    ///
    /// - Returns: `false` when the total would not fit 64 bits; nothing has changed then.
    mutating func count(_ amount: Int64, in year: Int, policy: TierPolicy, zone: Zone, at now: Instant) -> Bool {
        let (total, overflow) = total(of: year).addingReportingOverflow(amount)
        if overflow { return false }
        if let index = totals.firstIndex(where: { $0.year == year }) {
            totals[index].total = total
        } else {
            totals.insert(YearTotal(year: year, total: total), at: totals.firstIndex { $0.year > year } ?? totals.count)
        }
        let reached = policy.level(reachedBy: total)
        let end = zone.startOfYear(year + 2)
        guard reached > 0, end > now else { return true }
        let present = policy.level(current.level) ?? 0
        if reached > present {
            periods.append(Period(level: policy.levels[reached].id, since: now))
            until = end
        } else if reached == present {
            until = max(until ?? end, end)
        }
        return true
    }

    /// Takes out of a year what a return takes back. The level falls at the end of its period, or at once where the
    /// program says so and the year alone had given it.
    mutating func uncount(
        _ amount: Int64, in year: Int, policy: TierPolicy, zone: Zone, at now: Instant, fallsAtOnce: Bool
    ) {
        guard amount > 0, let index = totals.firstIndex(where: { $0.year == year }) else { return }
        let before = policy.level(reachedBy: totals[index].total)
        totals[index].total -= amount
        guard fallsAtOnce else { return }
        let present = policy.level(current.level) ?? 0
        let after = policy.level(reachedBy: totals[index].total)
        guard present > 0, before >= present, after < present else { return }
        // Another year may hold the level, or a lower one, for as long.
        let thisYear = zone.date(at: now).year
        let others = [thisYear - 1, thisYear].filter { $0 != year }.map { policy.level(reachedBy: total(of: $0)) }
        let next = others.reduce(after, max)
        guard next < present else { return }
        periods.append(Period(level: policy.levels[next].id, since: now))
        until = next > 0 ? zone.startOfYear(thisYear + 2) : nil
    }

    /// Ends the present level at `until`: it stays where the window before gives it again, and goes down by the
    /// program's rule otherwise. In a program that no longer has tiers it stays as it is.
    mutating func endPeriod(policy: TierPolicy?, zone: Zone) {
        guard let end = until else { return }
        guard let policy else {
            until = nil
            return
        }
        let year = zone.date(at: end).year
        let present = policy.level(current.level) ?? 0
        let reached = policy.level(reachedBy: total(of: year - 1))
        let next =
            switch policy.downgrade {
            case _ where reached >= present: present
            case .never: present
            case .recompute: reached
            case .oneLevel: max(reached, present - 1)
            }
        if next != present { periods.append(Period(level: policy.levels[next].id, since: end)) }
        until = next > 0 ? zone.startOfYear(year + 1) : nil
    }
}

extension Zone {
    /// The first instant of a calendar year.
    fileprivate func startOfYear(_ year: Int) -> Instant {
        guard let date = CivilDate(year: year, month: 1, day: 1) else {
            preconditionFailure("every year has a first of January")
        }
        return startOfDay(date)
    }
}
