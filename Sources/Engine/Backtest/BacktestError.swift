public import Loyalty

/// Why a backtest cannot be made.
public enum BacktestError: Error, Hashable, Sendable {
    /// The draft is a document of another program.
    case otherProgram(expected: String)
    /// The draft counts another money than the history.
    case otherMoney(expected: String)
    /// An operation names a rule set that is not there.
    case ruleSetMissing(OperationID, version: Int64)
    /// An operation's member is not known.
    case memberMissing(OperationID)
}

extension BacktestError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .otherProgram(let expected): "the document is another program's than \(expected)"
        case .otherMoney(let expected): "the program counts in \(expected), and the document does not"
        case .ruleSetMissing(let operation, let version): "operation \(operation) names rule set \(version), not there"
        case .memberMissing(let operation): "the member of operation \(operation) is not there"
        }
    }
}
