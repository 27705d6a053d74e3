import CEL

/// An expression of a document, checked and ready: a condition, or an amount.
///
/// Two of them are equal when they were written alike in the same place of a document; they then mean the same.
public struct Condition: Equatable, Sendable {
    /// The expression as it was written.
    public let source: String
    /// Where in the document it stands, such as `rules[2].when`.
    public let path: String
    /// The most that evaluating it can cost, as cel-go counts.
    public let greatestCost: UInt64
    let program: CEL.Program

    /// What one expression may cost when it runs, and before that by estimate.
    public static let costLimit: UInt64 = 100_000
    /// What all expressions together may cost for one event.
    public static let eventCostLimit: UInt64 = 2_000_000
    /// The greatest number of points, or of stamps, that an expression may compute. It is so far from the end of 64
    /// bits that a slip in an expression skips its rule and never overflows a sum, which would stop the sale.
    public static let greatestAmount: Int64 = 1_000_000_000_000
    /// The characters of an expression.
    public static let longestSource = 2_000

    public static func == (left: Condition, right: Condition) -> Bool {
        left.path == right.path && left.source == right.source
    }
}

/// An expression that had no value when it ran: its rule was skipped, or its line did not count.
public struct ConditionFailure: Error, Hashable, Sendable {
    /// Where in the document the expression stands; of alike expressions the first one.
    public let path: String
    /// What went wrong, such as `division by zero`.
    public let message: String
}
