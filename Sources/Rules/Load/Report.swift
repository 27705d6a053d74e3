/// A place in a document; both counted from 1.
struct Position: Hashable, Comparable {
    let line: Int
    /// In Unicode scalars.
    let column: Int

    static func < (left: Position, right: Position) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Collects what is wrong while a document is read, so that everything can be told at once.
final class Report {
    private let file: String
    private var diagnostics: [Diagnostic] = []
    /// The characters of the document, to find places inside a value.
    var text: DocumentText?

    init(file: String) {
        self.file = file
    }

    /// Whether the document has to be refused.
    private(set) var hasErrors = false

    /// More problems than this nobody reads at once.
    private static let mostDiagnostics = 100

    /// Whether there are so many problems already that no further one needs to be looked for.
    var isFull: Bool { diagnostics.count >= 10 * Report.mostDiagnostics }

    /// What was found, in the order of the document.
    var sorted: [Diagnostic] {
        // The sort has to keep the order of finding at the same place.
        let sorted = diagnostics.enumerated().sorted { left, right in
            (left.element.line, left.element.column, left.offset)
                < (right.element.line, right.element.column, right.offset)
        }.map(\.element)
        // Where there is not room for all, the errors matter.
        guard sorted.count > Report.mostDiagnostics else { return sorted }
        return Array(sorted.filter { $0.severity == .error }.prefix(Report.mostDiagnostics))
    }

    func error(_ position: Position, _ path: String, _ message: String, hint: String? = nil) {
        add(.error, position, path, message, hint)
    }

    func warning(_ position: Position, _ path: String, _ message: String, hint: String? = nil) {
        add(.warning, position, path, message, hint)
    }

    private func add(
        _ severity: Diagnostic.Severity, _ position: Position, _ path: String, _ message: String, _ hint: String?
    ) {
        if severity == .error { hasErrors = true }
        guard !isFull else { return }
        diagnostics.append(
            Diagnostic(
                severity: severity, file: file, line: position.line, column: position.column, path: path,
                message: message, hint: hint))
    }
}
