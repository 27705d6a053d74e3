import CEL
import Foundation
import Testing

// docs/reference/cel.md says what of the language is there. Its examples are run, and its lists are those of the
// code; RECORD_REFERENCE=1 writes the lists anew.

@Suite("the reference of expressions")
struct ReferenceTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/reference/cel.md")

    @Test("every example gives what stands beside it")
    func examples() throws {
        let page = try String(contentsOf: Self.file, encoding: .utf8)
        var count = 0
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let parts = line.split(separator: "`")
            guard parts.count == 5 else { continue }
            #expect(try evaluate(String(parts[1])).shown == String(parts[3]), "\(parts[1])")
            count += 1
        }
        #expect(count >= 20)
    }

    @Test("the lists are those of the code")
    func lists() throws {
        let page = try String(contentsOf: Self.file, encoding: .utf8)
        var expected = page
        for (name, lines) in [("functions", Self.functions), ("limits", Self.limits)] {
            let start = try #require(expected.range(of: "<!-- \(name) -->\n"))
            let end = try #require(expected.range(of: "<!-- /\(name) -->"))
            expected.replaceSubrange(start.upperBound..<end.lowerBound, with: lines.joined(separator: "\n") + "\n")
        }
        if ProcessInfo.processInfo.environment["RECORD_REFERENCE"] == "1" {
            try expected.write(to: Self.file, atomically: true, encoding: .utf8)
        } else {
            #expect(page == expected, "write it anew with RECORD_REFERENCE=1")
        }
    }

    private static var functions: [String] {
        let standard = StandardDeclarations.functions(crossTypeNumericComparisons: true)
        var lines = ["| library | functions |", "|---|---|", "| standard | \(names(of: standard)) |"]
        for library in Library.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
            let names = names(of: library.functions)
            lines.append("| \(library.rawValue) | \(names.isEmpty ? "macros alone" : names) |")
        }
        return lines
    }

    /// The names that can be written, those of methods with a dot before them.
    private static func names(of functions: [FunctionDeclaration]) -> String {
        functions.filter { !$0.name.contains("@") && !$0.name.contains("_") && $0.name.contains(where: \.isLetter) }
            .map { $0.overloads.allSatisfy(\.isMember) ? "`.\($0.name)`" : "`\($0.name)`" }.sorted()
            .joined(separator: " ")
    }

    private static var limits: [String] {
        let limits = ParserOptions.Limits()
        let budget = EvaluationBudget()
        return ["| limit | default |", "|---|---|"]
            + [
                ("characters of the source", UInt64(limits.sourceLength)), ("depth of nesting", UInt64(limits.depth)),
                ("macros in one another", UInt64(limits.macroDepth)), ("parts of the tree", UInt64(limits.nodes)),
                ("cost of an evaluation", budget.cost), ("work of an evaluation", budget.work),
            ].map { "| \($0) | \($1) |" }
    }
}
