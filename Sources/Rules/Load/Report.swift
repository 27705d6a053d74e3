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

    init(file: String) {
        self.file = file
    }

    /// Whether the document has to be refused.
    var hasErrors: Bool {
        diagnostics.contains { $0.severity == .error }
    }

    /// Everything found, in the order of the document.
    var sorted: [Diagnostic] {
        // The sort has to keep the order of finding at the same place.
        diagnostics.enumerated()
            .sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element)
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
        diagnostics.append(
            Diagnostic(
                severity: severity, file: file, line: position.line, column: position.column, path: path,
                message: message, hint: hint))
    }
}
