import CEL
import Foundation

// Reads the notation of values that the conformance tables use: one-key objects such as `{"int": "-7"}`.

extension Value {
    /// The value a notation stands for; nil if it is none.
    init?(notation: Any) {
        guard let object = notation as? [String: Any], object.count == 1, let (kind, content) = object.first else {
            return nil
        }
        let text = content as? String ?? ""
        switch kind {
        case "null": self = .null
        case "bool": self = .bool(content as? Bool ?? false)
        case "int": self = .int(Int64(text) ?? 0)
        case "uint": self = .uint(UInt64(text) ?? 0)
        case "double": self = .double(Double(text) ?? .nan)
        case "string": self = .string(text)
        case "bytes": self = .bytes(Data(base64Encoded: text).map { Array($0) } ?? [])
        case "list": self = .list((content as? [Any] ?? []).compactMap { Value(notation: $0) })
        case "map":
            let pairs = (content as? [[Any]] ?? []).compactMap { pair -> (Value, Value)? in
                guard let key = Value(notation: pair[0]), let value = Value(notation: pair[1]) else { return nil }
                return (key, value)
            }
            guard let map = MapValue(pairs) else { return nil }
            self = .map(map)
        case "timestamp":
            guard let moment = CELTimestamp(parsing: text) else { return nil }
            self = .timestamp(moment)
        case "duration":
            guard let span = CELDuration(parsing: text) else { return nil }
            self = .duration(span)
        case "type": self = .type(text)
        default: return nil
        }
    }

    /// Whether two values are the same type for type and bit for bit, with NaN the same as NaN and maps in any
    /// order.
    func isSame(_ other: Value) -> Bool {
        switch (self, other) {
        case (.double(let left), .double(let right)):
            return left.isNaN && right.isNaN || left == right && left.sign == right.sign
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isSame($1) }
        case (.map(let left), .map(let right)):
            return left.count == right.count
                && left.entries.allSatisfy { entry in right[entry.key].map { $0.isSame(entry.value) } ?? false }
        default: return typeName == other.typeName && isEqual(other)
        }
    }
}

extension Row {
    /// The values bound to the row's variables.
    var bindings: [String: Value] {
        (fields["bindings"] as? [String: Any] ?? [:]).compactMapValues { Value(notation: $0) }
    }
}
