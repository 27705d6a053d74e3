extension ProgramBuilder {
    static let mostAttributes = 50
    static let longestText: Int64 = 256

    /// Reads `profile`: the attributes of members by their names.
    mutating func readProfile() {
        guard let field = section["profile"], let attributes = field.openSection() else { return }
        if attributes.entries.count > ProgramBuilder.mostAttributes {
            field.refuse("there must be at most \(ProgramBuilder.mostAttributes) attributes")
        }
        for (name, keyField, value) in attributes.fields {
            guard ProgramBuilder.isName(name) else {
                keyField.refuse(
                    "\(quoted(name)) is not a name", hint: "lower-case letters, digits and underscores, letter first")
                continue
            }
            if let attribute = readAttribute(name, value) { profile.append(attribute) }
        }
    }

    private enum TypeWord: String, CaseIterable {
        case string, integer, boolean, date
    }

    private func readAttribute(_ name: String, _ field: Field) -> ProfileAttribute? {
        guard let section = field.section(.attribute),
            let type = section.required("type")?.choice(TypeWord.self)
        else { return nil }
        let allowed: [String] =
            switch type {
            case .string: ["max", "values"]
            case .integer: ["from", "to"]
            case .boolean, .date: []
            }
        for key in ["max", "values", "from", "to"] where !allowed.contains(key) {
            section[key]?.refuse("`\(key)` means nothing for the type `\(type.rawValue)`", hint: "take it out")
        }
        switch type {
        case .string:
            let most = section["max"].map { $0.integer(in: 1...ProgramBuilder.longestText) } ?? 64
            let values = section["values"].map { $0.texts() } ?? []
            guard let most, let values else { return nil }
            return ProfileAttribute(name: name, type: .string(max: Int(most), values: values))
        case .integer:
            let from = section["from"].map { $0.integer(in: Int64.min...Int64.max) } ?? Int64.min
            let to = section["to"].map { $0.integer(in: Int64.min...Int64.max) } ?? Int64.max
            guard let from, let to else { return nil }
            guard from <= to else {
                section["to"]?.refuse("must be at least `from`, which is \(from)")
                return nil
            }
            return ProfileAttribute(name: name, type: .integer(from...to))
        case .boolean: return ProfileAttribute(name: name, type: .boolean)
        case .date: return ProfileAttribute(name: name, type: .date)
        }
    }

    /// Whether expressions can write a name behind a dot.
    private static func isName(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
    }
}
