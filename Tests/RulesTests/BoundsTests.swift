import Rules
import Testing
import Time

@Suite("Limits, budgets, holdouts and caps") struct BoundsTests {
    /// A purchase that is paid, and another one: whether the rule pays once more.
    @Test(
        "a limit of one in a window of the program's calendar",
        arguments: [
            ("Asia/Tokyo", "calendar_day", "2026-05-16T00:00:00+09:00", "2026-05-16T23:59:59.999+09:00", false),
            ("Asia/Tokyo", "calendar_day", "2026-05-16T23:59:59.999+09:00", "2026-05-17T00:00:00+09:00", true),
            ("Asia/Tokyo", "calendar_day", "2026-05-16T14:59:59Z", "2026-05-16T15:00:00Z", true),
            ("Asia/Tokyo", "calendar_week", "2026-05-17T23:59:59+09:00", "2026-05-18T00:00:00+09:00", true),
            ("Asia/Tokyo", "calendar_week", "2026-05-11T00:00:00+09:00", "2026-05-17T23:59:59+09:00", false),
            ("Asia/Tokyo", "calendar_month", "2026-05-31T23:59:59+09:00", "2026-06-01T00:00:00+09:00", true),
            ("Asia/Tokyo", "calendar_month", "2026-05-01T00:00:00+09:00", "2026-05-31T23:59:59+09:00", false),
            ("Asia/Tokyo", "calendar_quarter", "2026-06-30T23:59:59+09:00", "2026-07-01T00:00:00+09:00", true),
            ("Asia/Tokyo", "calendar_quarter", "2026-04-01T00:00:00+09:00", "2026-06-30T23:59:59+09:00", false),
            ("Asia/Tokyo", "calendar_year", "2026-12-31T23:59:59+09:00", "2027-01-01T00:00:00+09:00", true),
            ("Asia/Tokyo", "calendar_year", "2026-01-01T00:00:00+09:00", "2026-12-31T23:59:59+09:00", false),
            ("Asia/Tokyo", "lifetime", "2006-01-01T00:00:00+09:00", "2026-12-31T23:59:59+09:00", false),
            ("Asia/Tokyo", "{ rolling: 7 days }", "2026-05-10T23:59:59+09:00", "2026-05-16T00:00:00+09:00", false),
            ("Asia/Tokyo", "{ rolling: 7 days }", "2026-05-09T23:59:59+09:00", "2026-05-16T00:00:00+09:00", true),
            ("Asia/Tokyo", "{ rolling: 1 day }", "2026-05-16T00:00:00+09:00", "2026-05-16T23:00:00+09:00", false),
            ("Asia/Tokyo", "{ rolling: 1 week }", "2026-05-09T23:59:59+09:00", "2026-05-16T00:00:00+09:00", true),
            ("Asia/Tokyo", "{ rolling: 1 month }", "2026-02-28T12:00:00+09:00", "2026-03-31T12:00:00+09:00", true),
            ("Asia/Tokyo", "{ rolling: 1 month }", "2026-03-01T00:00:00+09:00", "2026-03-31T12:00:00+09:00", false),
            ("Asia/Tokyo", "{ rolling: 1 year }", "2025-05-16T12:00:00+09:00", "2026-05-16T00:00:00+09:00", true),
            ("Asia/Tokyo", "{ rolling: 1 year }", "2025-05-17T00:00:00+09:00", "2026-05-16T00:00:00+09:00", false),
            // Summer time begins on 8 March 2026 and ends on 1 November, which has 25 hours.
            ("America/New_York", "calendar_day", "2026-03-08T00:00:00-05:00", "2026-03-08T23:59:59-04:00", false),
            ("America/New_York", "calendar_day", "2026-03-08T23:59:59-04:00", "2026-03-09T00:00:00-04:00", true),
            ("America/New_York", "calendar_day", "2026-11-01T00:00:00-04:00", "2026-11-01T23:59:59-05:00", false),
            ("America/New_York", "calendar_day", "2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z", true),
            (
                "America/New_York", "{ rolling: 2 days }", "2026-10-31T00:30:00-04:00", "2026-11-01T23:30:00-05:00",
                false
            ),
            ("America/New_York", "{ rolling: 2 days }", "2026-10-31T23:30:00-04:00", "2026-11-02T00:00:00-05:00", true),
        ])
    func windows(zone: String, window: String, first: String, second: String, paysAgain: Bool) throws {
        for limit in ["count: 1", "points: 5"] {
            let text = shop(
                "  - { id: gift, event: purchase, earn: { points: 5 }, limit: { \(limit), per: member, window: \(window) } }"
            )
            let program = try program(text.replacing("Asia/Tokyo", with: zone))
            let once = try program.evaluate(purchase("100", at: first))
            #expect(once.text(program) == "gift 5")
            let again = try program.evaluate(purchase("100", at: second), used: once.usages)
            #expect(again.text(program) == (paysAgain ? "gift 5" : ""), "\(limit)")
            #expect(again.trace[0].outcome == (paysAgain ? .paid : .limitReached))
            #expect(again.usages.isEmpty != paysAgain)
        }
    }

