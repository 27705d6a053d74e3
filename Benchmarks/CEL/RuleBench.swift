import CEL
import CountedMalloc

/// How long the two rules take that every purchase of a café asks, beside Google's C++ through its Python wheel.
struct RuleBench {
    private static let condition =
        #"member.tier == "gold" && (local.day_of_week in [0, 6] || local.holiday)"#
    private static let amount = #"order.items.filter(i, i.category == "latte").map(i, i.quantity).sum()"#

    /// What the wheel took for each rule, in nanoseconds; empty if it could not be asked.
    let wheel: [Double]

    func run() throws(Diagnostics) {
        let condition = Program(try Self.checked(Self.condition), options: Facts.options)
        let amount = Program(try Self.checked(Self.amount), options: Facts.options)
        print("CEL: evaluation of a planned expression, best of nine averages")
        measure(Self.condition, limit: 300, wheel: wheel.first, note: "") {
            guard case .success(true) = condition.evaluateCondition(Facts.slots).result else { return false }
            return true
        }
        measure(Self.amount, limit: 3_000, wheel: wheel.dropFirst().first, note: ", there without sum()") {
            guard case .success(20) = amount.evaluateAmount(Facts.slots).result else { return false }
            return true
        }
        if wheel.isEmpty {
            print("  SKIPPED: the comparison with Google's C++, because its Python wheel cannot be installed")
        }
    }

    private static func checked(_ text: String) throws(Diagnostics) -> CheckedExpression {
        try Checker.check(try Parser.parse(text), in: Facts.environment)
    }

    private func measure(
        _ text: String, limit: Double, wheel: Double?, note: String, _ evaluate: () -> Bool
    ) {
        let rounds = 100_000
        var right = true
        for _ in 0..<rounds / 10 { right = evaluate() && right }
        var best = Double.infinity
        for _ in 0..<9 {
            let started = ContinuousClock.now
            for _ in 0..<rounds { right = evaluate() && right }
            best = min(best, (ContinuousClock.now - started) / .nanoseconds(1) / Double(rounds))
        }
        let allocated = counted_mallocs()
        for _ in 0..<100 { right = evaluate() && right }
        let allocations = Double(counted_mallocs() - allocated) / 100
        precondition(right, "the expression has the value it should have")
        print("  \(text)")
        let verdict = best <= limit ? "within" : "ABOVE"
        var line = "    \(best.rounded().text) ns, \(verdict) its limit of \(limit.text) ns"
        line += allocated < 0 ? "; allocations are counted on Linux alone" : "; \(allocations.text) allocations"
        if let wheel {
            line +=
                "; Google's C++ through Python: \(wheel.text) ns\(note), \((wheel / best * 10).rounded() / 10) × as long"
        }
        print(line)
    }
}

extension Double {
    /// The number without a fraction if it has none.
    var text: String { Int(exactly: self).map(String.init) ?? String(self) }
}
