/// What is known of a rule while an event is evaluated; plain numbers, since every evaluation has one for each rule.
struct Standing {
    /// As `TraceEntry.Outcome`, less what only the trace tells apart.
    enum Outcome: Equatable {
        case paid, notEffective, heldOut, conditionUnmet, nothingCounted, collected, limitReached, budgetSpent
        /// By the place of the failure.
        case failed(Int)
        case lost(to: Int)
    }

    var outcome = Outcome.paid
    /// What the rule pays, or for a multiplier what it would pay if no other multiplied.
    var points: Int64 = 0
    /// How many rewards full cards give.
    var rewards: Int64 = 0
    /// The money that counted, or the stamps.
    var counted: Int64 = 0
    /// What is kept for the next time: carried money, or stamps.
    var kept: Int64 = 0
    /// For an exact base: what the multipliers paid so far have added to its fraction.
    var multiplied: Int128 = 0

    /// Whether what it collected is kept: what was lost, or not paid at all, leaves everything as it was.
    var keeps: Bool { outcome == .paid || outcome == .collected }
}

extension TraceEntry.Outcome {
    /// What became of a rule, in the words of the trace.
    init(_ outcome: Standing.Outcome, _ failures: [ConditionFailure]) {
        self =
            switch outcome {
            case .paid: .paid
            case .notEffective: .notEffective
            case .heldOut: .heldOut
            case .conditionUnmet: .conditionUnmet
            case .nothingCounted: .nothingCounted
            case .collected: .collected
            case .limitReached: .limitReached
            case .budgetSpent: .budgetSpent
            case .failed(let failure): .failed(failures[failure])
            case .lost(let winner): .lost(to: winner)
            }
    }
}
