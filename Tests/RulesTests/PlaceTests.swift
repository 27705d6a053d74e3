import Rules
import Testing

/// Where in the document a mistake inside an expression is, whatever way the expression was written in.
@Suite("Places inside expressions") struct PlaceTests {
    /// How an expression is written. What is wrong is at `.amonut`, or behind the last word where that is not there.
    struct Writing: Sendable, CustomTestStringConvertible {
        let name: String
        /// The lines from `when:` on; the first one is line 10 of the document.
        let lines: [String]

        var testDescription: String { name }

        /// The line and the column of the mistake in the document.
        var place: String {
            for (index, line) in lines.enumerated() {
                guard let word = line.firstRange(of: ".amonut") else { continue }
                return "\(index + 10):\(line[..<word.lowerBound].unicodeScalars.count + 1)"
            }
            let last = lines.last?.drop { $0 != ">" } ?? ""
            let behind = (lines.last?.unicodeScalars.count ?? 0) - last.unicodeScalars.count + ">=".count + 1
            return "\(lines.count + 9):\(behind)"
        }
    }

    static let writings: [Writing] = [
        Writing(name: "plain", lines: ["    when: order.amonut >= 500"]),
        Writing(
            name: "plain over two lines", lines: ["    when: order.store == \"s1\" &&", "      order.amonut >= 500"]),
        Writing(name: "single quotes", lines: ["    when: 'order.amonut >= 500'"]),
        Writing(
            name: "single quotes with two apostrophes",
            lines: ["    when: 'order.store == ''s1'' && order.amonut >= 500'"]),
        Writing(name: "double quotes", lines: [#"    when: "order.amonut >= 500""#]),
        Writing(
            name: "double quotes with escapes",
            lines: [#"    when: "order.store == \"s\\\\1\" && \u0020\x20order.amonut >= 500""#]),
        Writing(
            name: "double quotes with an escaped line end",
            lines: [#"    when: "order.store == \"s1\" && \"#, #"      order.amonut >= 500""#]),
        Writing(
            name: "double quotes with Japanese as escapes",
            lines: [#"    when: "order.store == \"\u6771\u4eac\" && order.amonut >= 500""#]),
        Writing(
            name: "a folded block",
            lines: ["    when: >-", "      order.store == \"s1\" &&", "      order.amonut >= 500"]),
        Writing(
            name: "a folded block with an empty line and a comment on its head",
            lines: ["    when: >-  # in May", "      order.store == \"s1\"", "", "      && order.amonut >= 500"]),
        Writing(
            name: "a literal block",
            lines: ["    when: |", "      order.store == \"s1\" &&", "        order.amonut >= 500"]),
        Writing(
            name: "Japanese before it on the line",
            lines: ["    when: 'order.store == \"東京の本店\" && order.amonut >= 500'"]),
        Writing(
            name: "characters outside the basic plane",
            lines: ["    when: >-", "      order.store == \"😀絆\" && order.amonut >= 500"]),
        Writing(
            name: "the end, where something is missing", lines: ["    when: 'order.amount >='"]),
        Writing(
            name: "the end of a folded block", lines: ["    when: >-", "      order.amount >="]),
    ]

    private static func document(_ writing: Writing, _ lineEnd: String) -> String {
        let base = MistakesTable.base.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return (base[..<9] + writing.lines + base[9...]).joined(separator: lineEnd)
    }

    @Test("a mistake is told at its line and column", arguments: writings, ["\n", "\r\n"])
    func places(writing: Writing, lineEnd: String) throws {
        let outcome = Loader.load(PlaceTests.document(writing, lineEnd), file: "f", zones: zones)
        let diagnostic = try #require(outcome.diagnostics.first)
        #expect(diagnostic.path == "rules[0].when")
        #expect("\(diagnostic.line):\(diagnostic.column)" == writing.place, "\(diagnostic)")
    }

    @Test(
        "in JSON too, behind escapes and surrogate pairs",
        arguments: [
            #""order.amonut >= 500""#, #""order.store == \"s1\" && order.amonut > 5""#,
            #""order.store == \"\ud83d\ude00\" && order.amonut > 5""#, #""order.store == \"東\/\" && order.amonut > 5""#,
        ])
    func json(expression: String) throws {
        let head =
            #"{"schema":"kizuna.program/v1","id":"shop","money":{"currency":"JPY","base":"tax_included"},"#
            + #""timezone":"Asia/Tokyo","points":{"p":{}},"rules":[{"id":"base","event":"purchase","earn":{"points":1},"when":"#
        let outcome = Loader.load(head + expression + "}],\"tests\":[]}", file: "f", zones: zones)
        let diagnostic = try #require(outcome.diagnostics.first)
        #expect(diagnostic.message.hasPrefix("undefined field 'amonut'"))
        #expect(diagnostic.line == 1)
        let before = expression[..<(try #require(expression.firstRange(of: ".amonut")).lowerBound)]
        #expect(diagnostic.column == head.unicodeScalars.count + before.unicodeScalars.count + 1)
    }
}
