import Foundation
import Rules
import Testing

@Suite("Tests inside documents") struct OwnTestsTests {
    @Test("the programs that come along load without a warning and pass their own tests")
    func examples() throws {
        let names = try exampleDocuments()
        #expect(names == ["airline", "business", "coffee", "fashion", "grocery", "hotel"])
        for name in names {
            let outcome = Loader.load(try exampleDocument(name), file: "rules/\(name).yaml", zones: zones)
            let said = outcome.diagnostics.map(\.description).joined(separator: "\n")
            #expect(said == "")
            let program = try #require(outcome.program)
            #expect(["en", "ja"].allSatisfy { language in program.title.entries.contains { $0.language == language } })
            let outcomes = ProgramTests.run(program)
            #expect(outcomes.count >= 6)
            for outcome in outcomes { #expect(outcome.differences.isEmpty, "\(name): \(outcome.name)") }
            // No rule is there for decoration: each one pays in some test.
            for rule in program.rules.indices {
                if case .stamp(let card) = program.rules[rule].action, card.reward != nil {
                    let steps = program.scenarios.flatMap(\.steps)
                    #expect(steps.contains { $0.expected.vouchers ?? 0 > 0 }, "\(name): no test fills the card")
                    continue
                }
                if [.referral, .referred].contains(program.rules[rule].event) {
                    let steps = program.scenarios.flatMap(\.steps)
                    #expect(steps.contains { !$0.expected.referrer.isEmpty }, "\(name): no test brings a member")
                    continue
                }
                let pays = try program.tests.contains { test in
                    try program.evaluate(test.facts, used: test.used, shared: test.shared).awards.contains {
                        $0.rule == rule
                    }
                }
                #expect(pays, "\(name): \(program.rules[rule].id) never pays")
            }
        }
    }

    @Test("the document of the page about programs loads without a warning and passes its tests")
    func page() throws {
        let page = try String(contentsOf: repository.appending(path: "docs/using/programs.md"), encoding: .utf8)
        let document = try #require(page.components(separatedBy: "```yaml\n").dropFirst().first)
        let text = try #require(document.components(separatedBy: "\n```").first)
        #expect(Loader.load(text, file: "page", zones: zones).diagnostics.map(\.description) == [])
        let outcomes = ProgramTests.run(try program(text))
        #expect(outcomes.count == 2)
        for outcome in outcomes { #expect(outcome.differences.isEmpty, "\(outcome.name)") }
    }

    @Test("a test that fails says what it expected and what it got")
    func differences() throws {
        let text = """
            \(MistakesTable.base.replacingOccurrences(of: "p: {}", with: "p: {}\n  q: {}").dropLast(10))
              - { id: gift, event: purchase, earn: { points: 5, into: q } }
            tests:
              - name: right
                order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 250 }, { amount: 50 }] }
                expect: { p: 3, q: 5, rules: { base: 3, gift: 5 } }
              - name: wrong
                order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 250 }] }
                expect: { p: 3, rules: { base: 3, gift: 0 } }
              - name: nothing named
                order: { time: "2026-05-16T10:00:00+09:00", items: [] }
                expect: {}
            """
        let outcomes = ProgramTests.run(try program(text))
        #expect(outcomes.map(\.name) == ["right", "wrong", "nothing named"])
        #expect(outcomes.map(\.passed) == [true, false, false])
        #expect(outcomes.map(\.line) == [15, 18, 21])
        #expect(
            outcomes[1].differences.map { "\($0.what): \($0.actual), not \($0.expected)" } == [
                "p: 2, not 3", "q: 5, not nothing, as `expect` does not name it", "rules.base: 2, not 3",
                "rules.gift: 5, not 0",
            ])
        #expect(outcomes[2].differences.map(\.what) == ["q"])
    }

    @Test("a test whose order overflows fails")
    func overflow() throws {
        let text = MistakesTable.base.replacingOccurrences(
            of: "tests: []",
            with: """
                tests:
                  - name: too much
                    order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: \(Int64.max) }, { amount: 1 }] }
                    expect: { p: 1 }
                """)
        let outcome = try #require(ProgramTests.run(try program(text)).first)
        #expect(outcome.differences.map(\.actual) == ["amounts that do not fit 64 bits"])
    }
}
