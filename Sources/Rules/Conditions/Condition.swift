import CEL

/// An expression of a document, checked and ready: a condition, or an amount.
///
/// Two of them are equal when they were written alike in the same place of a document; they then mean the same.
package struct Condition: Equatable, Sendable {
    /// The expression as it was written.
    package let source: String
    /// Where in the document it stands, such as `rules[2].when`.
    package let path: String
    /// The most that evaluating it can cost, as cel-go counts.
    package let greatestCost: UInt64
    let program: CEL.Program

    /// What one expression may cost when it runs, and before that by estimate.
    package static let costLimit: UInt64 = 100_000
    /// What all expressions together may cost for one event.
    package static let eventCostLimit: UInt64 = 2_000_000
    /// The greatest number of points, or of stamps, that an expression may compute. It is so far from the end of 64
    /// bits that a slip in an expression skips its rule and never overflows a sum, which would stop the sale.
    package static let greatestAmount: Int64 = 1_000_000_000_000
    /// The characters of an expression.
    package static let longestSource = 2_000

    package static func == (left: Condition, right: Condition) -> Bool {
        left.path == right.path && left.source == right.source
    }
}

/// An expression that had no value when it ran: its rule was skipped, or its line did not count.
package struct ConditionFailure: Error, Hashable, Sendable {
    /// Where in the document the expression stands; of alike expressions the first one.
    package let path: String
    /// What went wrong, such as `division by zero`.
    package let message: String
}
