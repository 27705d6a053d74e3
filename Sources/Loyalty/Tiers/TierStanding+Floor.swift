public import Rules
public import Time

// Levels that are given by hand.

extension TierStanding {
    /// Gives a level below which the member does not fall, in place of one that was given before.
    mutating func give(_ floor: Floor, under policy: TierPolicy, operation: Int64) {
        self.floor = floor
        settle(policy.levels, since: floor.since, reason: .given, operation: operation)
    }

    /// Takes the level away that was given by hand.
    mutating func takeFloor(at now: Instant, under policy: TierPolicy, operation: Int64) {
        floor = nil
        settle(policy.levels, since: now, reason: .givenEnded, operation: operation)
    }

    /// Whether the present level holds because somebody gave it by hand.
    public func isGiven(under policy: TierPolicy) -> Bool {
        guard let floor, let given = policy.level(floor.level) else { return false }
        return given > policy.level(reached) ?? 0
    }

    /// The first instant at which the present level no longer holds as things are; `nil` where it does not end by itself.
    public func presentUntil(under policy: TierPolicy) -> Instant? {
        let ends = policy.downgrade == .never ? nil : until
        guard let floor, let given = policy.level(floor.level) else { return ends }
        let own = policy.level(reached) ?? 0
        if given < own { return ends }
        guard given == own, own > 0, let floorEnds = floor.until else { return floor.until }
        return ends.map { max($0, floorEnds) }
    }
}
