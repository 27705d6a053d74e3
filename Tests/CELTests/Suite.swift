import Foundation
import Testing

// Reads the conformance tables that stand beside the project. A checkout without them runs the other tests and tells
// which ones it skips.

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

    private static let folder: URL = {
        let suites =
            ProcessInfo.processInfo.environment["KIZUNA_SUITES"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/suites")
        return suites.appendingPathComponent("cel")
    }()

    /// Where a table of `suites/cel` is, or would be.
    fileprivate static func path(of name: String) -> URL { folder.appendingPathComponent(name) }

    /// Loads a table of `suites/cel`.
    static func load(_ name: String) throws -> Suite {
        let table = try JSONSerialization.jsonObject(with: Data(contentsOf: path(of: name)))
        return Suite(name: name, rows: (table as? [[String: Any]] ?? []).map(Row.init))
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

extension Trait where Self == ConditionTrait {
    /// Skips where a table of `suites/cel` is absent.
    static func table(_ name: String) -> Self {
        let path = Suite.path(of: name).path
        return .enabled(
            if: FileManager.default.fileExists(atPath: path), Comment(rawValue: "the table \(path) is absent"))
    }
}
