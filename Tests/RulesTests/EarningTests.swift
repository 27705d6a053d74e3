import Rules
import Testing
import Time

@Suite("What a purchase earns") struct EarningTests {
    private static let double = """
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: double, event: purchase, multiply: { rules: [base], factor: "2", where: '"produce" in item.tags' } }
        """
    private static let exactDouble = """
          - { id: base, event: purchase, earn: { points: 1, per: 100, exact: true } }
          - { id: double, event: purchase, multiply: { rules: [base], factor: "2", where: '"produce" in item.tags' } }
        """

    @Test(
        "whole steps are counted, and a share of them once more",
        arguments: [
            ("99", ""), ("100", "base 1"), ("199", "base 1"), ("1100/100", "base 10"), ("50, 50", "base 1"),
            ("150 produce, 150", "base 3, double 1"), ("150 produce, 199", "base 3, double 1"),
            ("50 produce, 50 produce", "base 1, double 1"), ("99 produce, 99", "base 1"),
            ("220/20 produce+organic, 330/30", "base 5, double 2"), ("0", ""),
        ])
    func steps(basket: String, awards: String) throws {
        let program = try program(shop(EarningTests.double))
        #expect(try program.evaluate(purchase(basket)).text(program) == awards)
    }

    @Test(
        "an exact base and its multipliers are rounded together",
        arguments: [
            ("99", ""), ("100", "base 1"), ("150 produce, 150", "base 3, double 1"),
            ("150 produce, 199", "base 3, double 1"), ("151 produce, 199", "base 3, double 2"),
            ("50 produce", "double 1"), ("99 produce, 99", "base 1, double 1"), ("49 produce", ""),
        ])
    func exact(basket: String, awards: String) throws {
        let program = try program(shop(EarningTests.exactDouble))
        #expect(try program.evaluate(purchase(basket)).text(program) == awards)
    }

    @Test(
        "a base that is exact is rounded as its rule says",
        arguments: [
            ("floor", "base 2", "base 2", "base 2", "base 3"), ("ceiling", "base 3", "base 3", "base 3", "base 4"),
            ("half_up", "base 2", "base 3", "base 3", "base 4"), ("half_even", "base 2", "base 2", "base 3", "base 4"),
        ])
    func rounding(mode: String, at249: String, at250: String, at251: String, at350: String) throws {
        let program = try program(
            shop("  - { id: base, event: purchase, earn: { points: 1, per: 100, exact: true, rounding: \(mode) } }"))
        let awards = try ["249", "250", "251", "350"].map { try program.evaluate(purchase($0)).text(program) }
        #expect(awards == [at249, at250, at251, at350])
    }

