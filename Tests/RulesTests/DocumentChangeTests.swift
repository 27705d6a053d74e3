import Rules
import TestSupport
import Testing

@Suite("What a document changes")
struct DocumentChangeTests {
    private static let base = """
        id: coffee
        title: { en: Coffee, ja: コーヒー }
        rules:
          - { id: base, earn: { points: 1, per: 100 } }
          - { id: gold, when: 'member.tier == "gold"', multiply: { factor: "1.5" } }
        campaigns: [{ id: june, budget: { points: 1000 } }]
        tests:
          - { name: ten, expect: { beans: 10 } }
        words: [a, b]
        """

    @Test(
        "is told entry by entry",
        arguments: [
            // (what is replaced, by what, the changes)
            ("", "", []),
            ("points: 1, per", "points: 2, per", ["changed rules[base].earn.points: 1 > 2"]),
            ("{ en: Coffee, ja: コーヒー }", "\n  ja: \"コーヒー\"\n  en: Coffee", []),
            (
                "id: base, earn", "id: basic, earn",
                [
                    "added rules[basic]: - > { id: basic, earn: { points: 1, per: 100 } }",
                    "removed rules[base]: { id: base, earn: { points: 1, per: 100 } } > -",
                ]
            ),
            ("rules:\n", "rules:\n  - { id: new, earn: 5 }\n", ["added rules[new]: - > { id: new, earn: 5 }"]),
            (
                "campaigns: [{ id: june, budget: { points: 1000 } }]\n", "",
                [
                    "removed campaigns[june]: { id: june, budget: { points: 1000 } } > -"
                ]
            ),
            ("{ points: 1000 }", "500", ["changed campaigns[june].budget: { points: 1000 } > 500"]),
            ("expect: { beans: 10 }", "expect: { beans: 11 }", ["changed tests[ten].expect.beans: 10 > 11"]),
            ("[a, b]", "[b, a]", ["changed words: [a, b] > [b, a]"]),
            ("title:", "late_limit: 30 days\ntitle:", ["added late_limit: - > 30 days"]),
        ] as [(String, String, [String])])
    func changes(old: String, new: String, expected: [String]) throws {
        let later = old.isEmpty ? Self.base : Self.base.replacing(old, with: new)
        let changes = try #require(DocumentChange.between(Self.base, later))
        #expect(
            changes.map { "\($0.kind.rawValue) \($0.path): \($0.before ?? "-") > \($0.after ?? "-")" } == expected)
    }

    @Test("includes another order of rules, which decides in what order they count")
    func order() throws {
        let lines = Self.base.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var swapped = lines
        swapped.swapAt(3, 4)
        let changes = try #require(DocumentChange.between(Self.base, swapped.joined(separator: "\n")))
        #expect(changes.map(\.path) == ["rules (order)"])
        #expect(changes.first?.before == "base, gold")
        #expect(changes.first?.after == "gold, base")
    }

    @Test("is not told of what is no document", arguments: ["", "a: [", "a: &x 1", "a: 1\na: 2"])
    func unreadable(text: String) {
        #expect(DocumentChange.between(Self.base, text) == nil)
        #expect(DocumentChange.between(text, Self.base) == nil)
    }

    @Test("is nothing between a document and itself", arguments: [Programs.coffee, Programs.remembering])
    func same(document: String) {
        #expect(DocumentChange.between(document, document) == [])
    }
}
