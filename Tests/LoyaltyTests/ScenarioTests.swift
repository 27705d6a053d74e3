import Loyalty
import Rules
import TestSupport
import Testing

/// Documents whose tests go on for several steps.
@Suite("Tests with steps") struct ScenarioTests {
    private static let steps = """
        tests:
          - name: 返品とポイント払い
            member: { attrs: { birthday: "1990-05-20" }, balance: { beans: 100 } }
            steps:
              - purchase: { id: a, time: "2026-05-16T10:00:00+09:00", items: [{ amount: 5000 }, { amount: 1000 }] }
                expect: { earned: { beans: 60 }, rules: { base: 60 }, balance: { beans: 160 } }
              - return: { of: a, items: [{ line: 1 }] }
                expect: { taken_back: { beans: 10 }, refund: 1000, balance: { beans: 150 } }
              - purchase: { id: b, items: [{ amount: 1000 }], pay: 150 }
                expect: { earned: { beans: 8 }, balance: { beans: 8 } }
              - purchase: { id: c, items: [{ amount: 1000 }], pay: 100 }
                expect: { refused: true, balance: { beans: 8 } }
              - wait: 5 days
                expect: { balance: { beans: 38 } }
              - return: { of: b }
                expect: { taken_back: { beans: 8 }, refund: 850, balance: { beans: 180 } }
              - redeem: { reward: mug }
                expect: { balance: { beans: 80 }, vouchers: 1 }
              - redeem: { points: 100 }
                expect: { refused: true }
              - event: { type: survey, attrs: {} }
                expect: { earned: { beans: 5 } }
              - wait: { until: "2027-05-16T10:00:00+09:00" }
                expect: { balance: { beans: 85 } }
              - wait: 20 days
                expect: { balance: { beans: 30 }, vouchers: 0 }
        """

    private static func document(_ tests: String) -> String {
        """
        schema: kizuna.program/v1
        id: steps
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points: { beans: { expiry: { after: 12 months, end_of: month } } }
        profile: { birthday: { type: date } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: birthday, event: birthday, earn: { points: 30 } }
          - { id: survey, event: survey, earn: { points: 5 } }
        redemption:
          pay: { worth: 1 }
          rewards: [{ id: mug, cost: 100, voucher: { valid: 30 days } }]
        \(tests)
        """
    }

    @Test("a document can say what happens over time, and that it does")
    func passes() {
        let outcomes = DocumentTests.run(Programs.load(Self.document(Self.steps)))
        #expect(outcomes.count == 1)
        #expect(outcomes.flatMap(\.differences) == [])
    }

    /// A currency whose points wait for a confirmation, and a redemption that is undone.
    private static func waiting(_ steps: String) -> String {
        document(
            """
            tests:
              - name: t
                member: { balance: { beans: 100 } }
                steps:
                  - purchase: { id: a, time: "2026-05-16T10:00:00+09:00", items: [{ amount: 5000 }] }
                    expect: { earned: { beans: 50 }, pending: { beans: 50 }, balance: { beans: 100 } }
            \(steps)
            """
        ).replacing(
            "end_of: month }", with: "end_of: month }, vesting: { until_event: confirm, cancel_after: 30 days }")
    }

    @Test(
        "points that wait for it are confirmed by a step, or taken back where none comes in time",
        arguments: [
            """
                  - confirm: { of: a, time: "2026-05-20T10:00:00+09:00" }
                    expect: { pending: { beans: 0 }, balance: { beans: 150 } }
                  - confirm: { of: a }
                    expect: { refused: true }
                  - redeem: { points: 150 }
                  - wait: 60 days
                    expect: { balance: { beans: 0 }, debt: { beans: 0 } }
            """,
            """
                  - wait: 29 days
                    expect: { pending: { beans: 50 } }
                  - wait: 2 days
                    expect: { pending: { beans: 0 }, balance: { beans: 100 } }
                  - confirm: { of: a }
                    expect: { refused: true }
            """,
            """
                  - return: { of: a }
                  - confirm: { of: a }
                    expect: { refused: true }
            """,
        ])
    func confirming(steps: String) {
        #expect(DocumentTests.run(Programs.load(Self.waiting(steps))).map(\.differences) == [[]])
    }

