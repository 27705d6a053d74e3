// Arithmetic. Between two integers, or two doubles, known as such when the expression is planned, operands are
// asked for directly; everything else goes by the types the values turn out to have.

/// The five binary arithmetic operators.
enum ArithmeticOperator: Sendable {
    case add
    case subtract
    case multiply
    case divide
    case modulo

    init?(_ function: String) {
        switch function {
        case Operator.add: self = .add
        case Operator.subtract: self = .subtract
        case Operator.multiply: self = .multiply
        case Operator.divide: self = .divide
        case Operator.modulo: self = .modulo
        default: return nil
        }
    }

    @inline(__always)
    func apply<T: FixedWidthInteger>(_ left: T, _ right: T) throws(EvaluationError) -> T {
        switch self {
        case .add: try CheckedArithmetic.add(left, right)
        case .subtract: try CheckedArithmetic.subtract(left, right)
        case .multiply: try CheckedArithmetic.multiply(left, right)
        case .divide: try CheckedArithmetic.divide(left, right)
        case .modulo: try CheckedArithmetic.modulo(left, right)
        }
    }

    @inline(__always)
    func apply(_ left: Double, _ right: Double) throws(EvaluationError) -> Double {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .modulo: throw .noSuchOverload
        }
    }
}

/// An operator between two integers.
final class IntArithmeticNode: IntNode, @unchecked Sendable {  // only `let`s: see Node
    private let left: Node
    private let right: Node
    private let operation: ArithmeticOperator
    private let id: Int

    init(left: Node, right: Node, operation: ArithmeticOperator, id: Int) {
        self.left = left
        self.right = right
        self.operation = operation
        self.id = id
    }

    override func int(_ frame: inout Frame) throws(EvaluationError) -> Int64 {
        let left = try left.int(&frame)
        let right = try right.int(&frame)
        try frame.charge(1)
        do throws(EvaluationError) {
            return try operation.apply(left, right)
        } catch {
            throw error.located(at: id)
        }
    }
}

/// An operator between two doubles.
final class DoubleArithmeticNode: DoubleNode, @unchecked Sendable {  // only `let`s: see Node
    private let left: Node
    private let right: Node
    private let operation: ArithmeticOperator

    init(left: Node, right: Node, operation: ArithmeticOperator) {
        self.left = left
        self.right = right
        self.operation = operation
    }

    override func double(_ frame: inout Frame) throws(EvaluationError) -> Double {
        let left = try left.double(&frame)
        let right = try right.double(&frame)
        try frame.charge(1)
        return try operation.apply(left, right)
    }
}

/// An operator between values whose types are known only now.
final class ArithmeticNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let left: Node
    private let right: Node
    private let operation: ArithmeticOperator
    private let rule: CostRule
    private let id: Int

    init(left: Node, right: Node, operation: ArithmeticOperator, rule: CostRule, id: Int) {
        self.left = left
        self.right = right
        self.operation = operation
        self.rule = rule
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let left = try left.value(&frame)
        let right = try right.value(&frame)
        try frame.charge(rule.cost(left, right))
        do throws(EvaluationError) {
            return try Self.apply(operation, left, right, &frame)
        } catch {
            throw error.located(at: id)
        }
    }

    private static func apply(
        _ operation: ArithmeticOperator, _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try operation.apply(left, right))
        case (.uint(let left), .uint(let right)): return .uint(try operation.apply(left, right))
        case (.double(let left), .double(let right)): return .double(try operation.apply(left, right))
        default: break
        }
        switch operation {
        case .add: return try join(left, right, &frame)
        case .subtract: return try difference(left, right)
        default: throw .noSuchOverload("\(operation)", left, right)
        }
    }

    private static func join(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try frame.spend(left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.bytes(let left), .bytes(let right)):
            try frame.spend(left.count + right.count)
            return .bytes(left + right)
        case (.list(let left), .list(let right)):
            if left.isEmpty { return .list(right) }
            if right.isEmpty { return .list(left) }
            try frame.spend(left.count + right.count)
            return .list(left + right)
        case (.duration(let left), .duration(let right)):
            return .duration(try .computed(left.nanoseconds + right.nanoseconds))
        case (.timestamp(let moment), .duration(let span)), (.duration(let span), .timestamp(let moment)):
            return .timestamp(try moment.adding(span))
        default: throw .noSuchOverload("_+_", left, right)
        }
    }

    private static func difference(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.duration(let left), .duration(let right)):
            .duration(try .computed(left.nanoseconds - right.nanoseconds))
        case (.timestamp(let moment), .duration(let span)): .timestamp(try moment.subtracting(span))
        case (.timestamp(let left), .timestamp(let right)): .duration(try left.since(right))
        default: throw .noSuchOverload("_-_", left, right)
        }
    }
}

/// `-operand`
final class NegateNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let operand: Node
    private let id: Int

    init(_ operand: Node, id: Int) {
        self.operand = operand
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let value = try operand.value(&frame)
        try frame.charge(1)
        switch value {
        case .int(let value):
            do throws(EvaluationError) {
                return .int(try CheckedArithmetic.negate(value))
            } catch {
                throw error.located(at: id)
            }
        case .double(let value): return .double(-value)
        default: throw EvaluationError.noSuchOverload("-_", value).located(at: id)
        }
    }
}
