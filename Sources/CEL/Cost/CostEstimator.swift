/// What is known about an expression's data before it runs.
public struct CostEstimator: Sendable {
    /// A part of an expression, as estimators see it.
    public struct Node: Sendable {
        /// How the value is reached from a variable: its name, then field names, `@items`, `@indices`, `@keys` or
        /// `@values`; empty when it is computed.
        public let path: [String]
        /// The type of the value.
        public let type: CELType
        /// The node itself.
        public let expression: Expression
        /// The size as far as the expression itself tells it.
        public let size: Estimate?
    }

    /// The cost of one call without its arguments, and the size of its result.
    public struct Call: Sendable {
        /// The cost without that of the arguments.
        public let cost: Estimate
        /// The size of the result; nil when it is not known or does not matter.
        public let resultSize: Estimate?

        /// Makes the estimate of a call.
        public init(cost: Estimate, resultSize: Estimate? = nil) {
            self.cost = cost
            self.resultSize = resultSize
        }
    }

    /// Gives the size of a value: characters, bytes, elements or entries; nil when it is not known.
    public var size: @Sendable (Node) -> Estimate?
    /// Gives the cost of a call of an overload; nil leaves it to the built-in rules.
    public var call: @Sendable (_ overload: String, _ target: Node?, _ arguments: [Node]) -> Call?
    /// What `has()` costs beside its operand.
    public var presenceTestCost: UInt64

    /// Makes an estimator that knows the greatest sizes of values by path, such as `order.items.@items.tags`.
    public init(sizes: [String: UInt64] = [:]) {
        size = { node in sizes[node.path.joined(separator: ".")].map { Estimate(0, $0) } }
        call = { _, _, _ in nil }
        presenceTestCost = 1
    }
}
