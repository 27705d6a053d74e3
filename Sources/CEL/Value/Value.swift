// A value of the language while an expression runs.
//
// Scalars are stored in the enumeration itself, so that arithmetic and comparison allocate nothing. Strings
// are compared by code points as the language wants, not by canonical equivalence as Swift does: see
// `Text`. A failure is not a case of this type; it travels as a thrown `EvaluationError`, a value too, which
// the absorbing operators catch.

/// A value of the language.
public enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(MapValue)
    case timestamp(CELTimestamp)
    case duration(CELDuration)
    /// A type as a value, by its name in the language.
    case type(String)
    indirect case optional(Value?)
    /// An object of the host with named fields.
    case record(any Record)
}

extension Value {
    /// The name of the type of this value, as `type(x)` shows it.
    public var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .type: "type"
        case .optional: "optional_type"
        case .record(let record): record.shape.name
        }
    }

    /// The size that costs are counted in: code points, bytes, elements or entries; 1 for scalars.
    var costSize: Int {
        switch self {
        case .string(let text): text.codePointCount
        case .bytes(let bytes): bytes.count
        case .list(let elements): elements.count
        case .map(let map): map.count
        default: 1
        }
    }

    /// Whether the value is the zero of its type, which `optional.ofNonZeroValue` takes for absent.
    var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .int(let value): value == 0
        case .uint(let value): value == 0
        case .double(let value): value == 0
        case .string(let value): value.isEmpty
        case .bytes(let value): value.isEmpty
        case .list(let value): value.isEmpty
        case .map(let value): value.isEmpty
        case .timestamp(let value): value.seconds == 0 && value.nanos == 0
        case .duration(let value): value.seconds == 0 && value.nanos == 0
        case .type: false
        case .optional(let value): value == nil
        case .record(let record): record.shape.fields.indices.allSatisfy { !record.isSet($0) }
        }
    }

    /// The value a literal stands for.
    init(_ constant: Constant) {
        switch constant {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .uint(let value): self = .uint(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .bytes(let value): self = .bytes(value)
        }
    }
}
