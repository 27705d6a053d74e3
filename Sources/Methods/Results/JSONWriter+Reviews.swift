public import JSON
public import Rules

// What is wrong with a document, and what came of its tests, in one shape for the wire and for the command line.

extension JSONWriter {
    /// Writes what is wrong at one place of a document.
    public mutating func diagnostic(_ problem: Diagnostic) {
        beginObject()
        member("severity", problem.severity.rawValue)
        member("line", Int64(problem.line))
        member("column", Int64(problem.column))
        member("path", problem.path)
        member("message", problem.message)
        if let hint = problem.hint { member("hint", hint) }
        endObject()
    }

    /// Writes what came of one test of a document.
    public mutating func testOutcome(_ test: ProgramTests.Outcome) {
        beginObject()
        member("name", test.name)
        member("line", Int64(test.line))
        member("passed", test.passed)
        key("differences")
        beginArray()
        for difference in test.differences {
            beginObject()
            member("what", difference.what)
            member("expected", difference.expected)
            member("actual", difference.actual)
            endObject()
        }
        endArray()
        endObject()
    }
}
