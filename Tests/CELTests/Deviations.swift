// Where this implementation differs from cel-go's own test tables on purpose, each with its reason. The suites
// expect exactly these differences: one that disappears fails the suite too.

/// One row of a suite that has another outcome here.
struct Deviation {
    let expression: String
    let reason: String
}

/// The deviations by suite.
enum Deviations {
    /// Rows of `cel-parse.json`.
    static let parse: [Deviation] = []
    /// Rows of `cel-unparse.json`.
    static let unparse: [Deviation] = []
    /// Rows of `cel-check.json`.
    static let check: [Deviation] = [
        Deviation(
            expression: "1 >= 1.0 && 1u >= 1.0 && 1.0 >= 1 && 1.0 >= 1u && 1 >= 1u && 1u >= 1",
            reason: "the second row of this expression turns on cel-go's option to join a chain of && into one call "
                + "with many arguments; chains are always balanced trees here, as in the first row")
    ]
    /// Rows of `cel-conformance.json` that do not parse or check although they have a value.
    static let conformanceCheck: [Deviation] = []
    /// Rows of `cel-ext.json` that do not parse or check although they have a value.
    static let extensionCheck: [Deviation] = []
    /// Rows of `cel-cost-estimate.json`.
    static let costEstimate: [Deviation] = []
    /// Rows of `cel-ext.json` with a static cost.
    static let extensionCostEstimate: [Deviation] = []
    /// Rows of the extension files of `cel-conformance.json`.
    static let conformanceExtensions: [Deviation] = []
    /// Rows of `cel-ext.json`.
    static let extensions: [Deviation] = [
        "'tacocat'.indexOf('a', 30) == -1", "'tacocat'.indexOf('', 30) == 7", "'tacocat'.lastIndexOf('a', 30) == -1",
        "'tacocat'.lastIndexOf('', 30) == 7",
    ].map {
        Deviation(
            expression: $0,
            reason: "a position beyond the text is an error in the conformance suite of the language, which decides")
    }
    /// Rows of `cel-cost-runtime.json`.
    static let costRuntime: [Deviation] = []
}
