import CEL
import Testing

@Suite("hostile expressions end within their budget")
struct HostileTests {
    private static let five = (0..<500).map { Value.int($0) }

    private static func doubled(_ literal: String, _ times: Int) -> String {
        (0..<times).reversed().reduce("x\(times - 1).size()") { inner, index in
            let initial = index == 0 ? literal : "x\(index - 1) + x\(index - 1)"
            return "cel.bind(x\(index), \(initial), \(inner))"
        }
    }

    static let expressions: [(name: String, text: String)] = [
        ("nested macros over 500 items", "l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d >= 0))))"),
        ("nested maps", "l.map(a, l.map(b, l.map(c, l.map(d, a))))"),
        ("nested macros of texts", "l.map(a, l.map(b, string(a) + string(b)).join())"),
        ("text doubled", doubled("'0123456789'", 20)),
        ("text of no type doubled", doubled("dyn('0123456789')", 20)),
        ("list doubled", doubled("l", 20)),
        ("list doubled within itself", doubled("[l]", 20) + " + " + doubled("[[l]]", 20)),
        ("catastrophic pattern", "t.matches('(a*)*(a*)*(a+)+(a|aa)+$b')"),
        ("catastrophic pattern given late", "t.matches(dyn('(x+x+)+y|(a?){100}(a*)*b'))"),
        ("large pattern", "t.matches('((a{0,30}){0,30}){0,10}b')"),
        ("empty pattern repeated", "t.matches('(?:(?:(?:(?:){1000}){1000}){1000}){1000}')"),
        ("pattern per round", "l.exists(a, t.matches('a{0,900}' + string(a)))"),
        ("replacement that grows", "t.replace('a', t).replace('a', t).size()"),
        ("replacement around characters", "t.replace('', t).size()"),
        ("pattern replacement that grows", "regex.replace(t, '', t).size()"),
        ("format that grows", "'%s%s%s%s%s%s%s%s'.format([t, t, t, t, t, t, t, t]).replace('a', t).size()"),
        ("great precision", "'%.1000f%.1000e'.format([1e308, 1e-308]).replace('0', t).size()"),
        ("range", "lists.range(10000000).map(a, a).size()"),
        ("sort", "lists.range(3000).map(a, -a).sort().size()"),
        ("distinct", "lists.range(5000).distinct().size()"),
        ("sets", "sets.equivalent(lists.range(5000), lists.range(5000))"),
        ("flatten", "l.map(a, l.map(b, l)).flatten().flatten().size()"),
        ("maps", "l.transformMap(a, b, l.transformMap(c, d, l.transformMap(e, f, e))).size()"),
        (
            "large key in a message",
            "{}[dyn(" + (0..<8).reduce("l") { text, _ in "[\(text)].map(x, l.map(y, x))" } + ")]"
        ),
        (
            "shared lists in a message",
            "cel.bind(a, l.map(i, l), cel.bind(b, l.map(i, a), cel.bind(c, l.map(i, b), {}[dyn([c, c, c])])))"
        ),
        (
            "shared lists compared",
            "cel.bind(a, l.map(i, l), cel.bind(b, l.map(i, a), cel.bind(c, l.map(i, b), c == c && c in [c])))"
        ),
        (
            "shared lists without repetition",
            "cel.bind(a, l.map(i, l), cel.bind(b, l.map(i, a), cel.bind(c, l.map(i, b), [c, c].distinct().size())))"
        ),
        ("shared lists as text", "cel.bind(a, l.map(i, l), cel.bind(b, l.map(i, a), '%s'.format([b]).size()))"),
        ("search", "(t + 'b').contains(t) && t.indexOf(t.substring(1) + 'b') < 0"),
    ]

    @Test("with the budget of a rule", arguments: expressions)
    func budgeted(name: String, text: String) throws {
        let budget = EvaluationBudget(cost: 100_000, work: 2_000_000)
        let clock = ContinuousClock()
        var outcome: Program.Outcome?
        let time = try clock.measure {
            outcome = try evaluate(
                text, ["l": .list(Self.five), "t": .string(String(repeating: "a", count: 2_000))],
                types: ["l": .list(.int), "t": .string], budget: budget)
        }
        let usage = try #require(outcome).usage
        print("hostile: \(name): \(time), cost \(usage.cost), work \(usage.work), \(outcome?.shown.prefix(40) ?? "")")
        // One charge may exceed what is left, and nothing is done for it.
        #expect(usage.cost <= budget.cost || outcome?.shown == "cost_exceeded")
        #expect(usage.work <= budget.work || outcome?.shown == "work_exceeded")
        #expect(time < .seconds(5))
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
