import Rules
import Testing
import Time

@Suite("Conditions of rules") struct ConditionTests {
    /// A program whose only spendable points are 1 for a condition that is true.
    static func program(_ condition: String, event: String = "purchase") throws -> Program {
        try RulesTests.program(
            """
            schema: kizuna.program/v1
            id: shop
            money: { currency: JPY, base: tax_excluded }
            timezone: America/New_York
            points: { p: {}, s: { kind: status } }
            profile:
              birthday: { type: date }
              city: { type: string }
              plan: { type: string, values: [free, paid] }
              kids: { type: integer }
              vip: { type: boolean }
            tiers: { metric: { earned: s }, levels: [{ id: regular, from: 0 }, { id: gold, from: 10 }] }
            eligible: item.category != "gift_card"
            rules:
              - id: rule
                event: \(event)
                when: |-
                  \(condition)
                earn: { points: 1 }
              - { id: status, event: purchase, earn: { points: 1, per: 1000000, into: s } }
            tests: []
            """)
    }

    /// Saturday, 16 May 2026, 23:30 in New York.
    static func facts(_ member: Facts.Member = Facts.Member()) throws -> Facts {
        Facts(
            occurredAt: try Instant(rfc3339: "2026-05-17T03:30:00Z"),
            order: Facts.Order(
                id: "r-17", store: "s1", terminal: "t2", channel: "app", tags: ["gift"], coupons: ["MAY"],
                lines: [
                    Facts.Line(sku: "latte", category: "drink", tags: ["new"], quantity: 2, amount: 1100, tax: 100),
                    Facts.Line(sku: "card", category: "gift_card", amount: 3000),
                ]), member: member)
    }

    private static let member = Facts.Member(
        id: "m1", tier: 1,
        attributes: [
            Attribute("birthday", .date(CivilDate(year: 1990, month: 5, day: 3) ?? CivilDate(daysSinceEpoch: 0))),
            Attribute("city", .text("Tokyo")), Attribute("kids", .integer(2)), Attribute("vip", .truth(true)),
            Attribute("undeclared", .text("x")),
        ], tags: ["staff"], purchaseCount: 7, daysSinceLast: 90, enrolledDays: 400, balances: [120])

    @Test(
        "every variable tells what happened",
        arguments: [
            #"order.id == "r-17" && order.store == "s1" && order.terminal == "t2" && order.channel == "app""#,
            #"order.time == timestamp("2026-05-17T03:30:00Z")"#, "order.amount == 4000 && order.tax == 100",
            "order.eligible_amount == 1000", #"order.tags == ["gift"] && order.coupons == ["MAY"]"#,
            "size(order.items) == 2 && order.items[1].amount == 3000",
            #"order.items.exists(i, i.sku == "latte" && i.category == "drink" && i.tags == ["new"] && i.quantity == 2)"#,
            "order.items.filter(i, i.eligible).map(i, i.amount).sum() == 1000",
            #"order.items.all(i, i.eligible || i.category == "gift_card")"#,
            "order.items.exists_one(i, i.tax == 100)", "order.items.map(i, i.quantity).max() == 2",
            #"order.items.filter(i, i.category == "none").map(i, i.quantity).sum() == 0"#,
            #"member.id == "m1" && member.tier == "gold" && member.tags == ["staff"]"#,
            "member.purchase_count == 7 && !member.first_purchase && member.days_since_last == 90",
            "member.enrolled_days == 400 && member.birth_month == 5 && member.balance.p == 120 && member.balance.s == 0",
            #"member.attrs.birthday == "1990-05-03" && member.attrs.city.startsWith("To")"#,
            "member.attrs.kids > 1 && member.attrs.vip && !has(member.attrs.plan)",
            "local.year == 2026 && local.month == 5 && local.day == 16 && local.day_of_week == 6 && local.week == 20",
            #"local.hour == 23 && local.minute == 30 && local.date == "2026-05-16""#,
            #"event.type == "purchase" && size(event.attrs) == 0"#,
            #"program.id == "shop" && program.currency == "JPY""#, "mulDiv(order.amount, 3, 2) == 6000",
            #"order.time.getDayOfWeek("America/New_York") == 6 && order.time.getDayOfWeek() == 0"#,
        ])
    func variables(condition: String) throws {
        let program = try ConditionTests.program(condition)
        let evaluation = try program.evaluate(ConditionTests.facts(ConditionTests.member))
        #expect(evaluation.failures.isEmpty)
        #expect(evaluation.points(into: 0) == 1)
        let negated = try ConditionTests.program("!(\(condition))")
        #expect(try negated.evaluate(ConditionTests.facts(ConditionTests.member)).points(into: 0) == 0)
    }

