/// What is known of a rule while an event is evaluated.
struct Standing {
    var outcome = TraceEntry.Outcome.paid
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
    /// What limit and budget took away.
    var cuts: [TraceEntry.Cut] = []

    /// Whether what it collected is kept: what was lost, or not paid at all, leaves everything as it was.
    var keeps: Bool { outcome == .paid || outcome == .collected }
}
