// How the evaluator finds the function behind a name. A name has one implementation for each number of
// arguments (a receiver counts as the first), which looks at the types of its arguments itself: the same code
// serves checked and unchecked expressions. A form that cannot tell its type from its arguments, such as the
// sum of an empty list, is also listed under its overload id, which is looked up first.

/// The shapes a function can have.
public enum Function {
    /// A function without arguments.
    public typealias Nullary = @Sendable (inout Frame) throws(EvaluationError) -> Value
    /// A function of one argument or receiver.
    public typealias Unary = @Sendable (Value, inout Frame) throws(EvaluationError) -> Value
    /// A function of two arguments, counting the receiver.
    public typealias Binary = @Sendable (Value, Value, inout Frame) throws(EvaluationError) -> Value
    /// A function of more arguments, counting the receiver.
    public typealias Variadic = @Sendable ([Value], inout Frame) throws(EvaluationError) -> Value

    /// One implementation.
    public enum Form: Sendable {
        case nullary(Nullary)
        case unary(Unary)
        case binary(Binary)
        /// For three or more arguments.
        case variadic([Int], Variadic)

        func accepts(_ count: Int) -> Bool {
            switch self {
            case .nullary: count == 0
            case .unary: count == 1
            case .binary: count == 2
            case .variadic(let counts, _): counts.contains(count)
            }
        }
    }
}

/// The functions an expression can call, by name.
public struct FunctionTable: Sendable {
    private var forms: [String: [Function.Form]] = [:]

    /// All functions of the standard library and the extensions; the checker decides which may be named.
    public static let standard = FunctionTable(
        StandardFunctions.all + ConversionFunctions.all + TimeFunctions.all + StringFunctions.all
            + MathFunctions.all + ListFunctions.all + SetFunctions.all + OptionalFunctions.all
            + EncoderFunctions.all + RegexFunctions.all)

    private init(_ all: [(String, Function.Form)]) {
        for (name, form) in all { add(name, form) }
    }

    /// Adds a function of the host, which must be declared in the environment too.
    public mutating func add(_ name: String, _ form: Function.Form) {
        forms[name, default: []].append(form)
    }

    /// Whether a function of this name is known with any number of arguments.
    func contains(_ name: String) -> Bool { forms[name] != nil }

    /// The implementation for a number of arguments.
    func form(_ name: String, argumentCount: Int) -> Function.Form? {
        forms[name]?.first { $0.accepts(argumentCount) }
    }
}
