import CEL
import JSON

/// What there is to say about one expression on one set of data.
struct ExpressionTrial {
    private let type: String
    private let estimate: Estimate
    private let warnings: [String]
    private let outcome: CEL.Program.Outcome

    /// The most that a rule's expression may cost.
    private static let costLimit: UInt64 = 100_000

    /// Whether the expression came to a value.
    var hasValue: Bool { (try? outcome.result.get()) != nil }

    /// Checks and runs an expression.
    ///
    /// - Throws: every problem with its place, where the expression cannot be run.
    init(_ expression: String, on data: SampleData) throws(Diagnostics) {
        let parsed = try Parser.parse(expression)
        let checked = try Checker.check(parsed, in: data.environment)
        type = checked.type.description
        estimate = StaticCost.estimate(checked, with: CostEstimator(sizes: data.sizes))
        let program = CEL.Program(checked, options: ProgramOptions(variables: data.names, shapes: data.shapes))
        guard program.problems.isEmpty else { throw Diagnostics(source: parsed.source, all: program.problems) }
        warnings = checked.warnings.map { $0.rendered(in: parsed.source, name: "expression") }
        outcome = program.evaluate(program.bind(data.values), budget: EvaluationBudget(cost: Self.costLimit))
    }

    /// Lines for people.
    func text(_ style: Style) -> String {
        var table = Table(.left("expression"), .left(""))
        switch outcome.result {
        case .success(let value): table.add(["value", Table.Cell(value.debugText, .good)])
        case .failure(let error): table.add(["no value", Table.Cell(error.message, .bad)])
        }
        table.add(["type", "\(type)"])
        table.add(["cost", "\(outcome.usage.cost)"])
        table.add(["estimated", estimateCell])
        return table.text(style) + warnings.map { $0 + "\n" }.joined()
    }

    private var estimateCell: Table.Cell {
        let least = estimate.min == .max ? "without bound" : "\(estimate.min)"
        let most = estimate.max == .max ? "without bound" : "\(estimate.max)"
        let text = least == most ? least : "\(least) to \(most)"
        return estimate.max > Self.costLimit ? Table.Cell("\(text), too much for a rule", .warning) : Table.Cell(text)
    }

    /// One JSON object.
    var json: String {
        JSONText.line { json in
            json.beginObject()
            switch outcome.result {
            case .success(let value): json.member("value", value.debugText)
            case .failure(let error): json.member("error", error.message)
            }
            json.member("type", type)
            json.member("cost", Int64(clamping: outcome.usage.cost))
            json.key("estimated")
            json.beginObject()
            json.member("least", Int64(clamping: estimate.min))
            if estimate.max != .max { json.member("most", Int64(clamping: estimate.max)) }
            json.endObject()
            json.key("warnings")
            json.beginArray()
            for warning in warnings { json.string(warning) }
            json.endArray()
            json.endObject()
        }
    }
}