    @Test(
        "a multiplier of whole steps is rounded as the rule it multiplies says; the steps are not",
        arguments: [
            ("floor", "1.5", "base 7, more 3"), ("ceiling", "1.5", "base 7, more 4"),
            ("half_up", "1.5", "base 7, more 4"),
            ("half_even", "1.5", "base 7, more 3"), ("half_even", "1.25", "base 7, more 2"),
            ("floor", "1.125", "base 7"),
            ("ceiling", "1.001", "base 7, more 1"), ("floor", "3", "base 7, more 14"), ("floor", "1", "base 7"),
        ])
    func multiplierRounding(mode: String, factor: String, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100, rounding: \(mode) } }
                  - { id: more, event: purchase, multiply: { rules: [base], factor: "\(factor)" } }
                """))
        #expect(try program.evaluate(purchase("799")).text(program) == awards)
    }

    @Test(
        "the parts of an exact base add up to the whole rounded once",
        arguments: [
            // 2.5; with the first 1.25 3.75; with the second 0.625 4.375
            ("floor", "base 2, a 1, b 1"), ("ceiling", "base 3, a 1, b 1"), ("half_up", "base 3, a 1"),
            ("half_even", "base 2, a 2"),
        ])
    func exactSums(mode: String, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100, exact: true, rounding: \(mode) } }
                  - { id: a, event: purchase, multiply: { rules: [base], factor: "1.5" } }
                  - { id: b, event: purchase, multiply: { rules: [base], factor: "1.25" } }
                """))
        #expect(try program.evaluate(purchase("250")).text(program) == awards)
    }

    @Test("multipliers add up; they do not multiply each other, wherever they stand")
    func additive() throws {
        let program = try program(
            shop(
                """
                  - { id: triple, event: purchase, multiply: { rules: [base], factor: "3" } }
                  - { id: base, event: purchase, earn: { points: 1, per: 100 } }
                  - { id: double, event: purchase, multiply: { rules: [base], factor: "2" } }
                """))
        #expect(try program.evaluate(purchase("1000")).text(program) == "triple 20, base 10, double 10")
    }

    @Test("a multiplier of several rules pays into the currency of each")
    func severalBases() throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100 } }
                  - { id: extra, event: purchase, earn: { points: 2, per: 500 } }
                  - { id: status, event: purchase, earn: { points: 1, per: 50, into: s } }
                  - { id: double, event: purchase, multiply: { rules: [base, status, extra], factor: "2" } }
                """))
        let evaluation = try program.evaluate(purchase("1000"))
        #expect(
            evaluation.text(program) == "base 10, extra 4, status 20 s, double 14, double 20 s")
        #expect(evaluation.points(into: 0) == 28)
        #expect(evaluation.points(into: 1) == 40)
        #expect(
            evaluation.traceText(program)
                == "base paid 10 of 1000; extra paid 4 of 1000; status paid 20 of 1000; double(base) paid 10 of 1000; "
                + "double(status) paid 20 of 1000; double(extra) paid 4 of 1000")
    }

    @Test(
        "tags of a rule and of its multiplier both have to be there",
        arguments: [
            ("100 a, 100 b, 100 a+b, 100", "base 2, double 1"), ("100 b", ""), ("100 c, 100 a", "base 2"),
            ("100 c+b", "base 1, double 1"),
        ])
    func tags(basket: String, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100, where: '"a" in item.tags || "c" in item.tags' } }
                  - { id: double, event: purchase, multiply: { rules: [base], factor: "2", where: '"b" in item.tags' } }
                """))
        #expect(try program.evaluate(purchase(basket)).text(program) == awards)
    }

    @Test(
        "a fixed award is paid once, where a line has its tag",
        arguments: [("100", "gift 5"), ("100 cup, 100 cup", "gift 5, cup 7"), ("0 cup", "gift 5, cup 7")])
    func fixedAwards(basket: String, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: gift, event: purchase, earn: { points: 5 } }
                  - { id: cup, event: purchase, earn: { points: 7, where: '"cup" in item.tags' } }
                """))
        #expect(try program.evaluate(purchase(basket)).text(program) == awards)
    }

    @Test("tax counts where the program says so")
    func tax() throws {
        let rule = "  - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount } }"
        let included = try program(shop(rule, base: "tax_included"))
        let excluded = try program(shop(rule, base: "tax_excluded"))
        let basket = try purchase("1100/100, 108/8")
        #expect(try included.evaluate(basket).text(included) == "base 12")
        #expect(try included.evaluate(basket).amount == 1208)
        #expect(try excluded.evaluate(basket).text(excluded) == "base 11")
        #expect(try excluded.evaluate(basket).eligibleAmount == 1100)
    }

    @Test("a sum below zero counts as zero")
    func belowZero() throws {
        let program = try program(shop(EarningTests.double))
        #expect(try program.evaluate(purchase("-500, 100")).text(program) == "")
        #expect(try program.evaluate(purchase("-500 produce, 1000")).text(program) == "base 5")
        #expect(
            try program.evaluate(Facts(occurredAt: Instant(milliseconds: 0), order: Facts.Order(lines: []))).awards
                .isEmpty)
    }

    @Test(
        "a rule holds from an instant until just before another",
        arguments: [
            ("2026-04-30T23:59:59.999+09:00", "base 1"), ("2026-05-01T00:00:00+09:00", "base 1, may 5"),
            ("2026-05-31T23:59:59.999+09:00", "base 1, may 5, double 1"), ("2026-05-31T15:00:00Z", "base 1, double 1"),
            ("2026-05-16T11:59:59+09:00", "base 1, may 5"), ("2026-05-16T12:00:00+09:00", "base 1, may 5, double 1"),
        ])
    func effective(time: String, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100 } }
                  - id: may
                    event: purchase
                    effective: { from: "2026-05-01T00:00:00+09:00", until: "2026-06-01T00:00:00+09:00" }
                    earn: { points: 5 }
                  - id: double
                    event: purchase
                    effective: { from: "2026-05-16T03:00:00Z" }
                    multiply: { rules: [base], factor: "2" }
                """))
        #expect(try program.evaluate(purchase("100", at: time)).text(program) == awards)
    }

    @Test("a multiplier whose base does not hold pays nothing")
    func baseNotEffective() throws {
        let program = try program(
            shop(
                """
                  - id: base
                    event: purchase
                    effective: { until: "2026-05-01T00:00:00+09:00" }
                    earn: { points: 1, per: 100, exact: true }
                  - { id: double, event: purchase, multiply: { rules: [base], factor: "2" } }
                """))
        let evaluation = try program.evaluate(purchase("1000"))
        #expect(evaluation.awards.isEmpty)
        #expect(evaluation.traceText(program) == "base not effective; double(base) without its base")
    }

    @Test("a rule that pays nothing is in the trace and not among the awards")
    func trace() throws {
        let program = try program(shop(EarningTests.double))
        #expect(
            try program.evaluate(purchase("150 produce, 40")).traceText(program)
                == "base paid 1 of 190; double(base) paid 1 of 150")
        #expect(
            try program.evaluate(purchase("50 produce, 60")).traceText(program)
                == "base paid 1 of 110; double(base) nothing of 50")
        #expect(
            try program.evaluate(purchase("50")).traceText(program)
                == "base nothing of 50; double(base) without its base")
    }

    @Test("the greatest figures are exact, and those beyond them are refused")
    func greatestFigures() throws {
        let steps = try program(
            shop("  - { id: base, event: purchase, earn: { points: 1000000000, per: 1000000000 } }"))
        let great = "\(Int64.max)"
        #expect(try steps.evaluate(purchase(great)).points(into: 0) == Int64.max / 1_000_000_000 * 1_000_000_000)

        let exact = try program(
            shop("  - { id: base, event: purchase, earn: { points: 3, per: 3, exact: true, rounding: half_even } }"))
        #expect(try exact.evaluate(purchase(great)).points(into: 0) == Int64.max)

        let tooMany = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 1 } }
                  - { id: double, event: purchase, multiply: { rules: [base], factor: "2" } }
                """))
        #expect(throws: EvaluationError.pointsOverflow(rule: 1)) { try tooMany.evaluate(purchase(great)) }
        #expect(throws: EvaluationError.amountOverflow) { try tooMany.evaluate(purchase("\(great), 1")) }
        #expect(throws: EvaluationError.amountOverflow) { try tooMany.evaluate(purchase("-2/\(great)")) }
        let triple = try program(
            shop("  - { id: base, event: purchase, earn: { points: 3, per: 1, exact: true } }"))
        #expect(throws: EvaluationError.pointsOverflow(rule: 0)) { try triple.evaluate(purchase(great)) }
    }

    @Test("a thousand of the greatest multipliers stay exact, and overflow into a refusal and not into a trap")
    func manyMultipliers() throws {
        let multipliers = (1..<1000).map {
            "  - { id: m\($0), event: purchase, multiply: { rules: [base], factor: \"1000\" } }\n"
        }
        let base =
            "  - { id: base, event: purchase, earn: { points: 1000000000, per: 1000000000000000, exact: true } }\n"
        let program = try program(shop(base + multipliers.joined()))
        let steeper = base.replacing("per: 1000000000000000", with: "per: 1")
        let overflowing = try RulesTests.program(shop(steeper + multipliers.joined()))
        #expect(throws: EvaluationError.pointsOverflow(rule: 0)) { try overflowing.evaluate(purchase("\(Int64.max)")) }
        let whole = try program.evaluate(purchase("\(Int64.max)")).points(into: 0)
        // floor((1 + 999 × 999) × (2^63 − 1) × 10^9 / 10^15)
        #expect(whole == 9_204_943_739_525_139_964)
        let fits = try program.evaluate(purchase("1000000000000"))
        // 10^6 points, and 999 times 999 × 10^6 more.
        #expect(fits.points(into: 0) == 1_000_000 + 999 * 999_000_000)
    }
}
