package import JSON

/// One thing that is wrong with the parameters of a call.
package struct Problem: Hashable, Sendable {
    /// Where: an RFC 6901 pointer into the request, such as /params/items/0/amount.
    package let pointer: String
    /// What is expected there; never repeats what was sent.
    package let detail: String

    /// Creates a problem.
    package init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    /// Writes the problem as an object.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("pointer")
        writer.string(pointer)
        writer.key("detail")
        writer.string(detail)
        writer.endObject()
    }
}
