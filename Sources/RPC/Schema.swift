// What a parameter or a result may be. A schema is written once, beside the method: the server checks calls against
// it, and `rpc.discover` prints it as JSON Schema. It is deliberately small: every case can be checked in one pass
// over the value, without backtracking and without allocating when all is well.

import JSON

/// The shape of a JSON value.
public indirect enum Schema: Sendable {
    /// An object with named fields and no others.
    case object(ObjectSchema)
    /// Text of a form, its length counted in UTF-8 bytes or in characters (Unicode scalars, as JSON Schema counts).
    case string(TextSchema)
    /// One of a few words.
    case choice([String])
    /// An RFC 3339 date and time with its offset.
    case dateTime
    /// A calendar date, YYYY-MM-DD.
    case date
    /// An integer, written without fraction or exponent.
    case integer(ClosedRange<Int64>)
    /// Any number.
    case number
    /// True or false.
    case boolean
    /// A list.
    case array(of: Schema, count: ClosedRange<Int>)
    /// An object whose members have names of the caller's choosing.
    case map(keys: TextSchema, values: Schema, count: ClosedRange<Int>)
    /// A schema that is shared under a name.
    case named(NamedSchema)
    /// The schema, or null.
    case nullable(Schema)
    /// A schema that only describes: whoever handles the value checks it, and may tell one element from another.
    case unchecked(Schema)
    /// Any JSON value.
    case anything

    /// An object with named fields and no others; of each group in `exactlyOneOf` one field must be there.
    public static func object(_ fields: [Field], exactlyOneOf groups: [[String]] = []) -> Schema {
        .object(ObjectSchema(fields, exactlyOneOf: groups))
    }

    /// Text whose length is counted in UTF-8 bytes.
    public static func string(bytes: ClosedRange<Int>, _ form: TextSchema.Form = .any) -> Schema {
        .string(TextSchema(length: bytes, unit: .bytes, form: form))
    }

    /// Text whose length is counted in characters (Unicode scalars).
    public static func string(characters: ClosedRange<Int>, _ form: TextSchema.Form = .any) -> Schema {
        .string(TextSchema(length: characters, unit: .characters, form: form))
    }

    /// An integer of 64 bits.
    public static let integer = Schema.integer(.min ... .max)

    /// An integer that is not negative.
    public static let amount = Schema.integer(0 ... .max)

    /// Text of any form.
    public static let text = Schema.string(bytes: 0 ... .max)

    /// A list of any length.
    public static func array(of element: Schema) -> Schema { .array(of: element, count: 0 ... .max) }
}

/// A form of text and its length.
public struct TextSchema: Hashable, Sendable {
    /// What the text may consist of.
    public enum Form: Hashable, Sendable {
        /// Any characters.
        case any
        /// Space to tilde, U+0020 to U+007E.
        case printableASCII
        /// Letters, digits and `. _ : / -` of ASCII; begins with a letter or digit.
        case identifier
        /// ASCII digits.
        case digits
        /// ASCII capital letters.
        case capitals
    }

    /// What the length counts.
    public enum Unit: Hashable, Sendable {
        case bytes, characters
    }

    /// Shortest and longest.
    public let length: ClosedRange<Int>
    /// What the length counts.
    public let unit: Unit
    /// What the text may consist of.
    public let form: Form

    /// Creates a form.
    public init(length: ClosedRange<Int>, unit: Unit = .bytes, form: Form = .any) {
        self.length = length
        self.unit = unit
        self.form = form
    }
}

/// A schema that several methods share; described once, referred to by name.
public final class NamedSchema: Sendable {
    /// Its name in the description.
    public let name: String
    /// What it stands for.
    public let schema: Schema

    /// Creates a shared schema.
    public init(_ name: String, _ schema: Schema) {
        self.name = name
        self.schema = schema
    }
}

/// A named field of an object.
public struct Field: Sendable {
    /// The member's name.
    public let name: String
    /// What its value may be.
    public let schema: Schema
    /// Whether it must be there.
    public let isRequired: Bool
    /// One sentence for the reader of the description.
    public let description: String

    /// A field that must be there.
    public static func required(_ name: String, _ schema: Schema, _ description: String) -> Field {
        Field(name: name, schema: schema, isRequired: true, description: description)
    }

    /// A field that may be left out.
    public static func optional(_ name: String, _ schema: Schema, _ description: String) -> Field {
        Field(name: name, schema: schema, isRequired: false, description: description)
    }

    /// The same field where it may be left out.
    public var optional: Field { .optional(name, schema, description) }
}

/// The fields of an object.
public final class ObjectSchema: Sendable {
    /// The fields in the order in which they are described.
    public let fields: [Field]
    /// Groups of fields of which exactly one must be there.
    public let exactlyOneOf: [[String]]

    let names: JSONNames
    // One bit a field, so that a check needs no set.
    let requiredBits: UInt64
    let groupBits: [UInt64]

    /// Creates an object of at most 64 fields with different names.
    public init(_ fields: [Field], exactlyOneOf groups: [[String]] = []) {
        precondition(fields.count <= 64, "the fields of an object are counted in 64 bits")
        precondition(Set(fields.map(\.name)).count == fields.count, "the fields of an object have different names")
        self.fields = fields
        exactlyOneOf = groups
        names = JSONNames(fields.map(\.name))
        requiredBits = fields.indices.reduce(0) { fields[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
        groupBits = groups.map { group in
            group.reduce(0) { bits, name in
                guard let index = fields.firstIndex(where: { $0.name == name && !$0.isRequired }) else {
                    preconditionFailure("a group names optional fields of its object: \(name)")
                }
                return bits | 1 << UInt64(index)
            }
        }
    }

    /// The field with a name.
    public func field(_ name: String) -> Field? { fields.first { $0.name == name } }
}