    @Test("a redemption is undone by a step, once, with the points and the vouchers it was about")
    func cancelling() {
        let steps = """
                  - redeem: { id: r, points: 30 }
                    expect: { balance: { beans: 70 } }
                  - cancel: { of: r }
                    expect: { balance: { beans: 100 } }
                  - cancel: { of: r, time: "2026-05-17T10:00:00+09:00" }
                    expect: { refused: true, balance: { beans: 100 } }
                  - redeem: { id: mug, reward: mug }
                    expect: { balance: { beans: 0 }, vouchers: 1 }
                  - cancel: { of: mug }
                    expect: { balance: { beans: 100 }, vouchers: 0 }
            """
        #expect(DocumentTests.run(Programs.load(Self.waiting(steps))).map(\.differences) == [[]])
    }

    @Test(
        "a step can confirm only a purchase, and cancel only a redemption, that is above it",
        arguments: [
            ("- confirm: { of: z }", "no purchase above is called `z`"),
            ("- confirm: {}", "`of` is missing"),
            ("- cancel: { of: r }", "no redemption above is called `r`"),
            ("- redeem: { id: a, points: 1 }", "`a` is there twice"),
            ("- confirm: { of: a, time: \"2026-05-15T10:00:00+09:00\" }", "must not be before the step above"),
        ])
    func unknownNames(step: String, message: String) {
        let outcome = Loader.load(Self.waiting("      " + step), file: "test.yaml", zones: Programs.zones)
        #expect(outcome.program == nil)
        #expect(outcome.diagnostics.contains { $0.message.contains(message) }, "\(outcome.diagnostics)")
    }

    @Test(
        "what does not happen as it is told is told by step, figure by figure",
        arguments: [
            ("earned: { beans: 60 }", "earned: { beans: 61 }", "step 1 (line 18): earned.beans", "61", "60"),
            ("refund: 1000", "refund: 999", "step 2 (line 20): refund", "999", "1000"),
            ("taken_back: { beans: 10 }", "taken_back: { beans: 0 }", "step 2 (line 20): taken_back.beans", "0", "10"),
            ("balance: { beans: 38 }", "balance: { beans: 8 }", "step 5 (line 26): balance.beans", "8", "38"),
            ("vouchers: 1", "vouchers: 2", "step 7 (line 30): vouchers", "2", "1"),
        ])
    func fails(right: String, wrong: String, what: String, expected: String, actual: String) throws {
        let tests = Self.steps.replacing(right, with: wrong, maxReplacements: 1)
        let outcome = try #require(DocumentTests.run(Programs.load(Self.document(tests))).first)
        #expect(
            outcome.differences == [ProgramTests.Outcome.Difference(what: what, expected: expected, actual: actual)])
    }

    @Test("a refusal that nobody expects tells its reason")
    func unexpectedRefusal() throws {
        let tests = Self.steps.replacing("expect: { refused: true }", with: "expect: {}")
        let outcome = try #require(DocumentTests.run(Programs.load(Self.document(tests))).first)
        #expect(outcome.differences.map(\.expected) == ["accepted"])
        #expect(outcome.differences[0].actual.contains("insufficientPoints"))
    }

    @Test(
        "steps that make no sense are refused with their place",
        arguments: [
            ("- wait: 5 days", "- wait: yesterday", "must be a span such as `30 days`"),
            ("of: a, items", "of: z, items", "no purchase above is called `z`"),
            ("id: b, items", "id: a, items", "`a` is there twice"),
            ("{ reward: mug }", "{ reward: mugg }", "there is no reward `mugg`"),
            ("type: survey,", "type: birthday,", "`birthday` happens by itself"),
            ("2027-05-16T10", "2025-05-16T10", "must not be before the step above"),
            ("time: \"2026-05-16T10:00:00+09:00\", ", "", "`time` is missing"),
            ("balance: { beans: 100 } }", "tier: gold }", "a test with steps begins with a new member"),
        ])
    func mistakes(right: String, wrong: String, message: String) {
        let tests = Self.steps.replacing(right, with: wrong, maxReplacements: 1)
        let outcome = Loader.load(Self.document(tests), file: "test.yaml", zones: Programs.zones)
        #expect(outcome.program == nil)
        #expect(outcome.diagnostics.contains { $0.message.contains(message) }, "\(outcome.diagnostics)")
    }
}
