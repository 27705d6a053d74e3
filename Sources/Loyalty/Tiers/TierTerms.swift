import Ledger
public import Rules
public import Time

// How a program divides the time of one member into windows, and for how long a level holds.
//
// A window is named by its end, the first day behind it. A level that a window gives holds to the end of the next
// window, and for the days of grace behind that. Windows of a calendar and of a membership lie end to end; a rolling
// window ends with every day, and the next one is the window that begins behind it.

/// The tiers of a program as they are for one member.
public struct TierTerms: Sendable {
    public let policy: TierPolicy
    let zone: Zone
    /// The local day on which the member joined.
    let joined: CivilDate
    let measure: TierTally.Measure

    /// `nil` for a program without tiers.
    public init?(_ program: Program, joined: Instant) {
        guard let policy = program.tiers else { return nil }
        self.policy = policy
        self.zone = program.zone
        self.joined = program.zone.date(at: joined)
        measure = TierTally.Measure(policy, in: program)
    }

    // MARK: Windows

    /// The number of the bucket in which a day is counted.
    func bucket(of day: CivilDate) -> Int {
        switch measure.grain {
        case .day: day.daysSinceEpoch
        case .month: day.year * 12 + day.month - 1
        case .quarter: day.year * 4 + (day.month - 1) / 3
        case .year: day.year
        case .lifetime: 0
        }
    }

    /// The end of the window that a day belongs to, or of the one that ends with it; `nil` where nothing ever ends.
    func end(containing day: CivilDate) -> CivilDate? {
        switch policy.window {
        case .calendar(let period): day.startOfNext(period)
        case .rolling: day.adding(days: 1)
        case .membershipYear: anniversary(membershipYear(of: day) + 1)
        case .lifetime: nil
        }
    }

    /// The end of the window behind one that ends on a day.
    func end(after end: CivilDate) -> CivilDate? {
        switch policy.window {
        // So long behind the last day, on which a month may be shorter.
        case .rolling(let span): end.adding(days: -1).adding(span).adding(days: 1)
        case .calendar, .membershipYear, .lifetime: self.end(containing: end)
        }
    }

    /// The first day of a window by its end; `nil` where it reaches back without end.
    func firstDay(ofWindowEnding end: CivilDate) -> CivilDate? {
        let last = end.adding(days: -1)
        return switch policy.window {
        case .calendar(let period): last.start(of: period)
        case .rolling(let span): firstDay(reaching: last, by: span)
        case .membershipYear: anniversary(membershipYear(of: last))
        case .lifetime: nil
        }
    }

    /// The first of the days from which a span reaches beyond a day. Where months are shorter several days reach equally far,
    /// and none of them may be in two windows that lie end to end.
    private func firstDay(reaching last: CivilDate, by span: CalendarSpan) -> CivilDate {
        var first = last.subtracting(span).adding(days: 1)
        while first.adding(span) <= last { first = first.adding(days: 1) }
        return first
    }

    /// Whether a window ends on a day. One that other rules made need not.
    func isEnd(_ day: CivilDate) -> Bool {
        switch policy.window {
        case .calendar(let period): day.start(of: period) == day
        case .rolling: true
        case .membershipYear: day > joined && anniversary(membershipYear(of: day)) == day
        case .lifetime: false
        }
    }

    /// Ends of windows from one of them to that of the window which a day belongs to, ascending. Behind the first one
    /// only those rolling windows are named that end with a day on which something was counted: the others give no more.
    func ends(from first: CivilDate, through day: CivilDate, in tally: TierTally) -> [CivilDate] {
        var ends = [first]
        if case .rolling = policy.window {
            let days = first.daysSinceEpoch...max(first, day).daysSinceEpoch
            return ends + tally.buckets.lazy.filter { days.contains($0.number) }.map(\.dayAfter)
        }
        while ends[ends.count - 1] <= day, let next = end(after: ends[ends.count - 1]) { ends.append(next) }
        return ends
    }

    // MARK: Levels

