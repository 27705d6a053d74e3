public import JSON

extension Schema {
    /// Writes the schema as JSON Schema, in the part that drafts 7 and 2020-12 share.
    ///
    /// Shared schemas are written as references to `#/components/schemas/…`.
    ///
    /// - Parameter isOpen: whether objects may have members that are not described, as results may: who reads one passes
    ///   over what a later version adds.
    public func writeJSONSchema(to writer: inout JSONWriter, description: String? = nil, isOpen: Bool = false) {
        writer.beginObject()
        writeMembers(to: &writer, isOpen)
        if let description {
            writer.key("description")
            writer.string(description)
        }
        writer.endObject()
    }

    private func writeMembers(to writer: inout JSONWriter, _ isOpen: Bool) {
        switch self {
        case .object(let object):
            writer.type("object")
            object.writeMembers(to: &writer, isOpen)
        case .string(let text):
            writer.type("string")
            text.writeMembers(to: &writer)
        case .choice(let words):
            writer.type("string")
            writer.key("enum")
            writer.strings(words)
        case .dateTime, .date:
            writer.type("string")
            writer.key("format")
            if case .date = self { writer.string("date") } else { writer.string("date-time") }
        case .integer(let range):
            writer.type("integer")
            writer.bound("minimum", range.lowerBound, unless: .min)
            writer.bound("maximum", range.upperBound, unless: .max)
        case .number: writer.type("number")
        case .boolean: writer.type("boolean")
        case .array(let element, let count):
            writer.type("array")
            writer.key("items")
            element.writeJSONSchema(to: &writer, isOpen: isOpen)
            writer.bound("minItems", Int64(count.lowerBound), unless: 0)
            writer.bound("maxItems", Int64(count.upperBound), unless: .max)
        case .map(let keys, let values, let count):
            writer.type("object")
            writer.key("propertyNames")
            writer.beginObject()
            keys.writeMembers(to: &writer)
            writer.endObject()
            writer.key("additionalProperties")
            values.writeJSONSchema(to: &writer, isOpen: isOpen)
            writer.bound("minProperties", Int64(count.lowerBound), unless: 0)
            writer.bound("maxProperties", Int64(count.upperBound), unless: .max)
        case .named(let named): writer.reference(to: named)
        case .nullable(let inner):
            writer.key("anyOf")
            writer.beginArray()
            inner.writeJSONSchema(to: &writer, isOpen: isOpen)
            writer.beginObject()
            writer.type("null")
            writer.endObject()
            writer.endArray()
        case .unchecked(let inner): inner.writeMembers(to: &writer, isOpen)
        case .anything: break
        }
    }

    /// The shared schemas that this one refers to, directly or through others, each once.
    func collectNamed(into found: inout [String: NamedSchema]) {
        switch self {
        case .object(let object):
            for field in object.fields { field.schema.collectNamed(into: &found) }
        case .array(let inner, _), .map(_, let inner, _), .nullable(let inner), .unchecked(let inner):
            inner.collectNamed(into: &found)
        case .named(let named):
            if let other = found[named.name] {
                precondition(other === named, "a name stands for one schema: \(named.name)")
                return
            }
            found[named.name] = named
            named.schema.collectNamed(into: &found)
        case .string, .choice, .dateTime, .date, .integer, .number, .boolean, .anything: break
        }
    }
}

extension ObjectSchema {
    fileprivate func writeMembers(to writer: inout JSONWriter, _ isOpen: Bool) {
        writer.key("properties")
        writer.beginObject()
        for field in fields {
            writer.key(field.name)
            field.writeJSONSchema(to: &writer, isOpen: isOpen)
        }
        writer.endObject()
        let required = fields.filter(\.isRequired).map(\.name)
        if !required.isEmpty {
            writer.key("required")
            writer.strings(required)
        }
        if !isOpen {
            writer.key("additionalProperties")
            writer.bool(false)
        }
        writeGroups(to: &writer)
    }

    private func writeGroups(to writer: inout JSONWriter) {
        if exactlyOneOf.isEmpty { return }
        writer.key("allOf")
        writer.beginArray()
        for group in exactlyOneOf {
            writer.beginObject()
            writer.key("oneOf")
            writer.beginArray()
            for name in group {
                writer.beginObject()
                writer.key("required")
                writer.strings([name])
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }
}

extension Field {
    /// Writes the field's schema with its description; draft 7 ignores what stands beside a reference, so a described
    /// reference goes into an `allOf`.
    func writeJSONSchema(to writer: inout JSONWriter, isOpen: Bool) {
        guard case .named(let named) = schema else {
            return schema.writeJSONSchema(to: &writer, description: description, isOpen: isOpen)
        }
        writer.beginObject()
        writer.key("allOf")
        writer.beginArray()
        writer.beginObject()
        writer.reference(to: named)
        writer.endObject()
        writer.endArray()
        writer.key("description")
        writer.string(description)
        writer.endObject()
    }
}

extension TextSchema {
    /// JSON Schema counts characters. A limit in bytes bounds the characters too, from above at least.
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        let isASCII = form != .any
        let shortest = unit == .characters || isASCII ? length.lowerBound : min(length.lowerBound, 1)
        writer.bound("minLength", Int64(shortest), unless: 0)
        writer.bound("maxLength", Int64(length.upperBound), unless: .max)
        if let pattern = form.pattern {
            writer.key("pattern")
            writer.string(pattern)
        }
    }
}

extension TextSchema.Form {
    fileprivate var pattern: String? {
        switch self {
        case .any: nil
        case .printableASCII: "^[ -~]*$"
        case .identifier: "^([A-Za-z0-9][A-Za-z0-9._:/-]*)?$"
        case .digits: "^[0-9]*$"
        case .capitals: "^[A-Z]*$"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func type(_ name: String) {
        key("type")
        string(name)
    }

    fileprivate mutating func strings(_ strings: [String]) {
        beginArray()
        for text in strings { string(text) }
        endArray()
    }

    fileprivate mutating func bound(_ name: String, _ value: Int64, unless open: Int64) {
        if value == open { return }
        key(name)
        int(value)
    }

    fileprivate mutating func reference(to named: NamedSchema) {
        key("$ref")
        string("#/components/schemas/" + named.name)
    }
}
