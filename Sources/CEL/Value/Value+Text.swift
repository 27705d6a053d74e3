// Values as people read them, in error messages and on the command line. A value can hold the same list many
// times within itself and be far larger as text than in memory, so the text is bounded as a whole.

extension Value {
    private static let longestString = 200
    private static let mostParts = 1_000

    /// The value as an error message or a person's look at it shows it; bounded in length.
    public var debugText: String {
        var partsLeft = Self.mostParts
        return text(&partsLeft)
    }

    private func text(_ partsLeft: inout Int) -> String {
        partsLeft -= 1
        guard partsLeft > 0 else { return "…" }
        switch self {
        case .null: return "null"
        case .bool(let value): return String(value)
        case .int(let value): return String(value)
        case .uint(let value): return "\(value)u"
        case .double(let value):
            let text = NumberText.text(value)
            return text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D } ? text + ".0" : text
        case .string(let value): return StringFunctions.quoted(String(value.prefix(Self.longestString)))
        case .bytes(let value):
            return "b" + StringFunctions.quoted(String(decoding: value.prefix(Self.longestString), as: UTF8.self))
        case .list(let values): return "[" + Self.joined(values, &partsLeft) { $0.text(&$1) } + "]"
        case .map(let map):
            return "{" + Self.joined(map.entries, &partsLeft) { $0.key.text(&$1) + ": " + $0.value.text(&$1) } + "}"
        case .timestamp(let value): return "timestamp(\"\(value.text)\")"
        case .duration(let value): return "duration(\"\(value.text)\")"
        case .type(let name): return name
        case .optional(let value):
            guard let value else { return "optional.none()" }
            return "optional.of(" + value.text(&partsLeft) + ")"
        case .record(let record):
            let fields = Self.joined(Array(record.shape.fields.enumerated()), &partsLeft) { field, partsLeft in
                "\(field.element): \(record.field(field.offset).text(&partsLeft))"
            }
            return "\(record.shape.name){\(fields)}"
        }
    }

    private static func joined<Part>(
        _ parts: [Part], _ partsLeft: inout Int, _ text: (Part, inout Int) -> String
    ) -> String {
        var result = ""
        for (position, part) in parts.enumerated() {
            if position > 0 { result += ", " }
            if partsLeft <= 0 { return result + "…" }
            result += text(part, &partsLeft)
        }
        return result
    }
}
