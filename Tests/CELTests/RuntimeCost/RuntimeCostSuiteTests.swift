import CEL
import Testing

@Suite("cel-go's table of run-time costs")
struct RuntimeCostSuiteTests {
    @Test("every cost is cel-go's, and evaluation stops at its limit", .table("cel-go/cel-cost-runtime.json"))
    func costs() throws {
        let suite = try Suite.load("cel-go/cel-cost-runtime.json")
        let problems = suite.differences(except: Deviations.costRuntime) { row in
            do throws(Diagnostics) {
                var environment = Environment()
                environment.declare(row)
                let checked = try Checker.check(try Parser.parse(row.expression), in: environment)
                return difference(row, checked)
            } catch {
                return error.rendered()
            }
        }
        #expect(problems == [])
    }

    private func difference(_ row: Row, _ checked: CheckedExpression) -> String? {
        var options = ProgramOptions()
        options.countsPresenceTests = row["presenceTestHasCost"] as? Bool ?? true
        options.costs["timestamp_to_year"] = { _ in 7 }
        if row.flag("customOverloadCost") {
            // A fifth of each text, rounded up, multiplied.
            options.costs["contains_string"] = { sizes in
                UInt64((sizes[0] * 2 + 9) / 10) * UInt64((sizes[1] * 2 + 9) / 10)
            }
        }
        var budget = EvaluationBudget.unlimited
        if let limit = row.string("limit").flatMap(UInt64.init) { budget.cost = limit }
        let program = Program(checked, options: options)
        let outcome = program.evaluate(program.bind(row.bindings), budget: budget)
        if row.flag("expectExceedsLimit") {
            if case .failure(let error) = outcome.result, error.code == .costExceeded { return nil }
            return "does not stop at its limit"
        }
        if case .failure(let error) = outcome.result { return error.message }
        return row.string("cost") == String(outcome.usage.cost)
            ? nil : "costs \(outcome.usage.cost) instead of \(row.string("cost") ?? "")"
    }
}
