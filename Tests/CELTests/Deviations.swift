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
    static let check: [Deviation] = []
    /// Rows of `cel-cost-estimate.json`.
    static let costEstimate: [Deviation] = []
}
