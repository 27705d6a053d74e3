/// An expression that has been parsed, with the positions of its nodes.
public struct ParsedExpression: Sendable {
    /// The text that was parsed.
    public let source: Source
    /// The root of the tree, macros expanded.
    public let root: Expression
    /// Offsets in `source` by node id, in Unicode scalars; nodes made by macros have the macro's offset.
    public let offsets: [Expression.ID: Int]
    /// For each root of a macro's expansion, the call as it was written; its parts may be expansions themselves.
    public let macroCalls: [Expression.ID: Expression]

    /// Makes a parsed expression.
    public init(
        source: Source, root: Expression, offsets: [Expression.ID: Int],
        macroCalls: [Expression.ID: Expression] = [:]
    ) {
        self.source = source
        self.root = root
        self.offsets = offsets
        self.macroCalls = macroCalls
    }
}
