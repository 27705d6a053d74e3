// What multipliers add. To whole steps a multiplier adds whole points, rounded as the base says. To an exact base it
// adds to the fraction, and is paid by how much the rounded sum then grows.

extension EvaluationRun {
    /// What a multiplier adds to one of the rules it names.
    struct Gain {
        let part: Part
        /// Whether the base was there to be multiplied.
        let hasBase: Bool
        /// The money of the lines whose share is multiplied.
        let counted: Int64
        /// What is added to the fraction of an exact base, in parts of `per × 1000`.
        let fraction: Int128
        var points: Int64
    }

    /// Finds what a multiplier adds to each rule it names, on top of those that paid before it; `false` where an
    /// expression failed, which its standing then tells.
    mutating func findGains(of rule: Int) throws(EvaluationError) -> Bool {
        gains.removeAll(keepingCapacity: true)
        for index in plan.steps[rule].parts {
            let part = plan.parts[index]
            let tally = try tally(part.selection)
            if let failure = tally.failure {
                standings[rule].outcome = .failed(failure.failure)
                return false
            }
            gains.append(try gain(of: rule, on: part, counting: tally.amount))
        }
        return true
    }

    private func gain(
        of rule: Int, on part: Part, counting amount: Int64
    ) throws(EvaluationError) -> Gain {
        guard canBeMultiplied(part.base) else {
            return Gain(part: part, hasBase: false, counted: amount, fraction: 0, points: 0)
        }
        let thousandths = Int128(plan.steps[rule].thousandths)
        let base = plan.steps[part.base]
        guard base.isExact else {
            let points = Int128(try steps(of: part, on: amount))
            let more = base.rounding.divide(points * thousandths, by: 1000) - points
            return Gain(
                part: part, hasBase: true, counted: amount, fraction: 0, points: try self.points(more, rule: rule))
        }
        let before = Int128(standings[part.base].counted) * Int128(base.points) * 1000 + standings[part.base].multiplied
        let fraction = Int128(amount) * Int128(base.points) * (thousandths - 1000)
        let denominator = Int128(base.per) * 1000
        let more =
            base.rounding.divide(before + fraction, by: denominator) - base.rounding.divide(before, by: denominator)
        return Gain(
            part: part, hasBase: true, counted: amount, fraction: fraction, points: try points(more, rule: rule))
    }

    /// The whole steps of a base over the lines of which a multiplier takes its share.
    private func steps(of part: Part, on amount: Int64) throws(EvaluationError) -> Int64 {
        let base = plan.steps[part.base]
        if part.isWhole { return try self.base(part.base, on: amount) }
        // Carried money came from lines of an earlier purchase.
        let (points, overflow) = (amount / base.per).multipliedReportingOverflow(by: base.points)
        guard !overflow else { throw .pointsOverflow(rule: part.base) }
        return points
    }

    /// Whether a multiplier finds something there. An exact base has its fraction, even if that is less than a point.
    func canBeMultiplied(_ rule: Int) -> Bool {
        switch standings[rule].outcome {
        case .paid: true
        case .nothingCounted: plan.steps[rule].isExact
        default: false
        }
    }
}
