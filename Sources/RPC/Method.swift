public import JSON

/// One method of the protocol: what it is called, what it takes, what it gives.
///
/// A class because every call passes it along: copying a reference is cheaper than copying eight fields.
public final class Method: Sendable {
    /// A call as it could be made, shown in the description; both parts are JSON texts.
    public struct Example: Sendable {
        /// A short title.
        public let name: String
        /// The parameters, an object.
        public let params: String
        /// The result.
        public let result: String

        /// Creates an example.
        public init(_ name: String, params: String, result: String) {
            self.name = name
            self.params = params
            self.result = result
        }
    }

    /// The name on the wire.
    public let name: String
    /// One sentence.
    public let summary: String
    /// What the parameters may be; nearly always an object.
    public let params: Schema
    /// The names of the fields that may be given by position instead; empty when only names are accepted.
    public let order: [String]
    /// What the result is.
    public let result: Schema
    /// Whether the method changes something and therefore needs an `idempotency_key`.
    public let changes: Bool
    /// Refusals of the domain that the method may answer with.
    public let refusals: [RPCError]
    /// Calls as they could be made.
    public let examples: [Example]

    /// Creates a method. One that changes something gets the field `idempotency_key` unless it declares it itself.
    public init(
        _ name: String, _ summary: String, params: Schema = .object([]), order: [String] = [], result: Schema,
        changes: Bool = false, refusals: [RPCError] = [], examples: [Example] = []
    ) {
        self.name = name
        self.summary = summary
        self.params = changes ? Self.withKey(params) : params
        self.order = order
        self.result = result
        self.changes = changes
        self.refusals = refusals
        self.examples = examples
        for name in order {
            precondition(fields?.field(name) != nil, "positions name fields of the parameters: \(name)")
        }
    }

    /// The field that every changing call has.
    public static let idempotencyKey = Field.required(
        "idempotency_key", .string(bytes: 1...255, .printableASCII),
        "Names this call of this client for ever: the same key with the same content is done once.")

    private static func withKey(_ params: Schema) -> Schema {
        guard case .object(let object) = params else {
            preconditionFailure("a method that changes something takes an object")
        }
        if object.field(idempotencyKey.name) != nil { return params }
        return .object([idempotencyKey] + object.fields, exactlyOneOf: object.exactlyOneOf)
    }

    /// The fields of the parameters, when they are an object.
    public var fields: ObjectSchema? {
        if case .object(let object) = params { return object }
        return nil
    }

    // MARK: Checking

    /// What is wrong with the parameters of a call; empty when they fit.
    public func check(_ given: JSONValue?) -> [Problem] {
        if let given, given.kind == .array, !order.isEmpty, let fields { return checkPositions(given, fields) }
        if let given { return params.check(given) }
        guard let fields else { return [] }
        var checker = SchemaChecker()
        checker.checkPresence(0, fields)
        checker.prefix(from: 0, "/params")
        return checker.problems
    }

    private func checkPositions(_ given: JSONValue, _ fields: ObjectSchema) -> [Problem] {
        var checker = SchemaChecker()
        var seen: UInt64 = 0
        if given.count > order.count { checker.report("", "must have at most \(order.count) elements") }
        for (position, (name, value)) in zip(order, given.elements).enumerated() {
            guard let index = fields.fields.firstIndex(where: { $0.name == name }) else { continue }
            seen |= 1 << UInt64(index)
            let first = checker.problems.count
            checker.check(value, fields.fields[index].schema)
            checker.prefix(from: first, "/\(position)")
        }
        checker.checkPresence(seen, fields)
        checker.prefix(from: 0, "/params")
        return checker.problems
    }

    /// The parameters of a call by name, whichever way they were given.
    public func arguments(_ given: JSONValue?) -> Arguments { Arguments(given: given, order: order) }
}

/// The parameters of a call by name, whether they were given by name or by position.
public struct Arguments: Sendable {
    let given: JSONValue?
    let order: [String]

    /// The value of a parameter.
    public subscript(_ name: String) -> JSONValue? {
        guard let given else { return nil }
        if given.kind == .object { return given[name] }
        guard let position = order.firstIndex(of: name) else { return nil }
        return given[position]
    }
}
