/// A type of the language.
public indirect enum CELType: Hashable, Sendable {
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case timestamp
    case duration
    /// Anything; checked when the expression runs.
    case dyn
    /// The type of an expression that did not check.
    case error
    case list(CELType)
    case map(key: CELType, value: CELType)
    /// The type of types: `type(int)` is the type of the value `int`; nil when nothing more is known.
    case type(CELType?)
    /// A scalar that may be null.
    case wrapper(CELType)
    case optional(CELType)
    /// A type that a declaration leaves open, or that the checker has still to find out.
    case typeParameter(String)
    /// A message or object type with declared fields.
    case object(String)
    /// A type known only by name, with parameters.
    case opaque(String, [CELType])
}

extension CELType: CustomStringConvertible {
    /// The type as the specification writes it: `map(string, list(int))`.
    public var description: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .dyn: "dyn"
        case .error: "!error!"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .type(let of): of.map { "type(\($0))" } ?? "type"
        case .wrapper(let of): "wrapper(\(of))"
        case .optional(let of): "optional_type(\(of))"
        case .typeParameter(let name): name
        case .object(let name): name
        case .opaque(let name, let parameters):
            parameters.isEmpty
                ? name : "\(name)(\(parameters.map(\.description).joined(separator: ", ")))"
        }
    }
}
