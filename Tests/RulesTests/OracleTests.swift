// A second evaluator, written for clearness alone, against which random programs and baskets are held. It thinks in
// fractions from the first to the last step and decides groups by asking, where the engine sums integers in a planned
// order.

import Rules
import TestSupport
import Testing
import Time

/// A fraction that is not negative.
private struct Fraction: Comparable {
    let numerator: Int128
    let denominator: Int128

    static let zero = Fraction(0, 1)

    init(_ numerator: Int128, _ denominator: Int128) {
        var (left, right) = (numerator, denominator)
        while right != 0 { (left, right) = (right, left % right) }
        self.numerator = numerator / max(left, 1)
        self.denominator = denominator / max(left, 1)
    }

    static func + (left: Fraction, right: Fraction) -> Fraction {
        Fraction(
            left.numerator * right.denominator + right.numerator * left.denominator,
            left.denominator * right.denominator)
    }

    static func * (left: Fraction, right: Fraction) -> Fraction {
        Fraction(left.numerator * right.numerator, left.denominator * right.denominator)
    }

    static func < (left: Fraction, right: Fraction) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }

    /// The whole number next to the fraction in the direction a rounding means.
    func rounded(_ rounding: Rounding) -> Int128 {
        let below = numerator / denominator
        let rest = Fraction(numerator - below * denominator, denominator)
        if rest == .zero { return below }
        let half = Fraction(1, 2)
        switch rounding {
        case .floor: return below
        case .ceiling: return below + 1
        case .halfUp: return rest < half ? below : below + 1
        case .halfEven:
            if rest == half { return below % 2 == 0 ? below : below + 1 }
            return rest < half ? below : below + 1
        }
    }
}

private struct Oracle {
    let program: Program
    let facts: Facts

    /// The points of every rule, by currency, zeros left out.
    func points() -> [[Int: Int128]] {
        program.rules.indices.map { rule in
            guard survives(rule) else { return [:] }
            switch program.rules[rule].action {
            case .earn(let earning): return [earning.into: alone(rule)].filter { $0.value > 0 }
            case .award(let award): return [award.into: alone(rule)].filter { $0.value > 0 }
            case .multiply(let multiplier):
                var points: [Int: Int128] = [:]
                for base in multiplier.rules {
                    guard let earning = earning(base), survives(base) else { continue }
                    points[earning.into, default: 0] += share(of: rule, in: base, earning)
                }
                return points.filter { $0.value > 0 }
            case .eachItem, .stamp: return [:]
            }
        }
    }

    /// What a rule pays when no other multiplier is there.
    private func alone(_ rule: Int) -> Int128 {
        switch program.rules[rule].action {
        case .earn(let earning):
            return value(of: earning, selected: [earning.lines]).rounded(earning.rounding)
        case .award(let award):
            guard case .fixed(let points) = award.points else { return 0 }
            return award.lines == nil || lines.contains { has($0, award.lines) } ? Int128(points) : 0
        case .multiply(let multiplier):
            return multiplier.rules.reduce(0) { sum, base in
                guard let earning = earning(base), survives(base) else { return sum }
                let before = value(of: earning, selected: [earning.lines])
                return sum + gain(of: multiplier, earning, from: before)
            }
        case .eachItem, .stamp: return 0
        }
    }

    /// What a multiplier adds, given what the base and the multipliers before it come to.
    private func gain(of multiplier: Multiplier, _ earning: Earning, from before: Fraction) -> Int128 {
        let selected = value(of: earning, selected: [earning.lines, multiplier.lines])
        if earning.exact {
            let more = selected * Fraction(Int128(multiplier.factor.thousandths) - 1000, 1000)
            return (before + more).rounded(earning.rounding) - before.rounded(earning.rounding)
        }
        let factor = Fraction(Int128(multiplier.factor.thousandths), 1000)
        return (selected * factor).rounded(earning.rounding) - selected.rounded(.floor)
    }

    private func share(of rule: Int, in base: Int, _ earning: Earning) -> Int128 {
        var sum = value(of: earning, selected: [earning.lines])
        for other in program.rules.indices {
            guard case .multiply(let multiplier) = program.rules[other].action, multiplier.rules.contains(base),
                survives(other)
            else { continue }
            if other == rule { return gain(of: multiplier, earning, from: sum) }
            let selected = value(of: earning, selected: [earning.lines, multiplier.lines])
            sum = sum + selected * Fraction(Int128(multiplier.factor.thousandths) - 1000, 1000)
        }
        return 0
    }

    /// The base of a rule over the lines that are in each choice: a fraction, or whole steps.
    private func value(of earning: Earning, selected choices: [Condition?]) -> Fraction {
        let lines = lines.filter { line in choices.allSatisfy { has(line, $0) } }
        let amount = lines.reduce(Int128(0)) {
            $0 + Int128($1.amount) - (program.money.base == .taxExcluded ? Int128($1.tax) : 0)
        }
        let counted = Fraction(max(0, amount), Int128(earning.per))
        let steps = earning.exact ? counted : Fraction(counted.rounded(.floor), 1)
        return steps * Fraction(Int128(earning.points), 1)
    }

    /// Reads the tags out of the text of a condition, which is one of those that `document` writes.
    private func has(_ line: Facts.Line, _ choice: Condition?) -> Bool {
        guard let choice else { return true }
        return ["a", "b", "c"].contains { choice.source.contains("\"\($0)\"") && line.tags.contains($0) }
    }

    private var lines: [Facts.Line] { facts.order?.lines ?? [] }

    private func earning(_ rule: Int) -> Earning? {
        guard case .earn(let earning) = program.rules[rule].action else { return nil }
        return earning
    }

