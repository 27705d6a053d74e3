import Foundation
import Rules
import Testing

@Suite("Wrong documents") struct MistakesTests {
    /// One case of the table.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var section = ""
        var name = ""
        var removed: [String] = []
        var added: [String] = []
        var document: [String]?
        var expected: [String] = []

        var testDescription: String { "\(section): \(name)" }

        /// The wrong document.
        var text: String {
            if let document { return document.map { $0 + "\n" }.joined() }
            guard !removed.isEmpty else { return "" }
            let old = removed.map { $0 + "\n" }.joined()
            guard let range = MistakesTable.base.range(of: old) else { return "the base has no such lines" }
            return MistakesTable.base.replacingCharacters(in: range, with: added.map { $0 + "\n" }.joined())
        }
    }

    static let mistakes: [Mistake] = {
        var mistakes: [Mistake] = []
        var section = ""
        for line in MistakesTable.text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("# ") {
                section = String(line.dropFirst(2))
            } else if line.hasPrefix("* ") {
                mistakes.append(Mistake(section: section, name: String(line.dropFirst(2))))
            } else if line.hasPrefix("  - ") {
                mistakes[mistakes.count - 1].removed.append(String(line.dropFirst(4)))
            } else if line.hasPrefix("  + ") {
                mistakes[mistakes.count - 1].added.append(String(line.dropFirst(4)))
            } else if line.hasPrefix("  = ") {
                mistakes[mistakes.count - 1].document = (mistakes.last?.document ?? []) + [String(line.dropFirst(4))]
            } else {
                mistakes[mistakes.count - 1].expected.append(String(line.dropFirst(4)))
            }
        }
        return mistakes
    }()

    @Test("every mistake is told with its place, its words and its hint", arguments: mistakes)
    func mistake(_ mistake: Mistake) {
        let outcome = Loader.load(mistake.text, file: "f", zones: zones)
        let said = outcome.diagnostics.flatMap { diagnostic in
            let place = diagnostic.path.isEmpty ? "" : "\(diagnostic.path): "
            let line = "\(diagnostic.line):\(diagnostic.column): \(diagnostic.severity): \(place)\(diagnostic.message)"
            return [line] + (diagnostic.hint.map { ["  " + $0] } ?? [])
        }
        #expect(said == mistake.expected)
        #expect((outcome.program != nil) == !said.contains { $0.contains(": error: ") })
    }

    @Test("the table has many cases, and the base has none of their mistakes")
    func table() {
        #expect(MistakesTests.mistakes.count >= 190)
        let outcome = Loader.load(MistakesTable.base, file: "f", zones: zones)
        #expect(outcome.program != nil)
        #expect(outcome.diagnostics.isEmpty)
    }

    @Test("a diagnostic reads like those of a compiler")
    func description() throws {
        let text = MistakesTable.base.replacingOccurrences(of: "JPY", with: "jpy")
        let diagnostic = try #require(Loader.load(text, file: "rules/shop.yaml", zones: zones).diagnostics.first)
        #expect(
            diagnostic.description
                == "rules/shop.yaml:3:20: error: money.currency: "
                + "`jpy` is not an active ISO 4217 currency with a minor unit (write JPY)")
    }
}
