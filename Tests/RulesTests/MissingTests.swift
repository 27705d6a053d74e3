import Rules
import Testing
import Time

@Suite("What is missing to the next points") struct MissingTests {
    private static let noon = "2026-05-16T12:00:00+09:00"

    /// What is missing at a basket, as `base 20, card 3`.
    private func missing(_ basket: String, _ program: Program, used: [Usage] = []) throws -> String {
        let evaluation = try program.evaluate(purchase(basket, at: MissingTests.noon), used: used)
        return program.missing(at: evaluation, used: used, at: try Instant(rfc3339: MissingTests.noon))
            .map { "\(program.rules[$0.rule].id) \($0.amount)" }.joined(separator: ", ")
    }

    @Test(
        "an exact base is a point further where its own rounding says so",
        arguments: [
            ("floor", "130", 70), ("ceiling", "130", 71), ("half_up", "130", 20), ("half_even", "130", 20),
            ("floor", "0", 100), ("ceiling", "0", 1), ("half_up", "0", 50), ("half_even", "0", 51),
            ("floor", "200", 100), ("ceiling", "200", 1), ("half_up", "149", 1), ("half_up", "150", 100),
            ("half_even", "150", 101), ("half_even", "240", 11), ("half_even", "250", 1), ("half_even", "251", 99),
        ])
    func rounding(mode: String, basket: String, amount: Int) throws {
        let program = try program(
            shop("  - { id: base, event: purchase, earn: { points: 1, per: 100, exact: true, rounding: \(mode) } }"))
        #expect(try missing(basket, program) == "base \(amount)")
    }

    @Test(
        "whole steps are not rounded, whatever the rounding of their multipliers",
        arguments: ["floor", "ceiling", "half_up", "half_even"])
    func steps(mode: String) throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100, rounding: \(mode) } }
                  - { id: more, event: purchase, multiply: { rules: [base], factor: "1.5" } }
                """))
        #expect(try missing("130", program) == "base 70")
    }

    @Test(
        "what is told is the least that brings a point more, with what multiplies the base",
        arguments: ["floor", "ceiling", "half_up", "half_even"],
        [(1, 100, "1"), (1, 100, "1.5"), (3, 100, "1.333"), (7, 10, "2"), (1, 7, "1.001"), (2, 99, "2.75")])
    func least(mode: String, earning: (points: Int, per: Int, factor: String)) throws {
        let (points, per, factor) = earning
        let program = try program(
            shop(
                """
                  - id: base
                    event: purchase
                    earn: { points: \(points), per: \(per), exact: true, rounding: \(mode) }
                  - { id: more, event: purchase, multiply: { rules: [base], factor: "\(factor)" } }
                  - { id: tagged, event: purchase, multiply: { rules: [base], factor: "2.5", where: '"a" in item.tags' } }
                """))
        func earned(_ amount: Int) throws -> Int64 {
            try program.evaluate(purchase("33 a, \(amount)")).points(into: 0)
        }
        for amount in 0..<120 {
            let now = try earned(amount)
            let more = try #require((1...).first { try earned(amount + $0) > now })
            #expect(try missing("33 a, \(amount)", program) == "base \(more)", "at \(amount)")
        }
    }

    @Test("a multiplier that is used up brings the next point no nearer")
    func usedUp() throws {
        let limit = "limit: { points: 1, per: member, window: calendar_day }"
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100, exact: true } }
                  - { id: more, event: purchase, multiply: { rules: [base], factor: "3" }, \(limit) }
                """))
        #expect(try missing("10", program) == "base 24")
        #expect(try missing("110", program) == "base 90")
    }

    @Test("figures at the bounds of what a document may say stay exact")
    func bounds() throws {
        let program = try program(
            shop(
                """
                  - id: base
                    event: purchase
                    earn: { points: 1, per: 1000000000000000, exact: true, rounding: half_up }
                  - { id: more, event: purchase, multiply: { rules: [base], factor: "1000" } }
                """))
        #expect(try missing("0", program) == "base 500000000000")
        #expect(try missing("9223372036854775807", program) == "base 463145224193")
    }

    @Test(
        "nothing is missing to a card that is full already, as where more rewards are due than are given at a time",
        arguments: [(1, "card 9"), (9, "card 1"), (10, "card 10"), (109, "card 1"), (110, ""), (125, ""), (119, "")])
    func cards(count: Int, told: String) throws {
        let rewards = """
            redemption: { rewards: [{ id: mug, voucher: { valid: 30 days } }] }
            rules:
            """
        let card = "  - { id: card, event: purchase, stamp: { card: c, count: \(count), size: 10, reward: mug } }"
        let document = shop(card).replacing("rules:\n", with: "\(rewards)\n")
        #expect(try missing("100", program(document)) == told)
    }
}
