import CEL
import HostileExpressions
import Testing

@Suite("hostile expressions end within their budget")
struct HostileTests {
    private static let five = (0..<500).map { Value.int($0) }

    @Test("every hostile expression ends as it should", arguments: HostileExpression.all.map(\.name))
    func endings(name: String) throws {
        let expression = try #require(HostileExpression.all.first { $0.name == name })
        let run = expression.run()
        #expect(run.ending == expression.ending, "\(run.words)")
        guard let usage = run.usage else { return }
        // One charge may exceed what is left, and nothing is done for it.
        #expect(usage.cost <= HostileExpression.budget.cost || run.ending == .cost)
        #expect(usage.work <= HostileExpression.budget.work || run.ending == .work)
    }

    @Test("no two hostile expressions have one name")
    func names() {
        #expect(Set(HostileExpression.all.map(\.name)).count == HostileExpression.all.count)
    }

    @Test("no operator absorbs an exceeded budget")
    func notAbsorbed() throws {
        let budget = EvaluationBudget(cost: 50)
        for text in [
            "l.all(a, a >= 0) || true", "true && (l.exists(a, a < 0) || true)",
            "[1].exists(b, l.all(a, a >= 0) || true)",
        ] {
            let outcome = try evaluate(text, ["l": .list(Self.five)], types: ["l": .list(.int)], budget: budget)
            #expect(outcome.shown == "cost_exceeded")
        }
    }
}
