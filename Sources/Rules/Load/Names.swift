/// The ids of one kind of thing in a document, in order, to check that they differ and to find what a reference means.
struct Names {
    /// What the ids name, in the singular: `rule`.
    let noun: String
    /// `nil` where an id could not be read, so that indices stay those of the document.
    private(set) var ids: [String?] = []
    private var lines: [String: Int] = [:]

    init(_ noun: String) {
        self.noun = noun
    }

    /// Adds the next id, and reports one that was there before.
    mutating func add(_ id: String?, at field: Field?) {
        ids.append(id)
        guard let id, let field else { return }
        if let line = lines[id] {
            field.refuse("the \(noun) `\(id)` is there twice", hint: "first on line \(line)")
        } else {
            lines[id] = field.node.position.line
        }
    }

    /// The index of what a field names; reports a name that there is not.
    func index(of field: Field?) -> Int? {
        guard let field, let text = field.text() else { return nil }
        return index(of: text, at: field)
    }

    /// The index of an id that stands at a field; reports one that there is not.
    func index(of id: String, at field: Field) -> Int? {
        if let index = ids.firstIndex(of: id) { return index }
        let known = ids.compactMap(\.self)
        let hint =
            Spelling.nearest(to: id, in: known).map { "did you mean `\($0)`?" }
            ?? (known.isEmpty ? "there is none at all" : "there is \(known.map { "`\($0)`" }.joined(separator: ", "))")
        field.refuse("there is no \(noun) \(quoted(id))", hint: hint)
        return nil
    }
}
