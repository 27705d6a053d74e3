import JSON

/// Reads the fields of one foreign purchase and collects what is wrong with them.
struct PurchaseDraft {
    private(set) var problems: [String] = []
    /// The object whose fields are read, where it is not the whole line.
    var prefix = ""

    mutating func report(_ problem: String) {
        // A line of a thousand items that all have the same mistake says so often enough with a few of them.
        guard problems.count < 20 else { return }
        problems.append(
            prefix.isEmpty ? problem : problem.hasPrefix("must") ? "\(prefix) \(problem)" : "\(prefix).\(problem)")
    }

    /// The value of a field, if the map has the field and it is there.
    mutating func value(_ path: FieldPath?, in object: JSONValue, isRequired: Bool = false) -> JSONValue? {
        guard let path else { return nil }
        if let value = path.value(in: object) { return value }
        if isRequired { report("\(path) is missing") }
        return nil
    }

    /// A text; integers are taken as their digits, because many systems number cards and articles.
    mutating func text(_ path: FieldPath?, in object: JSONValue, isRequired: Bool = false) -> String? {
        guard let path, let value = value(path, in: object, isRequired: isRequired) else { return nil }
        if let text = Self.text(of: value) { return text }
        report("\(path) must be text or an integer, not \(Self.kind(of: value))")
        return nil
    }

    /// Texts, from a list of them or a single one; empty ones are left out.
    mutating func texts(_ path: FieldPath, in object: JSONValue) -> [String] {
        guard let value = value(path, in: object) else { return [] }
        let values = value.kind == .array ? value.elements.map(\.self) : [value]
        let texts = values.compactMap(Self.text)
        if texts.count < values.count { report("\(path) must be text or a list of texts") }
        return texts.filter { !$0.isEmpty }
    }

    /// An integer.
    mutating func integer(_ path: FieldPath?, in object: JSONValue, isRequired: Bool = false) -> Int64? {
        guard let path, let value = value(path, in: object, isRequired: isRequired) else { return nil }
        if let integer = value.int64 { return integer }
        report("\(path) must be an integer of 64 bits, not \(Self.kind(of: value))")
        return nil
    }

    private static func text(of value: JSONValue) -> String? {
        if let text = value.string { return text }
        guard value.kind == .number else { return nil }
        let digits = String(decoding: value.rawText, as: UTF8.self)
        return digits.allSatisfy { $0.isNumber || $0 == "-" } ? digits : nil
    }

    private static func kind(of value: JSONValue) -> String {
        value.kind == .number ? String(decoding: value.rawText.prefix(40), as: UTF8.self) : "\(value.kind)"
    }
}
