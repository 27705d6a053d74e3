public import JSON

/// The id of a request, kept as the JSON text the client wrote so that it is echoed byte for byte.
///
/// A view of the line it came in; no number is ever converted, so 9007199254740993 stays what it is.
public struct RequestID: Hashable, Sendable {
    /// The JSON text: a string, a number or null.
    public let text: ArraySlice<UInt8>

    /// The id of a reply to a request whose own id could not be read.
    public static let null = RequestID(text: Array("null".utf8)[...])

    /// Reads an id; nil when the value is of a kind that cannot be an id.
    public init?(_ value: JSONValue) {
        switch value.kind {
        case .string, .number, .null: text = value.rawText
        case .bool, .array, .object: return nil
        }
    }

    private init(text: ArraySlice<UInt8>) {
        self.text = text
    }
}
