/// What the lines of a selection come to.
struct LineTally {
    private var sum: Int64 = 0
    private(set) var hasLines = false
    /// The expression that had no value for a line, so that nobody knows what belongs to the selection.
    var failure: ConditionRun.Failed?

    /// The sum in minor units, or 0 where it is below.
    var amount: Int64 { max(0, sum) }

    mutating func add(_ counted: Int64) throws(EvaluationError) {
        let (next, overflow) = sum.addingReportingOverflow(counted)
        guard !overflow else { throw .amountOverflow }
        sum = next
        hasLines = true
    }
}
