/// What checks is evaluated within its budget: neither counter goes on once it has passed its limit, the same
/// expression gives the same value at the same cost each time, and conditions and amounts come out as values do.
enum EvaluatorFuzz {
    private static let budget = EvaluationBudget(cost: 2_000, work: 50_000)
    private static let shape = RecordShape(name: "Member", fields: ["id", "tier", "tags", "points"])
    private static let values: [String: Value] = [
        "m": .record(
            ArrayRecord(
                shape: shape,
                values: [.string("m-1"), .string("gold"), .list([.string("vip"), .string("staff")]), .int(1200)])),
        "a": .list([.int(1), .string("x"), .double(0.5)]), "l": .list((0..<20).map { .int($0 - 5) }),
        "s": .string("aaaaaaaaaaaaaaaaaaaaa é日本 b"), "i": .int(.max), "u": .uint(7), "d": .double(-1.5),
        "b": .bool(true),
        "o": MapValue([(.string("k"), .int(1)), (.string("n"), .null)]).map { .map($0) } ?? .null,
        "t": CELTimestamp(parsing: "2026-05-16T10:00:00Z").map { .timestamp($0) } ?? .null,
        "p": CELDuration(parsing: "90m").map { .duration($0) } ?? .null, "y": .bytes([0, 255, 65]),
        "q": .optional(.int(3)),
    ]
    private static let variables = values.keys.sorted()
    private static let slots: [Value?] = variables.map { values[$0] }
    private static let options = ProgramOptions(variables: variables, shapes: [shape])

    /// Zones without the machine's tables.
    private struct Zones: ZoneProvider {
        func offsetSeconds(ofZone name: String, at epochSeconds: Int64) -> Int? {
            name == "Asia/Tokyo" ? 9 * 3600 : nil
        }
    }

    static func run(_ text: String) {
        guard let parsed = try? Parser.parse(text, options: ParserFuzz.options) else { return }
        // Names and types found while evaluating instead of before: the same budget must hold.
        judge(Program(unchecked: parsed, options: options).evaluate(slots, budget: budget, zones: Zones()), text)
        guard let checked = try? Checker.check(parsed, in: CheckerFuzz.environment) else { return }
        let program = Program(checked, options: options)
        let outcome = program.evaluate(slots, budget: budget, zones: Zones())
        judge(outcome, text)
        let again = program.evaluate(slots, budget: budget, zones: Zones())
        if outcome.usage != again.usage || shown(outcome) != shown(again) { broken("evaluation repeats itself", text) }
        if checked.type == .bool {
            let condition = program.evaluateCondition(slots, budget: budget, zones: Zones())
            let told = Program.Outcome(result: condition.result.map { .bool($0) }, usage: condition.usage)
            if told.usage != outcome.usage || shown(told) != shown(outcome) {
                broken("a condition is evaluated as a value is", "\(text)\n\(shown(told)) \(shown(outcome))")
            }
        }
        if checked.type == .int {
            let amount = program.evaluateAmount(slots, budget: budget, zones: Zones())
            let told = Program.Outcome(result: amount.result.map { .int($0) }, usage: amount.usage)
            if told.usage != outcome.usage || shown(told) != shown(outcome) {
                broken("an amount is evaluated as a value is", "\(text)\n\(shown(told)) \(shown(outcome))")
            }
        }
    }

    /// A counter that is past its limit has ended the evaluation, whatever operators stood around.
    private static func judge(_ outcome: Program.Outcome, _ text: String) {
        let code: EvaluationError.Code?
        switch outcome.result {
        case .success: code = nil
        case .failure(let error): code = error.code
        }
        if outcome.usage.cost > budget.cost, code != .costExceeded { broken("cost stays within its budget", text) }
        if outcome.usage.work > budget.work, code != .workExceeded { broken("work stays within its budget", text) }
        if code == .costExceeded, outcome.usage.cost <= budget.cost { broken("cost ends what exceeds it alone", text) }
    }

    private static func shown(_ outcome: Program.Outcome) -> String {
        switch outcome.result {
        case .success(let value): value.debugText
        case .failure(let error): "\(error.code) \(error.message) \(error.expressionID)"
        }
    }
}
