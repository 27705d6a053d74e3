/// An expression whose names and types have been resolved against an environment.
public struct CheckedExpression: Sendable {
    /// What a node of the tree refers to.
    public enum Reference: Hashable, Sendable {
        /// A variable or type name, fully qualified, without leading dot; constants carry their value.
        case identifier(String, value: Constant?)
        /// The overloads that may apply; more than one when an argument is known only when it runs.
        case overloads([String])
    }

    /// The expression with every name resolved: identifiers, message names and function names are fully
    /// qualified, a selection that names a variable (`a.b`) is an identifier, and a qualified call
    /// (`math.abs(x)`) has no target. An identifier begins with a dot if it means a variable of the environment
    /// although a macro's variable with the same first name is in reach.
    public let parsed: ParsedExpression
    /// The type of each node by id.
    public let types: [Expression.ID: CELType]
    /// The references of nodes by id.
    public let references: [Expression.ID: Reference]
    /// Things that are probably not as the author wished.
    public let warnings: [Diagnostic]

    /// Makes a checked expression.
    public init(
        parsed: ParsedExpression, types: [Expression.ID: CELType],
        references: [Expression.ID: Reference], warnings: [Diagnostic] = []
    ) {
        self.parsed = parsed
        self.types = types
        self.references = references
        self.warnings = warnings
    }

    /// The root of the tree.
    public var root: Expression { parsed.root }
    /// The type of the whole expression.
    public var type: CELType { types[parsed.root.id] ?? .dyn }
}
