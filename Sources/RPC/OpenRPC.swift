// The description that `rpc.discover` answers with: OpenRPC 1.3.2, written from the table that dispatches, so that it
// cannot drift. OpenRPC has no place for "exactly one of these parameters" and none for roles; the first is said in the
// method's description and as `x-exactly-one-of`, the rest is for the caller to add as `x-…` members.

public import JSON

/// Writes the description of a method table.
public struct OpenRPC: Sendable {
    /// The name of the service.
    public let title: String
    /// The version of its protocol.
    public let version: String
    /// What it is for.
    public let description: String

    /// Creates a writer with the head of the document.
    public init(title: String, version: String, description: String) {
        self.title = title
        self.version = version
        self.description = description
    }

    /// The document; `extend` may add `x-…` members to each method.
    public func document<Attachment>(
        of table: MethodTable<Attachment>,
        extend: (MethodTable<Attachment>.Entry, inout JSONWriter) -> Void = { _, _ in }
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: 1 << 16)
        writer.beginObject()
        writer.member("openrpc", "1.3.2")
        writer.key("info")
        writer.beginObject()
        writer.member("title", title)
        writer.member("version", version)
        writer.member("description", description)
        writer.endObject()
        writer.key("methods")
        writer.beginArray()
        for entry in table.entries {
            writer.beginObject()
            write(entry.method, to: &writer)
            extend(entry, &writer)
            writer.endObject()
        }
        writer.endArray()
        writeComponents(of: table.entries.map(\.method), to: &writer)
        writer.endObject()
        return writer.take()
    }

    private func writeComponents(of methods: [Method], to writer: inout JSONWriter) {
        // What calls and results share is described as calls have it.
        var ofParams: [String: NamedSchema] = [:]
        for method in methods { method.params.collectNamed(into: &ofParams) }
        var named = ofParams
        for method in methods { method.result.collectNamed(into: &named) }
        writer.key("components")
        writer.beginObject()
        writer.key("schemas")
        writer.beginObject()
        for (name, shared) in named.sorted(by: { $0.key < $1.key }) {
            writer.key(name)
            shared.schema.writeJSONSchema(to: &writer, isOpen: ofParams[name] == nil)
        }
        writer.endObject()
        writer.endObject()
    }

    // MARK: Methods

    private func write(_ method: Method, to writer: inout JSONWriter) {
        writer.member("name", method.name)
        writer.member("summary", method.summary)
        if let groups = method.fields?.exactlyOneOf, !groups.isEmpty {
            let sentences = groups.map { "Exactly one of \($0.joined(separator: ", ")) must be given." }
            writer.member("description", sentences.joined(separator: " "))
            writer.key("x-exactly-one-of")
            writer.beginArray()
            for group in groups {
                writer.beginArray()
                for name in group { writer.string(name) }
                writer.endArray()
            }
            writer.endArray()
        }
        writer.member("paramStructure", method.order.isEmpty ? "by-name" : "either")
        writeParams(of: method, to: &writer)
        writer.key("result")
        writer.beginObject()
        writer.member("name", "result")
        writer.key("schema")
        method.result.writeJSONSchema(to: &writer, isOpen: true)
        writer.endObject()
        writer.key("x-changes")
        writer.bool(method.changes)
        writeErrors(of: method, to: &writer)
        writeExamples(of: method, to: &writer)
    }

    private func writeParams(of method: Method, to writer: inout JSONWriter) {
        writer.key("params")
        writer.beginArray()
        // OpenRPC wants what must be given before what may be; positions come first in any case.
        for field in Self.described(method) {
            writer.beginObject()
            writer.member("name", field.name)
            writer.member("description", field.description)
            writer.key("required")
            writer.bool(field.isRequired)
            writer.key("schema")
            field.schema.writeJSONSchema(to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func described(_ method: Method) -> [Field] {
        let fields = method.fields?.fields ?? []
        let positional = method.order.compactMap { name in fields.first { $0.name == name } }
        let others = fields.filter { !method.order.contains($0.name) }
        return positional + others.filter(\.isRequired) + others.filter { !$0.isRequired }
    }

    private func writeErrors(of method: Method, to writer: inout JSONWriter) {
        if method.refusals.isEmpty { return }
        writer.key("errors")
        writer.beginArray()
        for refusal in method.refusals {
            writer.beginObject()
            writer.key("code")
            writer.int(refusal.code)
            writer.member("message", refusal.message)
            writer.key("data")
            writer.beginObject()
            writer.member("type", RPCError.typePrefix + refusal.type)
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeExamples(of method: Method, to writer: inout JSONWriter) {
        if method.examples.isEmpty { return }
        writer.key("examples")
        writer.beginArray()
        for example in method.examples {
            writer.beginObject()
            writer.member("name", example.name)
            writer.key("params")
            writer.beginArray()
            if let given = try? JSONDocument(Array(example.params.utf8)).root {
                for (key, value) in given.members {
                    writer.beginObject()
                    writer.key("name")
                    writer.raw(key.rawText)
                    writer.key("value")
                    writer.raw(value.rawText)
                    writer.endObject()
                }
            }
            writer.endArray()
            writer.key("result")
            writer.beginObject()
            writer.member("name", "result")
            writer.key("value")
            writer.raw(Array(example.result.utf8))
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
    }
}
