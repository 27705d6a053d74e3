package import CEL

// Expressions written to use up memory or time. Each must end early: the parser or the checker refuses it, or a budget
// ends its evaluation, or it is less bad than it looks. Tests prove the endings, the benchmark prints the times.

/// One hostile expression and how it must end.
package struct HostileExpression: Sendable {
    /// How an expression ends.
    package enum Ending: String, Sendable {
        /// The parser or the checker says no.
        case refused
        /// Evaluation fails for another reason than a budget.
        case failed
        /// The run-time cost is used up.
        case cost = "cost used up"
        /// The work beyond what cost counts is used up.
        case work = "work used up"
        /// It has a value within both budgets.
        case value
    }

    /// What one run found.
    package struct Run: Sendable {
        /// How it ended.
        package let ending: Ending
        /// What evaluation took; nil if it was refused before.
        package let usage: Program.Usage?
        /// The first of the refusal, the failure or the value, in words.
        package let words: String
    }

    /// What it attacks, in words.
    package let name: String
    /// The source.
    package let text: String
    /// How it must end with `budget`.
    package let ending: Ending

    init(_ name: String, _ text: String, _ ending: Ending) {
        self.name = name
        self.text = text
        self.ending = ending
    }

    /// The budget of every run: that of a rule.
    package static let budget = EvaluationBudget()

    /// Parses, checks, estimates, plans and evaluates the expression over 500 numbers `l`, a text `t` of 2,000 letters
    /// and a text `long` of 100,000.
    package func run() -> Run {
        do throws(Diagnostics) {
            let checked = try Checker.check(try Parser.parse(text), in: Self.environment)
            _ = StaticCost.estimate(checked)
            let program = Program(checked, options: Self.options)
            let outcome = program.evaluate(Self.slots, budget: Self.budget)
            switch outcome.result {
            case .success(let value): return Run(ending: .value, usage: outcome.usage, words: value.debugText)
            case .failure(let error):
                let ending: Ending =
                    switch error.code {
                    case .costExceeded: .cost
                    case .workExceeded: .work
                    default: .failed
                    }
                return Run(ending: ending, usage: outcome.usage, words: error.message)
            }
        } catch {
            return Run(ending: .refused, usage: nil, words: error.all.first?.message ?? "")
        }
    }

    private static let options = ProgramOptions(variables: ["l", "t", "long"])
    private static let slots: [Value?] = [
        .list((0..<500).map { .int($0) }), .string(String(repeating: "a", count: 2_000)),
        .string(String(repeating: "a", count: 100_000)),
    ]
    private static let environment: Environment = {
        var environment = Environment()
        environment.declare(VariableDeclaration(name: "l", type: .list(.int)))
        environment.declare(VariableDeclaration(name: "t", type: .string))
        environment.declare(VariableDeclaration(name: "long", type: .string))
        return environment
    }()
}
