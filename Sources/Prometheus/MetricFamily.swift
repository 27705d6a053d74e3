/// What one metric is: its name on the wire, what it counts, and how.
package struct MetricFamily: Hashable, Sendable {
    /// How values come together.
    package enum Kind: Hashable, Sendable {
        /// Only ever grows.
        case counter
        /// Goes up and down.
        case gauge
        /// Observations sorted by size; the upper bounds of the buckets, ascending, in the metric's unit.
        case histogram([Double])
    }

    package let name: String
    package let kind: Kind
    /// One sentence.
    package let help: String

    package init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }
}

extension MetricFamily {
    /// From a quarter of a millisecond to ten seconds.
    package static let seconds: [Double] = [
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
    ]
    /// Powers of two up to the most that a batch takes.
    package static let batch: [Double] = [1, 2, 4, 8, 16, 32, 64, 128]
}
