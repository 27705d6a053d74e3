/// Writes paths such as `rules[2].earn.per`.
enum DocumentPath {
    /// The path of a key; one of unreasonable length is cut.
    static func appending(_ key: String, to path: String) -> String {
        path.isEmpty ? shortened(key) : "\(path).\(shortened(key))"
    }
}

/// A text of a document for a message: in backquotes, and cut where it is of unreasonable length.
func quoted(_ text: String) -> String {
    "`\(shortened(text))`"
}

private func shortened(_ text: String) -> String {
    text.unicodeScalars.count <= 80 ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(79))) + "…"
}
