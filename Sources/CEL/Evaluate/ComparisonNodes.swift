// Equality, order and membership.

/// The cost of comparing two values that are walked together: a tenth of the smaller size, rounded up.
enum ComparisonCost {
    static func of(_ left: Value, _ right: Value) -> UInt64 {
        switch (left, right) {
        case (.int, .int), (.bool, .bool), (.double, .double), (.uint, .uint): 1
        case (.string(let left), .string(let right)): of(left, right)
        default: RuntimeCost.tenth(min(left.costSize, right.costSize))
        }
    }

    @inline(__always)
    static func of(_ left: String, _ right: String) -> UInt64 {
        let shorter = min(left.utf8.count, right.utf8.count)
        // Up to ten bytes are up to ten code points: no need to count them.
        if shorter <= 10 { return shorter == 0 ? 0 : 1 }
        return RuntimeCost.tenth(min(left.codePointCount, right.codePointCount))
    }
}

/// `left == right`, or `left != right` if negated.
final class EqualNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let left: Node
    private let right: Node
    private let negated: Bool

    init(left: Node, right: Node, negated: Bool) {
        self.left = left
        self.right = right
        self.negated = negated
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let left = try left.value(&frame)
        let right = try right.value(&frame)
        try frame.charge(ComparisonCost.of(left, right))
        return try left.isEqual(right, &frame) != negated
    }
}

/// A string compared with a literal.
final class EqualStringNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let operand: Node
    private let constant: String
    private let constantIsAscii: Bool
    private let negated: Bool

    init(operand: Node, constant: String, negated: Bool) {
        self.operand = operand
        self.constant = constant
        self.constantIsAscii = constant.utf8.allSatisfy { $0 < 0x80 }
        self.negated = negated
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let value = try operand.value(&frame)
        guard case .string(let text) = value else {
            let right = Value.string(constant)
            try frame.charge(ComparisonCost.of(value, right))
            return value.isEqual(right) != negated
        }
        try frame.charge(ComparisonCost.of(text, constant))
        return (constantIsAscii ? text.isIdentical(ascii: constant) : text.isIdentical(constant)) != negated
    }
}

/// The four order operators.
enum OrderOperator: Sendable {
    case less
    case lessOrEqual
    case greater
    case greaterOrEqual

    init?(_ function: String) {
        switch function {
        case Operator.less: self = .less
        case Operator.lessOrEqual: self = .lessOrEqual
        case Operator.greater: self = .greater
        case Operator.greaterOrEqual: self = .greaterOrEqual
        default: return nil
        }
    }

    @inline(__always)
    func holds<T: Comparable>(_ left: T, _ right: T) -> Bool {
        switch self {
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }

    func holds(_ order: ValueOrder) -> Bool {
        switch (self, order) {
        case (.less, .less), (.lessOrEqual, .less), (.lessOrEqual, .equal), (.greater, .greater),
            (.greaterOrEqual, .greater), (.greaterOrEqual, .equal):
            true
        default: false
        }
    }
}

/// `left < right` and its kin, for values whose types are known only now.
final class OrderNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let left: Node
    private let right: Node
    private let order: OrderOperator
    private let rule: CostRule
    private let id: Int

    init(left: Node, right: Node, order: OrderOperator, rule: CostRule, id: Int) {
        self.left = left
        self.right = right
        self.order = order
        self.rule = rule
        self.id = id
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let left = try left.value(&frame)
        let right = try right.value(&frame)
        try frame.charge(rule.cost(left, right))
        guard let result = left.compare(right) else {
            throw EvaluationError.noSuchOverload("\(order)", left, right).located(at: id)
        }
        return order.holds(result)
    }
}

/// `left < right` and its kin between two integers.
final class IntOrderNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let left: Node
    private let right: Node
    private let order: OrderOperator

    init(left: Node, right: Node, order: OrderOperator) {
        self.left = left
        self.right = right
        self.order = order
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let left = try left.int(&frame)
        let right = try right.int(&frame)
        try frame.charge(1)
        return order.holds(left, right)
    }
}

/// `left == right` between two integers.
final class IntEqualNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let left: Node
    private let right: Node
    private let negated: Bool

    init(left: Node, right: Node, negated: Bool) {
        self.left = left
        self.right = right
        self.negated = negated
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let left = try left.value(&frame)
        let right = try right.value(&frame)
        try frame.charge(1)
        if case .int(let left) = left, case .int(let right) = right { return (left == right) != negated }
        return left.isEqual(right) != negated
    }
}

/// `element in container`
final class MembershipNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let element: Node
    private let container: Node
    private let rule: CostRule
    private let id: Int

    init(element: Node, container: Node, rule: CostRule, id: Int) {
        self.element = element
        self.container = container
        self.rule = rule
        self.id = id
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let element = try element.value(&frame)
        let container = try container.value(&frame)
        try frame.charge(rule.cost(element, container))
        switch container {
        case .list(let elements):
            try frame.spend(elements.count)
            return try element.isElement(of: elements, &frame)
        case .map(let map): return map[element] != nil
        default: throw EvaluationError.noSuchOverload("@in", element, container).located(at: id)
        }
    }
}

/// `element in [constants]` where all constants are integers or all are strings: nothing is built.
final class ConstantMembershipNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let element: Node
    private let constants: [Value]
    private let ints: [Int64]
    private let strings: [String]
    private let cost: UInt64

    /// `cost` is that of building the list, which is charged as if it were built, and of searching it.
    init(element: Node, constants: [Value], cost: UInt64) {
        self.element = element
        self.constants = constants
        self.ints = constants.compactMap { if case .int(let value) = $0 { value } else { nil } }
        self.strings = constants.compactMap { if case .string(let value) = $0 { value } else { nil } }
        self.cost = cost
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let value = try element.value(&frame)
        try frame.charge(cost)
        switch value {
        case .int(let wanted) where ints.count == constants.count:
            for candidate in ints where candidate == wanted { return true }
            return false
        case .string(let wanted) where strings.count == constants.count:
            for candidate in strings where candidate.isIdentical(wanted) { return true }
            return false
        default:
            return constants.contains { $0.isEqual(value) }
        }
    }
}