    @Test(
        "what a member does not have is not there",
        arguments: [
            ("has(member.attrs.city)", false), ("has(member.days_since_last)", false),
            ("has(member.birth_month)", false),
            ("has(member.tier)", false), ("member.first_purchase", true), ("member.attrs.city == \"Tokyo\"", false),
            ("member.attrs.city != \"Tokyo\"", true), ("has(member.attrs.kids) && member.attrs.kids > 1", false),
            ("!has(member.days_since_last) || member.days_since_last >= 90", true),
        ])
    func absent(condition: String, isTrue: Bool) throws {
        let evaluation = try ConditionTests.program(condition).evaluate(ConditionTests.facts())
        #expect(evaluation.failures.isEmpty)
        #expect(evaluation.points(into: 0) == (isTrue ? 1 : 0))
    }

    private static let noConversion = "a value cannot be converted or used in this way"
    private static let notThere = "a value is not there, or of another type: ask `has()` before reading it"

    @Test(
        "an expression without a value skips its rule alone, and says so",
        arguments: [
            ("1 / member.purchase_count == 1", "division by zero"),
            ("order.amount * 9223372036854775807 > 0", "a number is too large"),
            ("order.items[7].amount > 5", noConversion), ("member.days_since_last >= 90", notThere),
            ("member.attrs.vip", notThere), ("member.attrs.kids + 1 > 1", notThere),
            ("member.birth_month == local.month", ""),
            (#"order.time.getDayOfWeek("Europe/Paris") == 6"#, noConversion),
        ])
    func failures(condition: String, message: String) throws {
        let program = try ConditionTests.program(condition)
        let evaluation = try program.evaluate(ConditionTests.facts())
        #expect(evaluation.points(into: 0) == 0)
        let failure = message.isEmpty ? nil : evaluation.failures.first
        #expect(evaluation.failures.count == (message.isEmpty ? 0 : 1))
        if let failure {
            #expect(failure.path == "rules[0].when" && failure.message == message, "\(failure.message)")
            #expect(evaluation.trace[0].outcome == .failed(failure))
        }
    }

    @Test("the rules beside one that fails pay, and a failure that several rules share is told once")
    func neighbours() throws {
        let program = try RulesTests.program(
            shop(
                """
                  - { id: a, event: purchase, when: '1 / (order.amount - 100) > 0', earn: { points: 5 } }
                  - { id: b, event: purchase, when: '1 / (order.amount - 100) > 0', earn: { points: 6 } }
                  - { id: base, event: purchase, earn: { points: 1, per: 10, where: '100 / (item.amount - 50) > 0' } }
                  - { id: double, event: purchase, multiply: { rules: [plain], factor: "2", where: '100 / (item.amount - 50) > 0' } }
                  - { id: each, event: purchase, each_item: { points: 100 / (item.amount - 50) } }
                  - { id: plain, event: purchase, earn: { points: 1, per: 10 } }
                """))
        let evaluation = try program.evaluate(purchase("50, 50"))
        #expect(evaluation.text(program) == "plain 10")
        #expect(
            evaluation.failures.map(\.path) == ["rules[0].when", "rules[2].earn.where", "rules[4].each_item.points"])
        #expect(Set(evaluation.trace.map(\.rule)) == Set(0...5))
        #expect(try program.evaluate(purchase("100, 51")).text(program) == "base 15, double 15, each 102, plain 15")
    }

