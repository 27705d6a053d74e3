import JSON
import Loyalty
import Methods
import Rules
import Time

/// What came of checking a document, for people and for programs.
struct RulesCheckReport {
    private let file: String
    private let program: Program?
    private let problems: [Diagnostic]
    private let tests: [ProgramTests.Outcome]

    init(_ document: [UInt8], file: String, zones: @escaping ZoneProvider) {
        let outcome = Loader.load(document, file: file, zones: zones)
        self.file = file
        program = outcome.program
        problems = outcome.diagnostics
        tests = outcome.program.map { DocumentTests.run($0) } ?? []
    }

    private var failedTests: Int { tests.count { !$0.passed } }

    /// Whether the document can be used and does what its tests say.
    var isClean: Bool { program != nil && failedTests == 0 }

    // MARK: For people

    func text(_ style: Style) -> String {
        var text = problems.map { describe($0, style) }.joined()
        if !tests.isEmpty {
            if !text.isEmpty { text += "\n" }
            text += testTable(style)
        }
        return text + (text.isEmpty ? "" : "\n") + verdict(style) + "\n"
    }

    private func describe(_ problem: Diagnostic, _ style: Style) -> String {
        let place = problem.path.isEmpty ? "" : "\(SafeText.text(problem.path)): "
        let severity = style.paint("\(problem.severity.rawValue):", problem.severity == .error ? .bad : .warning)
        let position = style.paint("\(problem.file):\(problem.line):\(problem.column):", .heading)
        var text = "\(position) \(severity) \(place)\(SafeText.text(problem.message))\n"
        if let hint = problem.hint { text += "    \(style.paint("hint:", .quiet)) \(SafeText.text(hint))\n" }
        return text
    }

    private func testTable(_ style: Style) -> String {
        guard failedTests > 0 else {
            var table = Table(.right("LINE"), .left("TEST"), .left("RESULT"))
            for test in tests { table.add(["\(test.line)", Table.Cell(test.name), Table.Cell("pass", .good)]) }
            return table.text(style)
        }
        var table = Table(.right("LINE"), .left("TEST"), .left("RESULT"), .left("EXPECTED"), .left("ACTUAL"))
        for test in tests {
            let result = test.passed ? Table.Cell("pass", .good) : Table.Cell("FAIL", .bad)
            table.add(["\(test.line)", Table.Cell(test.name), result, "", ""])
            for difference in test.differences {
                table.add([
                    "", "", Table.Cell("  " + difference.what), Table.Cell(difference.expected),
                    Table.Cell(difference.actual, .bad),
                ])
            }
        }
        return table.text(style)
    }

    private func verdict(_ style: Style) -> String {
        guard let program else {
            let errors = problems.count { $0.severity == .error }
            return style.paint("\(file) cannot be used: \(count(errors, "error")).", .bad)
        }
        let name = "\(file) (\(program.id))"
        if failedTests > 0 {
            return style.paint("\(name) fails \(failedTests) of its \(count(tests.count, "test")).", .bad)
        }
        let warnings = problems.isEmpty ? "" : ", with \(count(problems.count, "warning"))"
        let passed = tests.isEmpty ? "; it has no tests" : " and passes its \(count(tests.count, "test"))"
        return style.paint("\(name) can be used\(passed)\(warnings).", .good)
    }

    private func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    // MARK: For programs

    var json: String {
        JSONText.line { json in
            json.beginObject()
            json.member("file", file)
            json.member("ok", isClean)
            if let program { json.member("program", program.id) }
            json.key("problems")
            json.beginArray()
            for problem in problems { json.diagnostic(problem) }
            json.endArray()
            json.key("tests")
            json.beginArray()
            for test in tests { json.testOutcome(test) }
            json.endArray()
            json.endObject()
        }
    }
}
