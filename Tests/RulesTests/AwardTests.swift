import Rules
import Testing
import Time

@Suite("Awards for lines, stamps and carried money") struct AwardTests {
    @Test(
        "lines that may not earn do not count, unless the whole amount is asked for",
        arguments: [
            ("1000, 500 x", "base 10, all 15, gift 5, item 3"), ("500 x", "all 5"),
            ("0 x, 0", "gift 5, item 3"), ("100 x, 100 a, 100 a+x", "base 1, all 3, gift 5, item 3, a 7"),
            ("100 a+x", "all 1"),
        ])
    func eligible(basket: String, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100 } }
                  - { id: all, event: purchase, earn: { points: 1, per: 100, of: order.amount } }
                  - { id: gift, event: purchase, when: 'order.items.exists(i, i.eligible)', earn: { points: 5 } }
                  - { id: item, event: purchase, each_item: { points: 3 } }
                  - { id: a, event: purchase, earn: { points: 7, where: '"a" in item.tags' } }
                """
            ).replacing("rules:", with: "eligible: '!(\"x\" in item.tags)'\nrules:")
        )
        let evaluation = try program.evaluate(purchase(basket))
        #expect(evaluation.text(program) == awards)
        #expect(evaluation.amount >= evaluation.eligibleAmount)
    }

    @Test("a line of which nobody can tell whether it may earn does not")
    func eligibilityFails() throws {
        let program = try program(
            shop("  - { id: base, event: purchase, earn: { points: 1, per: 100 } }")
                .replacing("rules:", with: "eligible: '1000 / (item.amount - 300) != 1'\nrules:"))
        let evaluation = try program.evaluate(purchase("300, 200"))
        #expect(evaluation.amount == 500 && evaluation.eligibleAmount == 200)
        #expect(evaluation.failures.map(\.path) == ["eligible"])
        #expect(evaluation.failures.map(\.message) == ["division by zero"])
    }

    @Test("each line is paid by itself, and the trace tells what")
    func eachItem() throws {
        let program = try program(
            shop(
                """
                  - id: beans
                    event: purchase
                    each_item:
                      where: '"beans" in item.tags'
                      points: >-
                        5 * item.quantity + (item.amount >= 2000 ? 10 : 0)
                """))
        let order = Facts.Order(lines: [
            Facts.Line(tags: ["beans"], quantity: 2, amount: 1500), Facts.Line(quantity: 9, amount: 100),
            Facts.Line(tags: ["beans"], quantity: 1, amount: 2200, tax: 200),
        ])
        let evaluation = try program.evaluate(Facts(occurredAt: Instant(milliseconds: 0), order: order))
        #expect(evaluation.text(program) == "beans 25")
        #expect(evaluation.trace[0].counted == 3500)
        let lines = evaluation.trace[0].lines
        #expect(lines.map(\.line) == [0, 2])
        #expect(lines.map(\.counted) == [1500, 2000])
        #expect(lines.map(\.points) == [10, 15])
    }

    /// Evaluates baskets one after the other, each with what those before it used.
    private func awards(_ program: Program, _ baskets: [String]) throws -> (texts: [String], kept: [Int64]) {
        var used: [Usage] = []
        var texts: [String] = []
        var kept: [Int64] = []
        for basket in baskets {
            let evaluation = try program.evaluate(purchase(basket), used: used)
            texts.append(evaluation.text(program))
            used += evaluation.usages
            kept.append(used.reduce(0) { $0 + $1.amount })
        }
        return (texts, kept)
    }

    @Test(
        "stamps fill a card again and again, and what is over stays on the next one",
        arguments: [
            (["1", "1", "1"], ["", "", "card 50"], [1, 2, 0]), (["2", "2"], ["", "card 50"], [2, 1]),
            (["7"], ["card 100"], [1]), (["0", "3", "10"], ["", "card 50", "card 150"], [0, 0, 1]),
        ])
    func stamps(pieces: [String], texts: [String], kept: [Int64]) throws {
        let program = try program(
            shop("  - { id: card, event: purchase, stamp: { card: c, count: order.amount, size: 3, points: 50 } }"))
        let result = try awards(program, pieces)
        #expect(result.texts == texts)
        #expect(result.kept == kept)
    }

    @Test("a stamp for every order is the default, and the trace tells of what is collected")
    func stampsForOrders() throws {
        let program = try program(
            shop("  - { id: card, event: purchase, stamp: { card: c, size: 2, points: 50 } }"))
        let first = try program.evaluate(purchase("100"))
        #expect(first.trace[0].outcome == .collected && first.trace[0].counted == 1)
        #expect(first.usages == [Usage(UsageKey(kind: .stamps, id: "c"), 1)])
        let second = try program.evaluate(purchase("100"), used: first.usages)
        #expect(second.text(program) == "card 50")
        #expect(second.usages == [Usage(UsageKey(kind: .stamps, id: "c"), -1)])
    }

    @Test("stamps on other events, and none where the rule lost or was not allowed to pay")
    func stampsNotKept() throws {
        let program = try program(
            shop(
                """
                  - { id: lost, event: purchase, group: g, stamp: { card: a, size: 9, points: 1 } }
                  - { id: gift, event: purchase, group: g, earn: { points: 5 } }
                  - { id: once, event: purchase, stamp: { card: b, size: 1, points: 2 }, limit: { count: 1, window: lifetime } }
                  - { id: visit, event: check_in, stamp: { card: v, size: 2, points: 3 } }
                """, groups: "[{ id: g, mode: first }]"))
        let first = try program.evaluate(purchase("100"))
        #expect(first.text(program) == "gift 5, once 2")
        #expect(first.usages == [Usage(UsageKey(kind: .limitCount, id: "once"), 1)])
        #expect(first.trace[0].outcome == .lost(to: 1))
        let second = try program.evaluate(purchase("100"), used: first.usages)
        #expect(second.text(program) == "gift 5" && second.usages.isEmpty)
        let visit = Facts(occurredAt: Instant(milliseconds: 0), event: EventName("check_in"))
        #expect(
            try program.evaluate(visit, used: [Usage(UsageKey(kind: .stamps, id: "v"), 1)]).text(program) == "visit 3")
    }

    @Test(
        "what a step leaves over is kept for the next purchase",
        arguments: [
            ("", ["30", "20", "60"], ["", "base 1", "base 1"], [30, 0, 10]),
            ("", ["149", "1"], ["base 2", "base 1"], [49, 0]), ("", ["50", "50"], ["base 1", "base 1"], [0, 0]),
            (", where: '\"a\" in item.tags'", ["30 a, 99", "20 a"], ["", "base 1"], [30, 0]),
        ])
    func carry(choice: String, baskets: [String], texts: [String], kept: [Int64]) throws {
        let program = try program(
            shop("  - { id: base, event: purchase, earn: { points: 1, per: 50, carry: true\(choice) } }"))
        let result = try awards(program, baskets)
        #expect(result.texts == texts)
        #expect(result.kept == kept)
    }

    @Test("carried money is multiplied with the whole base, and not with the share of some lines")
    func carryMultiplied() throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 50, carry: true } }
                  - { id: double, event: purchase, multiply: { rules: [base], factor: "2" } }
                  - { id: a, event: purchase, multiply: { rules: [base], factor: "2", where: '"a" in item.tags' } }
                """))
        let result = try awards(program, ["30", "20", "40 a", "110 a"])
        #expect(result.texts == ["", "base 1, double 1", "", "base 3, double 3, a 2"])
        #expect(result.kept == [30, 0, 40, 0])
    }

    @Test("what a multiplier's `where` leaves out does not hang on how it is spelled")
    func carryMultipliedInOtherWords() throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 50, carry: true, where: '"a" in item.tags' } }
                  - { id: same, event: purchase, multiply: { rules: [base], factor: "2", where: '"a" in item.tags' } }
                  - { id: other, event: purchase, multiply: { rules: [base], factor: "2", where: 'item.tags.exists(t, t == "a")' } }
                  - { id: all, event: purchase, multiply: { rules: [base], factor: "2", where: 'true' } }
                  - { id: whole, event: purchase, multiply: { rules: [base], factor: "2" } }
                """))
        let result = try awards(program, ["30 a", "20 a", "80 a"])
        #expect(result.texts == ["", "base 1, whole 1", "base 1, same 1, other 1, all 1, whole 1"])
        #expect(result.kept == [30, 0, 30])
    }

    @Test("points may be computed from the order")
    func computed() throws {
        let rule =
            "  - { id: gift, event: purchase, earn: { points: 'order.amount >= 1000 ? order.amount / 100 : 0' } }"
        let program = try program(shop(rule))
        #expect(try program.evaluate(purchase("1250")).text(program) == "gift 12")
        let nothing = try program.evaluate(purchase("900"))
        #expect(nothing.text(program) == "" && nothing.trace[0].outcome == .nothingCounted)
    }
}
