/// Why an evaluation has no value: an ordinary outcome of the language, never a programming error.
///
/// Inside an expression such an outcome is absorbed by `&&`, `||` and the quantifying macros when another
/// operand decides the result; the two budgets alone end an evaluation for good.
public struct EvaluationError: Error, Hashable, Sendable {
    /// The kinds of failure, with stable names.
    public enum Code: String, Hashable, Sendable {
        case noSuchOverload = "no_such_overload"
        case noSuchField = "no_such_field"
        case noSuchKey = "no_such_key"
        case undeclaredReference = "undeclared_reference"
        case invalidArgument = "invalid_argument"
        case divisionByZero = "division_by_zero"
        case overflow = "overflow"
        case outOfRange = "out_of_range"
        case duplicateKey = "duplicate_key"
        case costExceeded = "cost_exceeded"
        case workExceeded = "work_exceeded"
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, in words.
    public let message: String
    /// The node that failed, for its position in the source; 0 when the whole expression is meant.
    public var expressionID: Int

    /// Makes an error.
    public init(_ code: Code, _ message: String, at expressionID: Int = 0) {
        self.code = code
        self.message = message
        self.expressionID = expressionID
    }

    /// Whether a budget was exceeded, which no operator may absorb.
    public var isFatal: Bool { code == .costExceeded || code == .workExceeded }

    /// The same error with its place, unless it already has one.
    func located(at id: Int) -> EvaluationError {
        expressionID == 0 ? EvaluationError(code, message, at: id) : self
    }

    static let noSuchOverload = EvaluationError(.noSuchOverload, "no such overload")
    static let divisionByZero = EvaluationError(.divisionByZero, "division by zero")
    static let moduloByZero = EvaluationError(.divisionByZero, "modulus by zero")
    static let integerOverflow = EvaluationError(.overflow, "integer overflow")
    static let durationRange = EvaluationError(.outOfRange, "duration out of range")
    static let timestampRange = EvaluationError(.outOfRange, "timestamp out of range")

    /// The failure of a function that has no form for these arguments.
    static func noSuchOverload(_ function: String, _ arguments: Value...) -> EvaluationError {
        let types = arguments.map(\.typeName).joined(separator: ", ")
        return EvaluationError(.noSuchOverload, "no such overload: \(function)(\(types))")
    }
}

extension EvaluationError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
