import Foundation

// Reads the conformance tables that stand beside the project. A checkout without them runs the other tests and says
// plainly which suites it skipped.

/// One row of a table.
struct Row {
    let fields: [String: Any]

    subscript(key: String) -> Any? { fields[key] }

    /// A field that is a string.
    func string(_ key: String) -> String? { fields[key] as? String }

    /// The expression of the row.
    var expression: String { string("expr") ?? "" }

    /// Whether a field is present and true.
    func flag(_ key: String) -> Bool { fields[key] as? Bool ?? false }

    /// Rows nested in a field, such as declarations.
    func rows(_ key: String) -> [Row] { (fields[key] as? [[String: Any]] ?? []).map(Row.init) }
}

/// A table of conformance tests.
struct Suite {
    let name: String
    let rows: [Row]

    /// Loads a table of `suites/cel`, or says that it is skipped.
    static func load(_ name: String) throws -> Suite? {
        let folder =
            ProcessInfo.processInfo.environment["KIZUNA_SUITES"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/suites")
        let path = folder.appendingPathComponent("cel").appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: path.path) else {
            print("SKIPPED: \(name) is not at \(path.path)")
            return nil
        }
        let rows = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [[String: Any]] ?? []
        return Suite(name: name, rows: rows.map(Row.init))
    }

    /// Runs every row, prints how many are as expected, and gives what differs from the listed deviations.
    ///
    /// `check` gives nil when the row is as expected, else what is wrong with it.
    func differences(except deviations: [Deviation], _ check: (Row) -> String?) -> [String] {
        var problems: [String] = []
        var expected = Set(deviations.map(\.expression))
        var passed = 0
        var deviated = 0
        for row in rows {
            guard let problem = check(row) else {
                passed += 1
                continue
            }
            if expected.contains(row.expression) {
                expected.remove(row.expression)
                deviated += 1
            } else if !deviations.contains(where: { $0.expression == row.expression }) {
                problems.append("\(row.expression): \(problem)")
            } else {
                deviated += 1
            }
        }
        problems += expected.sorted().map { "\($0): listed as a deviation, but it is as expected" }
        print("\(name): \(passed) of \(rows.count) equal, \(deviated) listed deviations")
        return problems
    }
}
