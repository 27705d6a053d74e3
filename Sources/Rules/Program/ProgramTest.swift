/// An order or another event, and what it must earn: a test that a document brings along.
package struct ProgramTest: Sendable {
    /// A number of points, for a currency or a rule by its index.
    package struct Expectation: Hashable, Sendable {
        package let index: Int
        package let points: Int64
    }

    package let name: String
    /// Where the test stands in the document, counted from 1.
    package let line: Int
    package let facts: Facts
    /// What the member used before.
    package let used: [Usage]
    /// What all members together used before.
    package let shared: [Usage]
    /// Every currency that is earned must be among them.
    package let currencies: [Expectation]
    /// Only the rules among them are compared.
    package let rules: [Expectation]
}