    @Test(
        "a limit on points pays what is left of it, one on events does not look at points",
        arguments: [
            ("points: 12", [0, 5, 12, 99], ["base 10", "base 7", "", ""]),
            ("points: 12", [11], ["base 1"]),
            ("count: 3", [0, 2, 3], ["base 10", "base 10", ""]),
        ])
    func limits(limit: String, used: [Int64], awards: [String]) throws {
        let program = try program(
            shop(
                "  - { id: base, event: purchase, earn: { points: 1, per: 100 }, limit: { \(limit), window: lifetime } }"
            ))
        let kind: UsageKey.Kind = limit.hasPrefix("points") ? .limitPoints : .limitCount
        let texts = try used.map {
            try program.evaluate(purchase("1000"), used: [Usage(UsageKey(kind: kind, id: "base"), $0)]).text(program)
        }
        #expect(texts == awards)
    }

    @Test("a base that its limit leaves nothing is not multiplied, and a multiplier's own limit cuts its parts")
    func limitsOfMultipliers() throws {
        let program = try program(
            shop(
                """
                  - { id: base, event: purchase, earn: { points: 1, per: 100 }, limit: { count: 1, window: lifetime } }
                  - { id: more, event: purchase, earn: { points: 1, per: 50 } }
                  - id: double
                    event: purchase
                    multiply: { rules: [base, more], factor: "2" }
                    limit: { points: 12, window: lifetime }
                """))
        let evaluation = try program.evaluate(purchase("1000"))
        #expect(evaluation.text(program) == "base 10, more 20, double 12")
        #expect(
            evaluation.traceText(program)
                == "base paid 10 of 1000; more paid 20 of 1000; double(base) paid 10 of 1000; double(more) paid 2 of 1000"
        )
        #expect(evaluation.trace.map(\.cuts) == [[], [], [], [.limit(points: 18)]])
        let again = try program.evaluate(purchase("1000"), used: [Usage(UsageKey(kind: .limitCount, id: "base"), 1)])
        #expect(again.text(program) == "more 20, double 12")
        #expect(again.trace.map(\.outcome) == [.limitReached, .paid, .baseUnpaid, .paid])
    }

    @Test(
        "a budget pays what is left of it, or skips what does not fit",
        arguments: [
            ("partial", 0, "big 10, small 4, double 10"), ("partial", 80, "big 10, small 4, double 6"),
            ("partial", 88, "big 10, small 2"), ("partial", 95, "big 5"), ("partial", 100, ""), ("partial", 500, ""),
            ("skip", 0, "big 10, small 4, double 10"), ("skip", 80, "big 10, small 4"), ("skip", 88, "big 10"),
            ("skip", 95, "small 4"), ("skip", 97, ""),
        ])
    func budgets(whenShort: String, used: Int64, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: big, event: purchase, campaign: c, earn: { points: 1, per: 100 } }
                  - { id: small, event: purchase, campaign: c, earn: { points: 4 } }
                  - { id: double, event: purchase, campaign: c, multiply: { rules: [big], factor: "2" } }
                """
            ).replacing(
                "\nrules:\n",
                with: "\ncampaigns: [{ id: c, budget: { points: 100, when_short: \(whenShort) } }]\nrules:\n"))
        let key = UsageKey(kind: .budget, id: "c")
        let evaluation = try program.evaluate(purchase("1000"), shared: used == 0 ? [] : [Usage(key, used)])
        #expect(evaluation.text(program) == awards)
        let paid = evaluation.points(into: 0)
        #expect(evaluation.usages == (paid == 0 ? [] : [Usage(key, paid)]))
        #expect(evaluation.trace.allSatisfy { $0.points > 0 || [.budgetSpent, .baseUnpaid].contains($0.outcome) })
    }

    @Test("a campaign holds from an instant until just before another, for all its rules")
    func campaignTime() throws {
        let program = try program(
            shop("  - { id: gift, event: purchase, campaign: c, earn: { points: 4 } }").replacing(
                "rules:",
                with: """
                    campaigns:
                      - { id: c, effective: { from: "2026-05-01T00:00:00+09:00", until: "2026-06-01T00:00:00+09:00" } }
                    rules:
                    """))
        let times = [
            "2026-04-30T23:59:59.999+09:00", "2026-05-01T00:00:00+09:00", "2026-05-31T23:59:59.999+09:00",
            "2026-06-01T00:00:00+09:00",
        ]
        let texts = try times.map { try program.evaluate(purchase("100", at: $0)).text(program) }
        #expect(texts == ["", "gift 4", "gift 4", ""])
    }

    private func holdout(_ percent: Int64, _ salt: String) throws -> Campaign.Holdout {
        let program = try program(
            shop("  - { id: gift, event: purchase, campaign: c, earn: { points: 4 } }").replacing(
                "rules:", with: "campaigns: [{ id: c, holdout: { percent: \(percent), salt: \(salt) } }]\nrules:"))
        return try #require(program.campaigns[0].holdout)
    }

    @Test("a holdout keeps the same members out for ever, as many as it says, and others with another salt")
    func holdouts() throws {
        let members = (0..<10_000).map { "member-\($0)" }
        for percent: Int64 in [1, 10, 50, 99] {
            let holdout = try holdout(percent, "may")
            let share = members.count(where: holdout.keepsOut)
            // Four standard deviations of a fair draw.
            let deviation = (10_000 * Double(percent) / 100 * (1 - Double(percent) / 100)).squareRoot()
            #expect(abs(Double(share) - Double(percent) * 100) < 4 * deviation, "\(percent) %: \(share)")
        }
        let may = members.filter(try holdout(10, "may").keepsOut)
        let june = members.filter(try holdout(10, "june").keepsOut)
        #expect((50...160).contains(Set(may).intersection(june).count))
        // A larger share keeps everyone out whom the smaller one did.
        #expect(may.allSatisfy(try holdout(20, "may").keepsOut))
        // FNV-1a of "may\0member-1" mixed by MurmurHash3's finalizer, worked out apart.
        #expect(Array(may.prefix(3)) == ["member-18", "member-19", "member-32"])

        let program = try program(
            shop("  - { id: gift, event: purchase, campaign: c, earn: { points: 4 } }").replacing(
                "rules:", with: "campaigns: [{ id: c, holdout: { percent: 10, salt: may } }]\nrules:"))
        for member in members.prefix(200) {
            let facts = Facts(
                occurredAt: Instant(milliseconds: 0), order: Facts.Order(lines: [Facts.Line(amount: 1)]),
                member: Facts.Member(id: member))
            let evaluation = try program.evaluate(facts)
            #expect(evaluation.awards.isEmpty == may.contains(member))
            #expect(evaluation.trace[0].outcome == (may.contains(member) ? .heldOut : .paid))
        }
    }

    @Test(
        "caps cut from the last rule backwards, one after another",
        arguments: [
            (0, 0, "a 10, b 5, c 20"), (80, 0, "a 10, b 5, c 5"), (90, 0, "a 10"), (95, 0, "a 5"), (100, 0, ""),
            (0, 30, "a 10, b 5, c 15"), (80, 30, "a 10, b 5, c 5"), (0, 45, "a 10, b 5"), (70, 45, "a 10, b 5"),
            (0, 50, "a 10"),
        ])
    func caps(usedOfAll: Int64, usedOfSome: Int64, awards: String) throws {
        let program = try program(
            shop(
                """
                  - { id: a, event: purchase, earn: { points: 1, per: 100 } }
                  - { id: b, event: purchase, earn: { points: 5 } }
                  - { id: c, event: purchase, multiply: { rules: [a], factor: "3" } }
                caps:
                  - { id: all, window: calendar_day, points: 100, rules: [c, b, a] }
                  - { id: some, window: lifetime, points: 50, rules: [b, c] }
                """))
        let day = try Instant(rfc3339: "2026-05-16T00:00:00+09:00")
        let all = UsageKey(kind: .cap, id: "all", window: day)
        let some = UsageKey(kind: .cap, id: "some")
        let evaluation = try program.evaluate(
            purchase("1000"), used: [Usage(all, usedOfAll), Usage(some, usedOfSome)].filter { $0.amount > 0 })
        #expect(evaluation.text(program) == awards)
        let paid = evaluation.points(into: 0)
        let ofSome = evaluation.awards.reduce(0) { $1.rule == 0 ? $0 : $0 + $1.points }
        #expect(evaluation.usages == [Usage(all, paid), Usage(some, ofSome)].filter { $0.amount > 0 })
        for entry in evaluation.trace where entry.points == 0 {
            #expect(entry.outcome == .capped(by: 0) || entry.outcome == .capped(by: 1))
        }
        let cut = evaluation.trace.reduce(0) { $0 + $1.cuts.reduce(0) { $0 + $1.points } }
        #expect(paid + cut == 35)
    }

    @Test("groups come before limits, limits before budgets, budgets before caps")
    func order() throws {
        let program = try program(
            shop(
                """
                  - { id: best, event: purchase, group: g, campaign: c, limit: { points: 50, window: lifetime }, earn: { points: 90 } }
                  - { id: next, event: purchase, group: g, earn: { points: 60 } }
                caps: [{ id: cap, window: lifetime, points: 15, rules: [best, next] }]
                """, groups: "[{ id: g, mode: best }]"
            ).replacing(
                "rules:\n  - { id: best", with: "campaigns: [{ id: c, budget: { points: 30 } }]\nrules:\n  - { id: best"
            ))
        let evaluation = try program.evaluate(purchase("100"))
        // The group decides by the whole 90, the limit leaves 50, the budget 30 of these and the cap 15 of those.
        #expect(evaluation.text(program) == "best 15")
        #expect(
            evaluation.trace[0].cuts == [.limit(points: 40), .budget(points: 20), .cap(0, points: 15)])
        #expect(evaluation.trace[1].outcome == .lost(to: 0))
        // What is used is what was paid in the end, at every one of them.
        #expect(evaluation.usages.map(\.amount) == [15, 15, 15])
        // A winner that its limit then leaves nothing has won all the same.
        let used = [Usage(UsageKey(kind: .limitPoints, id: "best"), 50)]
        let spent = try program.evaluate(purchase("100"), used: used)
        #expect(spent.awards.isEmpty && spent.usages.isEmpty)
        #expect(spent.trace.map(\.outcome) == [.limitReached, .lost(to: 0)])
    }
}
