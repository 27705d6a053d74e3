/// What the parser accepts, and how much of it.
public struct ParserOptions: Hashable, Sendable {
    /// The libraries whose macros are expanded.
    public var libraries: Set<Library>
    /// Whether macros are expanded at all; without, `x.map(y, z)` is an ordinary call.
    public var expandsMacros: Bool
    /// Whether `a.?b`, `a[?b]` and optional elements are accepted.
    public var acceptsOptionals: Bool
    /// Whether field names may stand in backticks.
    public var acceptsQuotedIdentifiers: Bool
    /// The name of the variable in which macros gather their result; no name that people can write.
    public var accumulatorName: String
    /// Bounds on the size of an expression.
    public var limits: Limits

    /// Bounds on the size of an expression.
    public struct Limits: Hashable, Sendable {
        /// The length of the source in Unicode scalars.
        public var sourceLength: Int
        /// The depth of the tree as written, parentheses included.
        public var depth: Int
        /// How deeply macros may stand inside one another.
        public var macroDepth: Int
        /// The number of nodes of the tree, those made by macros included.
        public var nodes: Int
        /// How many problems are reported before the parser stops.
        public var diagnostics: Int

        /// Makes limits; the defaults suit trusted authors.
        public init(
            sourceLength: Int = 100_000, depth: Int = 250, macroDepth: Int = 24, nodes: Int = 400_000,
            diagnostics: Int = 30
        ) {
            self.sourceLength = sourceLength
            self.depth = depth
            self.macroDepth = macroDepth
            self.nodes = nodes
            self.diagnostics = diagnostics
        }
    }

    /// Makes options.
    public init(
        libraries: Set<Library> = Library.default, expandsMacros: Bool = true, acceptsOptionals: Bool? = nil,
        acceptsQuotedIdentifiers: Bool = true, accumulatorName: String = "@result", limits: Limits = Limits()
    ) {
        self.libraries = libraries
        self.expandsMacros = expandsMacros
        self.acceptsOptionals = acceptsOptionals ?? libraries.contains(.optionals)
        self.acceptsQuotedIdentifiers = acceptsQuotedIdentifiers
        self.accumulatorName = accumulatorName
        self.limits = limits
    }
}
