/// A mapping of a document, with its path.
struct Section {
    let field: Field
    let entries: [DocumentNode.Entry]

    var path: String { field.path }
    var position: Position { field.node.position }
    private var report: Report { field.report }

    /// The value of a key, if the key is there.
    subscript(_ key: String) -> Field? {
        entries.first { $0.key == key }.map { self.field(of: $0) }
    }

    /// The value of a key that has to be there.
    func required(_ key: String) -> Field? {
        if let field = self[key] { return field }
        report.error(position, path, "`\(key)` is missing")
        return nil
    }

    /// The values of all keys, in the order of the document.
    var fields: [(key: String, keyField: Field, value: Field)] {
        entries.map { entry in
            let key = DocumentNode(position: entry.position, content: .scalar(entry.key, isPlain: false))
            let value = field(of: entry)
            return (entry.key, Field(node: key, path: value.path, report: report), value)
        }
    }

    func has(_ key: String) -> Bool {
        entries.contains { $0.key == key }
    }

    /// Reports every key that the vocabulary does not know, or knows only for later.
    func check(_ vocabulary: Vocabulary) {
        for (key, keyField, _) in fields where !vocabulary.keys.contains(key) && !report.isFull {
            if vocabulary.later.contains(key) {
                keyField.refuseLater(quoted(key))
            } else {
                keyField.refuse("\(quoted(key)) is not known here", hint: vocabulary.hint(for: key))
            }
        }
    }

    private func field(of entry: DocumentNode.Entry) -> Field {
        Field(node: entry.value, path: DocumentPath.appending(entry.key, to: path), report: report)
    }
}
