import CEL
import JSON

// What an expression can see of a JSON file: every member of the root is a variable, objects have just the fields that
// they have in the file, and so a misspelt field is found as it would be in a rule. Objects of one list count as one
// type with all of their fields; what differs from one to the next is of any type.

/// The variables of a JSON file, with their types and sizes.
struct SampleData {
    private(set) var environment = Environment()
    private(set) var shapes: [RecordShape] = []
    private(set) var values: [String: CEL.Value] = [:]
    private(set) var names: [String] = []
    /// The greatest sizes, by path.
    private(set) var sizes: [String: UInt64] = [:]

    private indirect enum Kind: Equatable {
        case null, bool, int, double, string, any
        case list(Kind)
        case object([Field])

        struct Field: Equatable {
            let name: String
            var kind: Kind
        }
    }

    /// No variables at all.
    init() {}

    /// Takes the variables from an object.
    init(_ root: JSONValue) throws(CommandFailure) {
        guard root.kind == .object else {
            throw CommandFailure(.noInput, "the file must hold one JSON object; its members become the variables")
        }
        for member in root.members {
            let (name, value) = (member.key.string ?? "", member.value)
            let kind = Self.kind(of: value)
            environment.declare(VariableDeclaration(name: name, type: declare(kind, at: name)))
            values[name] = convert(value, kind, at: name)
            names.append(name)
        }
    }

    // Types.

    private static func kind(of value: JSONValue) -> Kind {
        switch value.kind {
        case .null: .null
        case .bool: .bool
        case .number: value.int64 == nil ? .double : .int
        case .string: .string
        case .array:
            .list(
                value.elements.map(kind).reduce(Kind?.none) { sum, next in sum.map { merge($0, next) } ?? next } ?? .any
            )
        case .object:
            .object(value.members.map { Kind.Field(name: $0.key.string ?? "", kind: kind(of: $0.value)) })
        }
    }

    private static func merge(_ left: Kind, _ right: Kind) -> Kind {
        switch (left, right) {
        case _ where left == right: return left
        case (.int, .double), (.double, .int): return .double
        case (.list(.any), .list), (.null, _): return right
        case (.list, .list(.any)), (_, .null): return left
        case (.list(let left), .list(let right)): return .list(merge(left, right))
        case (.object(var fields), .object(let others)):
            for other in others {
                if let index = fields.firstIndex(where: { $0.name == other.name }) {
                    fields[index].kind = merge(fields[index].kind, other.kind)
                } else {
                    fields.append(other)
                }
            }
            return .object(fields)
        default: return .any
        }
    }

    private mutating func declare(_ kind: Kind, at path: String) -> CELType {
        switch kind {
        case .null, .any: return .dyn
        case .bool: return .bool
        case .int: return .int
        case .double: return .double
        case .string: return .string
        case .list(let element): return .list(declare(element, at: path + ".@items"))
        case .object(let fields):
            shapes.append(RecordShape(name: path, fields: fields.map(\.name)))
            let declared = fields.map { ($0.name, ObjectType.Field(declare($0.kind, at: path + "." + $0.name))) }
            environment.declare(ObjectType(name: path, fields: Dictionary(declared) { first, _ in first }))
            return .object(path)
        }
    }

    // Values.

    private mutating func convert(_ value: JSONValue, _ kind: Kind, at path: String) -> CEL.Value {
        switch value.kind {
        case .null: return .null
        case .bool: return .bool(value.bool ?? false)
        case .number:
            if kind != .double, let number = value.int64 { return .int(number) }
            return .double(value.double ?? .nan)
        case .string:
            let text = value.string ?? ""
            note(text.unicodeScalars.count, at: path)
            return .string(text)
        case .array:
            note(value.count, at: path)
            let element: Kind = if case .list(let element) = kind { element } else { .any }
            var elements: [CEL.Value] = []
            for item in value.elements { elements.append(convert(item, element, at: path + ".@items")) }
            return .list(elements)
        case .object:
            guard case .object(let fields) = kind, let shape = shapes.first(where: { $0.name == path }) else {
                var entries: [(CEL.Value, CEL.Value)] = []
                for member in value.members {
                    let converted = convert(member.value, .any, at: path + ".@values")
                    entries.append((.string(member.key.string ?? ""), converted))
                }
                return MapValue(entries).map(CEL.Value.map) ?? .null
            }
            var values: [CEL.Value] = []
            for field in fields {
                let member = value[field.name]
                values.append(member.map { convert($0, field.kind, at: path + "." + field.name) } ?? .null)
            }
            return .record(ArrayRecord(shape: shape, values: values))
        }
    }

    private mutating func note(_ size: Int, at path: String) {
        sizes[path] = max(sizes[path] ?? 0, UInt64(size))
    }
}
