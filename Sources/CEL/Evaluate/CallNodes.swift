// Calls of library functions. Arguments are evaluated, the cost of the call is charged, then the function
// runs. A failure of the function gets the place of the call.

/// A call without arguments.
final class NullaryCallNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let function: Function.Nullary

    init(function: @escaping Function.Nullary) { self.function = function }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        try frame.charge(1)
        return try function(&frame)
    }
}

/// A call with one argument or receiver.
final class UnaryCallNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let function: Function.Unary
    private let argument: Node
    private let rule: CostRule
    private let id: Int

    init(function: @escaping Function.Unary, argument: Node, rule: CostRule, id: Int) {
        self.function = function
        self.argument = argument
        self.rule = rule
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let value = try argument.value(&frame)
        try frame.charge(rule.cost(value))
        do throws(EvaluationError) {
            return try function(value, &frame)
        } catch {
            throw error.located(at: id)
        }
    }
}

/// A call with two arguments, counting the receiver.
final class BinaryCallNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let function: Function.Binary
    private let first: Node
    private let second: Node
    private let rule: CostRule
    private let id: Int

    init(function: @escaping Function.Binary, first: Node, second: Node, rule: CostRule, id: Int) {
        self.function = function
        self.first = first
        self.second = second
        self.rule = rule
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let left = try first.value(&frame)
        let right = try second.value(&frame)
        try frame.charge(rule.cost(left, right))
        do throws(EvaluationError) {
            return try function(left, right, &frame)
        } catch {
            throw error.located(at: id)
        }
    }
}

/// `optional.or(other)` and `optional.orValue(other)`: the other is evaluated only if the optional is empty.
final class AlternativeNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let function: Function.Binary
    private let optional: Node
    private let other: Node
    private let unwraps: Bool
    private let rule: CostRule
    private let id: Int

    init(function: @escaping Function.Binary, optional: Node, other: Node, unwraps: Bool, rule: CostRule, id: Int) {
        self.function = function
        self.optional = optional
        self.other = other
        self.unwraps = unwraps
        self.rule = rule
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let left = try optional.value(&frame)
        if case .optional(let wrapped?) = left {
            try frame.charge(rule.cost(left, .null))
            return unwraps ? wrapped : left
        }
        let right = try other.value(&frame)
        try frame.charge(rule.cost(left, right))
        do throws(EvaluationError) {
            return try function(left, right, &frame)
        } catch {
            throw error.located(at: id)
        }
    }
}

/// A call with three or more arguments, counting the receiver.
final class VariadicCallNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let function: Function.Variadic
    private let arguments: [Node]
    private let rule: CostRule
    private let id: Int

    init(function: @escaping Function.Variadic, arguments: [Node], rule: CostRule, id: Int) {
        self.function = function
        self.arguments = arguments
        self.rule = rule
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        for argument in arguments { values.append(try argument.value(&frame)) }
        try frame.charge(rule.cost(values))
        do throws(EvaluationError) {
            return try function(values, &frame)
        } catch {
            throw error.located(at: id)
        }
    }
}

/// `text.matches(pattern)` with a literal pattern, compiled when the expression was planned.
final class MatchesNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let text: Node
    private let regex: Regex
    private let pattern: Value
    private let rule: CostRule
    private let id: Int

    init(text: Node, regex: Regex, pattern: Value, rule: CostRule, id: Int) {
        self.text = text
        self.regex = regex
        self.pattern = pattern
        self.rule = rule
        self.id = id
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let value = try text.value(&frame)
        guard case .string(let text) = value else {
            throw EvaluationError.noSuchOverload("matches", value, pattern).located(at: id)
        }
        try frame.charge(rule.cost(value, pattern))
        return try regex.isFound(in: text, &frame)
    }
}
