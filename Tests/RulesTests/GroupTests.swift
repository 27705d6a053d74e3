import Rules
import Testing

@Suite("Rules that compete") struct GroupTests {
    private static let multipliers = """
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: all, event: purchase, group: g, multiply: { rules: [base], factor: "1.5" } }
          - { id: produce, event: purchase, group: g, multiply: { rules: [base], factor: "3", where: '"produce" in item.tags' } }
          - { id: gift, event: purchase, group: g, earn: { points: 5 } }
        """

    @Test(
        "of a group everyone pays, or the first, or the best",
        arguments: [
            ("all", "1000", "base 10, all 5, gift 5"), ("first", "1000", "base 10, all 5"),
            ("best", "1000", "base 10, all 5"), ("best", "900", "base 9, gift 5"),
            ("best", "800, 200 produce", "base 10, all 5"), ("best", "700, 300 produce", "base 10, produce 6"),
            ("first", "100", "base 1, gift 5"), ("first", "100 produce", "base 1, produce 2"),
            ("all", "700, 300 produce", "base 10, all 5, produce 6, gift 5"),
        ])
    func modes(mode: String, basket: String, awards: String) throws {
        let program = try program(shop(GroupTests.multipliers, groups: "[{ id: g, mode: \(mode) }]"))
        #expect(try program.evaluate(purchase(basket)).text(program) == awards)
    }

    @Test(
        "priority decides in a first group, and among equals in a best one; then the order of the document",
        arguments: [
            ("first", 0, 0, 0, "a 5"), ("first", 0, 1, 0, "b 5"), ("first", -1, -1, 0, "c 9"),
            ("first", 0, 2, 2, "b 5"), ("best", 9, 9, 0, "c 9"), ("best", 0, 0, -9, "c 9"),
        ])
    func priorities(mode: String, a: Int, b: Int, c: Int, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: a, event: purchase, group: g, priority: \(a), earn: { points: 5 } }
                  - { id: b, event: purchase, group: g, priority: \(b), earn: { points: 5 } }
                  - { id: c, event: purchase, group: g, priority: \(c), earn: { points: 9 } }
                """, groups: "[{ id: g, mode: \(mode) }]"))
        #expect(try program.evaluate(purchase("100")).text(program) == awards)
    }

    @Test("among those that pay the same, the best is the one with the higher priority", arguments: [0, 1])
    func tiesOfTheBest(priority: Int) throws {
        let program = try program(
            shop(
                """
                  - { id: a, event: purchase, group: g, earn: { points: 5 } }
                  - { id: b, event: purchase, group: g, priority: \(priority), earn: { points: 5 } }
                """, groups: "[{ id: g, mode: best }]"))
        let evaluation = try program.evaluate(purchase("100"))
        #expect(evaluation.text(program) == (priority == 0 ? "a 5" : "b 5"))
        #expect(
            evaluation.traceText(program)
                == (priority == 0 ? "a paid 5 of 100; b lost to a" : "a lost to b; b paid 5 of 100"))
    }

    @Test("a multiplier whose base lost pays nothing and lets the next one of its own group win")
    func basesThatLost() throws {
        let rules = """
              - { id: gift, event: purchase, group: bonus, earn: { points: 1 } }
              - { id: double, event: purchase, group: bonus, multiply: { rules: [small], factor: "2" } }
              - { id: triple, event: purchase, multiply: { rules: [small], factor: "3" } }
              - { id: small, event: purchase, group: bases, earn: { points: 1, per: 100 } }
              - { id: big, event: purchase, group: bases, earn: { points: 2, per: 100 } }
            """
        let program = try program(shop(rules, groups: "[{ id: bonus, mode: best }, { id: bases, mode: best }]"))
        let evaluation = try program.evaluate(purchase("1000"))
        #expect(evaluation.text(program) == "gift 1, big 20")
        #expect(
            evaluation.traceText(program)
                == "gift paid 1 of 1000; double nothing of 0; triple(small) without its base; small lost to big; "
                + "big paid 20 of 1000")
    }

    @Test("the fraction of an exact base that lost is lost too")
    func exactFractions() throws {
        let rules = """
              - { id: base, event: purchase, group: bases, earn: { points: 1, per: 100, exact: true } }
              - { id: gift, event: purchase, group: bases, earn: { points: 5, where: '"a" in item.tags' } }
              - { id: double, event: purchase, multiply: { rules: [base], factor: "2" } }
            """
        let program = try program(shop(rules, groups: "[{ id: bases, mode: best }]"))
        #expect(try program.evaluate(purchase("50")).text(program) == "double 1")
        #expect(try program.evaluate(purchase("50 a")).text(program) == "gift 5")
        #expect(try program.evaluate(purchase("550 a")).text(program) == "base 5, double 6")
    }

    @Test("a rule outside its time does not compete")
    func notEffective() throws {
        let rules = """
              - id: a
                event: purchase
                group: g
                effective: { from: "2027-01-01T00:00:00+09:00" }
                earn: { points: 5 }
              - { id: b, event: purchase, group: g, earn: { points: 1 } }
            """
        let program = try program(shop(rules, groups: "[{ id: g, mode: first }]"))
        #expect(try program.evaluate(purchase("100")).traceText(program) == "a not effective; b paid 1 of 100")
    }
}
