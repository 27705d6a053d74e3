/// Runs the tests of a document that are about one event.
public enum ProgramTests {
    /// What came of one test.
    public struct Outcome: Hashable, Sendable {
        /// Something that is not as the test expects.
        public struct Difference: Hashable, Sendable {
            /// What was compared, such as `beans` or `rules.base`.
            public let what: String
            public let expected: String
            public let actual: String

            public init(what: String, expected: String, actual: String) {
                self.what = what
                self.expected = expected
                self.actual = actual
            }
        }

        public let name: String
        /// Where the test stands in the document, counted from 1.
        public let line: Int
        public let differences: [Difference]

        public init(name: String, line: Int, differences: [Difference]) {
            self.name = name
            self.line = line
            self.differences = differences
        }

        public var passed: Bool { differences.isEmpty }
    }

    /// The outcome of each of these tests of a program, in the order of the document.
    public static func run(_ program: Program) -> [Outcome] {
        program.tests.map { test in
            Outcome(name: test.name, line: test.line, differences: differences(test, program))
        }
    }

    private static func differences(_ test: ProgramTest, _ program: Program) -> [Outcome.Difference] {
        let evaluation: Evaluation
        do throws(EvaluationError) {
            evaluation = try program.evaluate(test.facts, used: test.used, shared: test.shared)
        } catch {
            return [Outcome.Difference(what: "order", expected: "awards", actual: text(for: error, program))]
        }
        var differences: [Outcome.Difference] = []
        func compare(_ what: String, _ expected: String, _ actual: Int64) {
            guard expected != String(actual) else { return }
            differences.append(Outcome.Difference(what: what, expected: expected, actual: String(actual)))
        }
        for (index, currency) in program.currencies.enumerated() {
            let points = evaluation.points(into: index)
            if let expectation = test.currencies.first(where: { $0.index == index }) {
                compare(currency.id, String(expectation.points), points)
            } else if points > 0 {
                compare(currency.id, "nothing, as `expect` does not name it", points)
            }
        }
        for failure in evaluation.failures {
            differences.append(
                Outcome.Difference(what: failure.path, expected: "a value", actual: "failed: \(failure.message)"))
        }
        for expectation in test.rules {
            let points = evaluation.awards.reduce(0) { $1.rule == expectation.index ? $0 + $1.points : $0 }
            compare("rules.\(program.rules[expectation.index].id)", String(expectation.points), points)
        }
        return differences
    }

    private static func text(for error: EvaluationError, _ program: Program) -> String {
        switch error {
        case .amountOverflow: "amounts that do not fit 64 bits"
        case .pointsOverflow(let rule): "points of `\(program.rules[rule].id)` that do not fit 64 bits"
        }
    }
}
