import JSON
import Rules

// The JSON Schema (2020-12) of program documents, for editors and other tools. It says what the loader's structure
// accepts; references between the parts, expressions and dates that do not exist are the loader's alone.

/// Writes shapes as JSON Schema.
struct DocumentSchema {
    private var json = JSONWriter(reserving: 32_768)

    /// The schema of program documents.
    static var text: String {
        var schema = DocumentSchema()
        schema.json.beginObject()
        schema.json.member("$schema", "https://json-schema.org/draft/2020-12/schema")
        schema.json.member("$id", "urn:kizuna:program:v1")
        schema.json.member("title", "Kizuna program document")
        schema.writeMembers(of: .program)
        schema.json.endObject()
        return String(decoding: schema.json.take(), as: UTF8.self)
    }

    private mutating func write(_ shape: DocumentShape) {
        json.beginObject()
        writeMembers(of: shape)
        json.endObject()
    }

    private mutating func writeMembers(of shape: DocumentShape) {
        switch shape {
        case .text(let longest):
            json.member("type", "string")
            json.member("minLength", 1)
            json.member("maxLength", Int64(longest))
            json.member("pattern", "^[^\\u0000-\\u001f\\u007f-\\u009f]*$")
        case .words(let words):
            writeList("enum", words)
        case .form(let form):
            json.member("type", "string")
            json.member("pattern", form.pattern)
        case .integer(let range):
            json.member("type", "integer")
            json.member("minimum", range.lowerBound)
            json.member("maximum", range.upperBound)
        case .boolean:
            json.member("type", "boolean")
        case .list(let element, let count, let isUnique):
            json.member("type", "array")
            writeCount(count, "minItems", "maxItems")
            if isUnique { json.member("uniqueItems", true) }
            json.key("items")
            write(element)
        case .section(let section):
            writeMembers(of: section)
        case .map(let keys, let values, let count, let named):
            json.member("type", "object")
            writeCount(count, "minProperties", "maxProperties")
            if !named.isEmpty {
                json.key("properties")
                json.beginObject()
                for (key, shape) in named.sorted(by: { $0.key < $1.key }) {
                    json.key(key)
                    write(shape)
                }
                json.endObject()
            }
            if !keys.pattern.isEmpty {
                json.key("propertyNames")
                json.beginObject()
                json.member("pattern", keys.pattern)
                json.endObject()
            }
            json.key("additionalProperties")
            write(values)
        case .either(let shapes):
            json.key("anyOf")
            json.beginArray()
            for shape in shapes { write(shape) }
            json.endArray()
        }
    }

    private mutating func writeMembers(of section: SectionShape) {
        json.member("type", "object")
        if section.least > 0 { json.member("minProperties", Int64(section.least)) }
        json.key("properties")
        json.beginObject()
        for (key, shape) in section.fields {
            json.key(key)
            write(shape)
        }
        json.endObject()
        json.member("additionalProperties", false)
        if !section.required.isEmpty { writeList("required", section.required) }
        guard !section.oneOf.isEmpty else { return }
        json.key("oneOf")
        json.beginArray()
        for key in section.oneOf {
            json.beginObject()
            writeList("required", [key])
            json.endObject()
        }
        json.endArray()
    }

    private mutating func writeList(_ name: String, _ texts: [String]) {
        json.key(name)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }

    private mutating func writeCount(_ count: ClosedRange<Int>, _ least: String, _ most: String) {
        if count.lowerBound > 0 { json.member(least, Int64(count.lowerBound)) }
        if count.upperBound < .max { json.member(most, Int64(count.upperBound)) }
    }
}
