/// One thing found wrong with an expression, where it is, and what might help.
public struct Diagnostic: Hashable, Sendable {
    /// How bad it is.
    public enum Severity: Hashable, Sendable {
        /// The expression cannot be used.
        case error
        /// The expression works, but probably not as its author wished.
        case warning
    }

    /// How bad it is.
    public let severity: Severity
    /// The offset in the source, in Unicode scalars; nil when the whole expression is meant.
    public let offset: Int?
    /// Line and column of the offset; nil when the whole expression is meant.
    public let position: Source.Position?
    /// What is wrong.
    public let message: String
    /// What the author could write instead, such as `did you mean "gold"?`.
    public let hint: String?

    /// Makes a diagnostic about a place in a source.
    public init(
        _ severity: Severity = .error, at offset: Int?, of source: Source, _ message: String, hint: String? = nil
    ) {
        self.severity = severity
        self.offset = offset
        self.position = offset.map(source.position(of:))
        self.message = message
        self.hint = hint
    }

    /// The diagnostic with the offending line and a caret below it, as people read it.
    public func rendered(in source: Source, name: String = "<input>") -> String {
        let kind = severity == .error ? "ERROR" : "WARNING"
        var text = "\(kind): \(name)"
        if let position { text += ":\(position.line):\(position.column)" }
        text += ": \(message)"
        if let hint { text += " (\(hint))" }
        if let position, let line = source.line(position.line) {
            let shown = line.replacing("\t", with: " ")
            let before = line.unicodeScalars.prefix(position.column - 1)
            text += "\n | \(shown)\n | \(String(before.map { $0.isWide ? "\u{FF0E}" : "." as Character }))^"
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether terminals show the scalar in two columns, as they do most of Chinese, Japanese and Korean.
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}

/// The reasons why an expression was refused, in order of their place.
public struct Diagnostics: Error, Hashable, Sendable {
    /// The text the diagnostics are about.
    public let source: Source
    /// The diagnostics in the order of their places.
    public let all: [Diagnostic]

    /// Gathers diagnostics about one source.
    public init(source: Source, all: [Diagnostic]) {
        self.source = source
        self.all = all
    }

    /// All diagnostics as people read them.
    public func rendered(name: String = "<input>") -> String {
        all.map { $0.rendered(in: source, name: name) }.joined(separator: "\n")
    }
}
