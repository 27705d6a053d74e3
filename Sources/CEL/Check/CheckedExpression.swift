/// An expression whose names and types have been resolved against an environment.
package struct CheckedExpression: Sendable {
    /// What a node of the tree refers to.
    package enum Reference: Hashable, Sendable {
        /// A variable or type name, fully qualified; enumeration constants carry their value. A selection
        /// `a.b` that names the variable `a.b` has such a reference too.
        case identifier(String, value: Constant?)
        /// The overloads that may apply; more than one when an argument is known only when it runs.
        case overloads([String])
    }

    /// The expression as parsed, except that message names and qualified function calls
    /// (`math.greatest(x)`) are replaced by their resolved forms (a call without target).
    package let parsed: ParsedExpression
    /// The type of each node by id.
    package let types: [Expression.ID: CELType]
    /// The references of nodes by id.
    package let references: [Expression.ID: Reference]
    /// Things that are probably not as the author wished.
    package let warnings: [Diagnostic]

    /// Makes a checked expression.
    package init(
        parsed: ParsedExpression, types: [Expression.ID: CELType],
        references: [Expression.ID: Reference], warnings: [Diagnostic] = []
    ) {
        self.parsed = parsed
        self.types = types
        self.references = references
        self.warnings = warnings
    }

    /// The root of the tree.
    package var root: Expression { parsed.root }
    /// The type of the whole expression.
    package var type: CELType { types[parsed.root.id] ?? .dyn }
}
