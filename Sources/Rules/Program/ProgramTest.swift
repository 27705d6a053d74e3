/// An order or another event, and what it must earn: a test that a document brings along.
public struct ProgramTest: Sendable {
    /// A number of points, for a currency or a rule by its index.
    public struct Expectation: Hashable, Sendable {
        public let index: Int
        public let points: Int64
    }

    public let name: String
    /// Where the test stands in the document, counted from 1.
    public let line: Int
    public let facts: Facts
    /// What the member used before.
    public let used: [Usage]
    /// What all members together used before.
    public let shared: [Usage]
    /// Every currency that is earned must be among them.
    public let currencies: [Expectation]
    /// Only the rules among them are compared.
    public let rules: [Expectation]
}
