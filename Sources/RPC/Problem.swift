public import JSON

/// One thing that is wrong with the parameters of a call.
public struct Problem: Hashable, Sendable {
    /// Where: an RFC 6901 pointer into the request, such as /params/items/0/amount.
    public let pointer: String
    /// What is expected there; never repeats what was sent.
    public let detail: String

    /// Creates a problem.
    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    /// Writes the problem as an object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("pointer")
        writer.string(pointer)
        writer.key("detail")
        writer.string(detail)
        writer.endObject()
    }
}