    /// What was counted in a window by its end; `nil` for the window that never ends.
    func total(_ tally: TierTally, windowEnding end: CivilDate?) -> Int64 {
        guard let end else { return tally.total(of: 0) }
        guard measure.grain == .day, let first = firstDay(ofWindowEnding: end) else {
            return tally.total(of: bucket(of: end.adding(days: -1)))
        }
        // What happened before joining belongs to the first year of membership.
        let start = isMembershipYear && first <= joined ? Int.min : first.daysSinceEpoch
        return tally.total(from: start, to: end.daysSinceEpoch)
    }

    /// When a level ends whose last window ends on a day.
    func until(_ end: CivilDate) -> Instant {
        zone.startOfDay(policy.grace.map(end.adding) ?? end)
    }

    /// A level that a window gives.
    struct Reach {
        let level: Int
        /// The window's end; `nil` for the lowest level, and for the window that never ends.
        let window: CivilDate?
    }

    /// The highest level that some windows give and that still holds at an instant; of equal ones the last window's.
    func best(of ends: [CivilDate], in tally: TierTally, at now: Instant) -> Reach {
        var best = Reach(level: 0, window: nil)
        for window in ends {
            guard let last = end(after: window), until(last) > now else { continue }
            let level = policy.level(reachedBy: total(tally, windowEnding: window))
            if level > 0, level >= best.level { best = Reach(level: level, window: window) }
        }
        return best
    }

    /// The highest level that windows give which have a day.
    func reached(by day: CivilDate, in tally: TierTally, at now: Instant) -> Reach {
        guard let first = end(containing: day) else { return ever(tally) }
        guard case .rolling(let span) = policy.window else { return best(of: [first], in: tally, at: now) }
        // A purchase that comes in late belongs to the windows of all days since.
        let last = min(max(day, zone.date(at: now)), day.adding(span).adding(days: -1))
        return best(of: ends(from: first, through: last, in: tally), in: tally, at: now)
    }

    /// The highest level that anything counted still gives at an instant.
    func entitled(_ tally: TierTally, at now: Instant) -> Reach {
        guard let present = end(containing: zone.date(at: now)) else { return ever(tally) }
        if case .rolling = policy.window { return best(of: tally.buckets.map(\.dayAfter), in: tally, at: now) }
        // A purchase by a till whose clock is ahead may lie in the next window.
        var ends = [present] + (end(after: present).map { [$0] } ?? [])
        while let last = end(after: ends[0]), until(last) > now, let first = firstDay(ofWindowEnding: ends[0]),
            !isMembershipYear || first > joined
        {
            ends.insert(first, at: 0)
        }
        return best(of: ends, in: tally, at: now)
    }

    /// What the window gives that never ends.
    private func ever(_ tally: TierTally) -> Reach {
        Reach(level: policy.level(reachedBy: total(tally, windowEnding: nil)), window: nil)
    }

    /// The earliest day that can still matter where something may be counted on a day or later: the first one of the
    /// window that gave a level which holds then.
    func reach(from day: CivilDate) -> CivilDate {
        let before = policy.grace.map(day.subtracting) ?? day
        switch policy.window {
        // Months differ in length by three days at most.
        case .rolling(let span): return before.subtracting(span).subtracting(span).adding(days: -6)
        case .membershipYear: return before.adding(months: -36)
        case .calendar, .lifetime: return day
        }
    }

    // MARK: Membership

    private var isMembershipYear: Bool { if case .membershipYear = policy.window { true } else { false } }

    /// How often the day of joining came round before a day.
    private func membershipYear(of day: CivilDate) -> Int {
        let years = max(0, day.year - joined.year)
        return years > 0 && day < anniversary(years) ? years - 1 : years
    }

    private func anniversary(_ years: Int) -> CivilDate { joined.adding(months: 12 * years) }
}

extension CivilDate {
    /// The date a calendar span earlier.
    func subtracting(_ span: CalendarSpan) -> CivilDate {
        switch span.unit {
        case .minute, .hour: self
        case .day: adding(days: -span.count)
        case .week: adding(days: -7 * span.count)
        case .month: adding(months: -span.count)
        case .year: adding(months: -12 * span.count)
        }
    }
}

extension TierTally.Bucket {
    /// The day behind one that is a bucket, on which a rolling window ends.
    fileprivate var dayAfter: CivilDate { CivilDate(daysSinceEpoch: number + 1) }
}
