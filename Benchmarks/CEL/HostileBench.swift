import CEL
import HostileExpressions

/// How long hostile expressions take until they end, from source to outcome.
enum HostileBench {
    static func run() {
        print(
            "\nCEL: hostile expressions, from source to outcome, budget \(HostileExpression.budget.cost) cost, "
                + "\(HostileExpression.budget.work) work")
        var worst: (time: Duration, name: String) = (.zero, "")
        for expression in HostileExpression.all {
            let started = ContinuousClock.now
            let run = expression.run()
            let time = ContinuousClock.now - started
            if time > worst.time { worst = (time, expression.name) }
            let usage = run.usage.map { "(cost \($0.cost), work \($0.work))" } ?? "(\(run.words.prefix(50)))"
            print("  \(padded(milliseconds(time), 9)) ms  \(expression.name): \(run.ending.rawValue) \(usage)")
        }
        print("  the slowest: \(worst.name), \(milliseconds(worst.time)) ms")
    }

    private static func milliseconds(_ time: Duration) -> String {
        String((time / .microseconds(10)).rounded() / 100)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