    private func holds(_ rule: Int) -> Bool {
        let period = program.rules[rule].effective
        return (period.from.map { $0 <= facts.occurredAt } ?? true)
            && (period.until.map { facts.occurredAt < $0 } ?? true)
    }

    /// Whether a rule may pay: it holds, and nobody in its group is preferred.
    private func survives(_ rule: Int) -> Bool {
        guard holds(rule) else { return false }
        guard let group = program.rules[rule].group, program.groups[group].mode != .all else { return true }
        let rivals = program.rules.indices
            .filter { program.rules[$0].group == group && holds($0) && alone($0) > 0 }
            .sorted { left, right in
                if program.groups[group].mode == .best, alone(left) != alone(right) {
                    return alone(left) > alone(right)
                }
                let priorities = (program.rules[left].priority, program.rules[right].priority)
                return priorities.0 == priorities.1 ? left < right : priorities.0 > priorities.1
            }
        // Where nobody would pay, the fractions of exact bases are still there.
        guard let winner = rivals.first else { return earning(rule) != nil }
        return winner == rule
    }
}

@Suite("The engine against an oracle") struct OracleTests {
    @Test("random programs pay what the oracle says", arguments: 1...8 as ClosedRange<UInt64>)
    func randomPrograms(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let document = document(&random)
            let program = try program(document)
            for _ in 0..<10 {
                let facts = try facts(&random)
                let evaluation = try program.evaluate(facts)
                let expected = Oracle(program: program, facts: facts).points()
                var actual: [[Int: Int128]] = program.rules.map { _ in [:] }
                for award in evaluation.awards {
                    #expect(award.points > 0)
                    #expect(actual[award.rule].updateValue(Int128(award.points), forKey: award.currency) == nil)
                }
                guard actual == expected else {
                    Issue.record("seed \(seed), round \(round): \(actual), not \(expected)\n\(document)\n\(facts)")
                    return
                }
                #expect(evaluation.awards.map(\.rule) == evaluation.awards.map(\.rule).sorted())
                let traced = evaluation.trace.reduce(into: 0 as Int64) { $0 += $1.points }
                #expect(traced == evaluation.awards.reduce(0) { $0 + $1.points })
                #expect(Set(evaluation.trace.map(\.rule)) == Set(program.rules.indices))
            }
        }
    }

    /// A document with bases and fixed awards in one group, multipliers and fixed awards in another, and some outside.
    private func document(_ random: inout SeededGenerator) -> String {
        var rules: [String] = []
        func some<Element>(_ choices: [Element]) -> Element { choices[Int.random(in: choices.indices, using: &random)] }
        func place(_ group: String) -> String {
            some(["", "", "group: \(group), priority: \(Int.random(in: -1...1, using: &random)), "])
                + some(["", "", "", "effective: { from: \"2026-05-16T12:00:00+09:00\" }, "])
        }
        let tags = [
            "", "", #", where: '"a" in item.tags'"#, #", where: '"a" in item.tags || "b" in item.tags'"#,
            #", where: 'item.tags.exists(t, t == "c")'"#,
        ]
        func earn(_ id: String, into: String) -> String {
            let points = Int.random(in: 1...5, using: &random)
            let per = some([1, 3, 7, 100, 100, 250, 1000])
            let exact = some(["", ", exact: true"])
            let rounding = some(["", ", rounding: ceiling", ", rounding: half_up", ", rounding: half_even"])
            let group = into == "p" ? place("bases") : ""
            return "{ id: \(id), event: purchase, \(group)"
                + "earn: { points: \(points), per: \(per), into: \(into)\(some(tags))\(exact)\(rounding) } }"
        }
        let count = Int.random(in: 1...3, using: &random)
        for number in 0..<count { rules.append(earn("base-\(number)", into: "p")) }
        rules.append(earn("status", into: "s"))
        for number in 0..<Int.random(in: 0...2, using: &random) {
            let group = place(some(["bases", "bonus"]))
            let points = Int.random(in: 1...30, using: &random)
            rules.append("{ id: gift-\(number), event: purchase, \(group)earn: { points: \(points)\(some(tags)) } }")
        }
        for number in 0..<Int.random(in: 0...4, using: &random) {
            let bases = (0..<count).filter { _ in Bool.random(using: &random) }.map { "base-\($0)" }
            let group = place("bonus")
            let named = bases.isEmpty ? ["base-0"] : bases
            let all = group.contains("group") ? named : named + some([[], ["status"]])
            let factor = some(["1", "1.001", "1.25", "1.5", "2", "2.333", "3", "10"])
            rules.append(
                "{ id: more-\(number), event: purchase, \(group)"
                    + "multiply: { rules: [\(all.joined(separator: ", "))], factor: \"\(factor)\"\(some(tags)) } }")
        }
        rules.shuffle(using: &random)
        let modes = ["all", "first", "best"]
        return shop(
            rules.map { "  - \($0)" }.joined(separator: "\n"),
            groups: "[{ id: bonus, mode: \(some(modes)) }, { id: bases, mode: \(some(modes)) }]",
            base: some(["tax_included", "tax_excluded"]))
    }

    private func facts(_ random: inout SeededGenerator) throws -> Facts {
        let lines = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            let limit: Int64 = [200, 5000, 1_000_000].randomElement(using: &random) ?? 200
            let amount = Int64.random(in: 0...limit, using: &random)
            return Facts.Line(
                tags: ["a", "b", "c"].filter { _ in Int.random(in: 0..<3, using: &random) == 0 }, amount: amount,
                tax: Int64.random(in: 0...amount / 5, using: &random))
        }
        let time = ["2026-05-16T11:59:59.999+09:00", "2026-05-16T12:00:00+09:00"].randomElement(using: &random) ?? ""
        return Facts(occurredAt: try Instant(rfc3339: time), order: Facts.Order(lines: lines))
    }
}
