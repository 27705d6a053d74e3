/// An expression that has been parsed, with the positions of its nodes.
package struct ParsedExpression: Sendable {
    /// The text that was parsed.
    package let source: Source
    /// The root of the tree, macros expanded.
    package let root: Expression
    /// Offsets in `source` by node id, in Unicode scalars; nodes made by macros have the macro's offset.
    package let offsets: [Expression.ID: Int]
    /// For each root of a macro's expansion, the call as it was written; its parts may be expansions themselves.
    package let macroCalls: [Expression.ID: Expression]

    /// Makes a parsed expression.
    package init(
        source: Source, root: Expression, offsets: [Expression.ID: Int],
        macroCalls: [Expression.ID: Expression] = [:]
    ) {
        self.source = source
        self.root = root
        self.offsets = offsets
        self.macroCalls = macroCalls
    }
}
