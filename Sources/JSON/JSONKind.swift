/// The six kinds of JSON value.
public enum JSONKind: UInt32, Hashable, Sendable, CaseIterable {
    case null, bool, number, string, array, object
}

extension JSONKind: CustomStringConvertible {
    /// The kind with its article, ready for a sentence such as "must be a string".
    public var description: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