    @Test(
        "a computed amount is from 0 to a trillion, or its rule is skipped",
        arguments: [
            ("order.amount - 100", "100", "", ""), ("order.amount - 100", "150", "rule 50", ""),
            ("order.amount - 100", "99", "", "came to less than 0, which no amount can be"),
            ("order.amount * 10000000000", "100", "rule 1000000000000", ""),
            (
                "order.amount * 10000000001", "100", "",
                "came to more than the greatest amount, 1000000000000"
            ),
        ])
    func amounts(points: String, basket: String, awards: String, failure: String) throws {
        let program = try RulesTests.program(shop("  - { id: rule, event: purchase, earn: { points: \(points) } }"))
        let evaluation = try program.evaluate(purchase(basket))
        #expect(evaluation.text(program) == awards)
        #expect(evaluation.failures.map(\.message) == (failure.isEmpty ? [] : [failure]))
    }

    @Test("what expressions may cost for one event ends, and the rules behind it are skipped")
    func budget() throws {
        // Each costs about 10,000 on a thousand lines; the event may cost 2,000,000.
        let rules = (0..<300).map {
            "  - { id: r\($0), event: purchase, when: 'order.items.all(i, i.amount + \($0) >= 0 && i.quantity > 0)', earn: { points: 1 } }"
        }
        let program = try RulesTests.program(shop(rules.joined(separator: "\n")))
        let lines = [Facts.Line](repeating: Facts.Line(amount: 1), count: 1000)
        let facts = Facts(occurredAt: Instant(milliseconds: 0), order: Facts.Order(lines: lines))
        let evaluation = try program.evaluate(facts)
        #expect(evaluation.failures.count > 10 && evaluation.awards.count > 50)
        #expect(evaluation.failures.count + evaluation.awards.count == 300)
        let message = "it takes more steps than an expression or an event may"
        #expect(evaluation.failures.allSatisfy { $0.message == message })
        #expect(evaluation.awards.map(\.rule) == Array(0..<evaluation.awards.count))
    }

    @Test(
        "events that are no purchase have their attributes",
        arguments: [
            ("event.attrs.score >= 4", 1), ("event.attrs.score >= 6", 0), (#"event.attrs.city == "Tokyo""#, 1),
            ("has(event.attrs.shop) && event.attrs.shop > 1", 0), (#"event.type == "survey""#, 1),
            ("event.attrs.again", 1), (#"member.tier == "gold" && local.day_of_week == 6"#, 1),
        ])
    func events(condition: String, points: Int64) throws {
        let program = try ConditionTests.program(condition, event: "survey")
        let facts = Facts(
            occurredAt: try ConditionTests.facts().occurredAt, event: EventName("survey"),
            attributes: [
                Attribute("score", .integer(5)), Attribute("city", .text("Tokyo")), Attribute("again", .truth(true)),
            ], member: ConditionTests.member)
        let evaluation = try program.evaluate(facts)
        #expect(evaluation.points(into: 0) == points && evaluation.failures.isEmpty)
        #expect(evaluation.trace.map(\.rule) == [0])
        #expect(evaluation.amount == 0)
        let missing = Facts(occurredAt: facts.occurredAt, event: EventName("check_in"))
        #expect(try program.evaluate(missing).trace.isEmpty)
    }

    @Test("an event may have attributes that a condition asks for or not; what is missing skips the rule")
    func missingAttribute() throws {
        let program = try ConditionTests.program("event.attrs.score >= 4", event: "survey")
        let facts = Facts(occurredAt: try ConditionTests.facts().occurredAt, event: EventName("survey"))
        let message = "a field or a key is not there: ask `has()` or `in` before reading it"
        #expect(try program.evaluate(facts).failures.map(\.message) == [message])
    }
}
