/// What is known about an expression's data before it runs.
package struct CostEstimator: Sendable {
    /// A part of an expression, as estimators see it.
    package struct Node: Sendable {
        /// How the value is reached from a variable: its name, then field names, `@items`, `@indices`, `@keys` or
        /// `@values`; empty when it is computed.
        package let path: [String]
        /// The type of the value.
        package let type: CELType
        /// The node itself.
        package let expression: Expression
        /// The size as far as the expression itself tells it.
        package let size: Estimate?
    }

    /// The cost of one call without its arguments, and the size of its result.
    package struct Call: Sendable {
        /// The cost without that of the arguments.
        package let cost: Estimate
        /// The size of the result; nil when it is not known or does not matter.
        package let resultSize: Estimate?

        /// Makes the estimate of a call.
        package init(cost: Estimate, resultSize: Estimate? = nil) {
            self.cost = cost
            self.resultSize = resultSize
        }
    }

    /// Gives the size of a value: characters, bytes, elements or entries; nil when it is not known.
    package var size: @Sendable (Node) -> Estimate?
    /// Gives the cost of a call of an overload; nil leaves it to the built-in rules.
    package var call: @Sendable (_ overload: String, _ target: Node?, _ arguments: [Node]) -> Call?
    /// What `has()` costs beside its operand.
    package var presenceTestCost: UInt64

    /// Makes an estimator that knows the greatest sizes of values by path, such as `order.items.@items.tags`.
    package init(sizes: [String: UInt64] = [:]) {
        size = { node in sizes[node.path.joined(separator: ".")].map { Estimate(0, $0) } }
        call = { _, _, _ in nil }
        presenceTestCost = 1
    }
}
