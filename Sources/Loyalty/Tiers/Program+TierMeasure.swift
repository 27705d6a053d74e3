public import Rules

extension Program {
    /// Whether what was counted toward levels under an earlier program goes on counting; also where one has no levels.
    public func countsTowardLevels(as earlier: Program) -> Bool {
        guard let tiers, let before = earlier.tiers else { return true }
        return TierTally.Measure(before, in: earlier).fits(TierTally.Measure(tiers, in: self))
    }
}
