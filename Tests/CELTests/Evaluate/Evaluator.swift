import CEL

/// Checks and evaluates one expression with variables bound by name.
func evaluate(
    _ text: String, _ bindings: [String: Value] = [:], types: [String: CELType] = [:],
    budget: EvaluationBudget = EvaluationBudget()
) throws -> Program.Outcome {
    var environment = Environment()
    for name in bindings.keys {
        environment.declare(VariableDeclaration(name: name, type: types[name] ?? .dyn))
    }
    let checked = try Checker.check(try Parser.parse(text), in: environment)
    let program = Program(checked, options: ProgramOptions())
    return program.evaluate(program.bind(bindings), budget: budget, zones: FixedZones())
}

extension Program.Outcome {
    /// The value as text, or the code of the failure.
    var shown: String {
        switch result {
        case .success(let value): value.debugText
        case .failure(let error): error.code.rawValue
        }
    }
}
