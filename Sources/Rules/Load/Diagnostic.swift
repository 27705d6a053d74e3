/// A problem in a document, with the place where it is.
public struct Diagnostic: Hashable, Sendable {
    /// How bad a problem is.
    public enum Severity: String, Hashable, Sendable {
        /// The document is refused.
        case error
        /// The document loads, but says something that was probably not meant.
        case warning
    }

    public let severity: Severity
    /// The name the document was loaded under.
    public let file: String
    /// Counted from 1.
    public let line: Int
    /// Counted from 1, in Unicode scalars.
    public let column: Int
    /// Where in the document, such as `rules[2].earn.per`; empty for the document as a whole.
    public let path: String
    /// What is wrong, as a sentence without its full stop.
    public let message: String
    /// What to write instead, where that is known.
    public let hint: String?
}

extension Diagnostic: CustomStringConvertible {
    /// One line, as compilers write it: `coffee.yaml:12:9: error: rules[2].earn.per: must be at least 1 (…)`.
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        let advice = hint.map { " (\($0))" } ?? ""
        return "\(file):\(line):\(column): \(severity.rawValue): \(place)\(message)\(advice)"
    }
}
