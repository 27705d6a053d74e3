extension Value {
    /// The value as an error message or a person's look at it shows it; bounded in depth and length.
    package var debugText: String { text(depth: 0) }

    private func text(depth: Int) -> String {
        if depth > 8 { return "…" }
        switch self {
        case .null: return "null"
        case .bool(let value): return String(value)
        case .int(let value): return String(value)
        case .uint(let value): return "\(value)u"
        case .double(let value):
            let text = NumberText.text(value)
            return text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D } ? text + ".0" : text
        case .string(let value): return StringFunctions.quoted(String(value.prefix(200)))
        case .bytes(let value): return "b\(StringFunctions.quoted(String(decoding: value.prefix(200), as: UTF8.self)))"
        case .list(let values):
            return "[" + values.prefix(100).map { $0.text(depth: depth + 1) }.joined(separator: ", ") + "]"
        case .map(let map):
            let entries = map.entries.prefix(100).map {
                $0.key.text(depth: depth + 1) + ": " + $0.value.text(depth: depth + 1)
            }
            return "{" + entries.joined(separator: ", ") + "}"
        case .timestamp(let value): return "timestamp(\"\(value.text)\")"
        case .duration(let value): return "duration(\"\(value.text)\")"
        case .type(let name): return name
        case .optional(let value):
            return value.map { "optional.of(\($0.text(depth: depth + 1)))" } ?? "optional.none()"
        case .record(let record):
            let fields = record.shape.fields.enumerated().map {
                "\($0.element): \(record.field($0.offset).text(depth: depth + 1))"
            }
            return "\(record.shape.name){\(fields.joined(separator: ", "))}"
        }
    }
}
