public import Rules
public import Time

/// What a member may want to know about levels: what counts, what is missing to the next one and to keep the present one.
public struct TierOutlook: Hashable, Sendable {
    /// A stretch of time whose end does not belong to it; `nil` reaches without end.
    public struct Window: Hashable, Sendable {
        public let from: Instant?
        public let until: Instant?
    }

    /// A level above.
    public struct Next: Hashable, Sendable {
        public let level: TierLevel
        /// What is missing in the present window.
        public let missing: Int64
    }

    /// What keeps the present level.
    public struct Keep: Hashable, Sendable {
        /// The window that decides.
        public let window: Window
        /// What is missing in it.
        public let missing: Int64
        /// When the level ends if it stays so; later than the window by the days of grace.
        public let by: Instant
    }

    public let standing: TierStanding
    /// The first instant at which the present level no longer holds; `nil` where it does not end by itself.
    public let until: Instant?
    /// The present window.
    public let window: Window
    /// What was counted in it.
    public let total: Int64
    /// `nil` at the highest level.
    public let next: Next?
    /// `nil` for the lowest level, and for one that does not end by itself.
    public let keep: Keep?
}

extension MemberState {
    /// The standing under a program, which is the lowest one where nothing was counted yet; `nil` where neither the
    /// program nor the member has any.
    public func standing(in program: Program) -> TierStanding? {
        tier ?? program.tiers.map { TierStanding(lowestOf: $0, since: enrolledAt) }
    }

    /// How the member stands under a program, after what fell due; `nil` for a program without tiers.
    public func tierOutlook(in program: Program, at now: Instant) -> TierOutlook? {
        guard let terms = TierTerms(program, joined: enrolledAt), let standing = standing(in: program) else {
            return nil
        }
        let policy = terms.policy
        let tally = standing.tally(terms.measure)
        let present = policy.level(standing.current.level) ?? 0
        let end = terms.end(containing: terms.zone.date(at: now))
        let total = terms.total(tally, windowEnding: end)
        let until = standing.presentUntil(under: policy)
        var keep: TierOutlook.Keep?
        if present > 0, let until {
            // What was given by hand is kept by reaching it now.
            let decides = standing.isGiven(under: policy) ? end : standing.end
            keep = TierOutlook.Keep(
                window: terms.window(ending: decides),
                missing: max(0, policy.levels[present].from - terms.total(tally, windowEnding: decides)), by: until)
        }
        return TierOutlook(
            standing: standing, until: until, window: terms.window(ending: end), total: total,
            next: policy.levels.dropFirst(present + 1).first.map {
                TierOutlook.Next(level: $0, missing: max(0, $0.from - total))
            },
            keep: keep)
    }
}

extension TierTerms {
    fileprivate func window(ending end: CivilDate?) -> TierOutlook.Window {
        TierOutlook.Window(
            from: end.flatMap(firstDay(ofWindowEnding:)).map(zone.startOfDay), until: end.map(zone.startOfDay))
    }
}
