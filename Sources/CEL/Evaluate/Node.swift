// A planned expression is a tree of small immutable objects. A node can be asked for its value, or directly
// for a boolean, an integer or a double: nodes that know their type statically answer those without
// wrapping, so that a condition over scalars allocates nothing. A node asked for a type that its value has
// not fails with "no such overload", as the language wants.

/// One step of a planned expression.
///
/// Sendable without the compiler's proof, which it gives only to final classes without a superclass: every
/// stored property of every node is a `let` of a Sendable type.
class Node: @unchecked Sendable {
    func value(_ frame: inout Frame) throws(EvaluationError) -> Value { throw .noSuchOverload }

    func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        guard case .bool(let result) = try value(&frame) else { throw .noSuchOverload }
        return result
    }

    func int(_ frame: inout Frame) throws(EvaluationError) -> Int64 {
        guard case .int(let result) = try value(&frame) else { throw .noSuchOverload }
        return result
    }

    func double(_ frame: inout Frame) throws(EvaluationError) -> Double {
        guard case .double(let result) = try value(&frame) else { throw .noSuchOverload }
        return result
    }
}

/// A node whose value is always a boolean: its subclasses say which by `bool`.
class BoolNode: Node, @unchecked Sendable {  // only `let`s: see Node
    override final func value(_ frame: inout Frame) throws(EvaluationError) -> Value { .bool(try bool(&frame)) }
}

/// A node whose value is always an integer: its subclasses say which by `int`.
class IntNode: Node, @unchecked Sendable {  // only `let`s: see Node
    override final func value(_ frame: inout Frame) throws(EvaluationError) -> Value { .int(try int(&frame)) }
}

/// A node whose value is always a double: its subclasses say which by `double`.
class DoubleNode: Node, @unchecked Sendable {  // only `let`s: see Node
    override final func value(_ frame: inout Frame) throws(EvaluationError) -> Value { .double(try double(&frame)) }
}

/// A literal, or anything known when the expression is planned. It costs nothing.
final class ConstantNode: Node, @unchecked Sendable {  // only `let`s: see Node
    let constant: Value
    private let cost: UInt64

    /// A constant; one that stands for an expression keeps that expression's cost.
    init(_ constant: Value, cost: UInt64 = 0) {
        self.constant = constant
        self.cost = cost
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        if cost > 0 { try frame.charge(cost) }
        return constant
    }
}

/// An expression that planning found cannot have a value, such as a call of an unknown function.
final class FailingNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let error: EvaluationError

    init(_ error: EvaluationError) { self.error = error }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value { throw error }
}
