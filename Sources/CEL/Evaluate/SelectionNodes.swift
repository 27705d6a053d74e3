// Fields, elements and entries, and their optional forms.
//
// Selecting from an optional selects from what it holds and gives an optional again. A record whose shape was
// known when the expression was planned is asked by position.

/// Selection by name or key in values of any type.
enum FieldSelection {
    /// The field of a map or record; an optional for an optional operand.
    static func select(_ field: String, of operand: Value, at id: Int) throws(EvaluationError) -> Value {
        switch operand {
        case .map(let map):
            guard let value = map[field: field] else { throw noSuchKey(field, id) }
            return value
        case .record(let record):
            guard let position = record.shape.position(of: field) else {
                throw EvaluationError(.noSuchField, "no such field '\(field)'", at: id)
            }
            return record.field(position)
        case .optional(let inner):
            guard let inner else { return .optional(nil) }
            return .optional(try find(field, in: inner, at: id))
        default:
            throw noSuchKey(field, id)
        }
    }

    /// The field if it is there; fails if the operand has no fields at all.
    static func find(_ field: String, in operand: Value, at id: Int) throws(EvaluationError) -> Value? {
        switch operand {
        case .map(let map): return map[field: field]
        case .record(let record):
            guard let position = record.shape.position(of: field), record.isSet(position) else { return nil }
            return record.field(position)
        case .optional(let inner):
            guard let inner else { return nil }
            return try find(field, in: inner, at: id)
        default: throw noSuchKey(field, id)
        }
    }

    /// The element or entry under a key; an optional for an optional operand.
    static func element(_ key: Value, of operand: Value, at id: Int) throws(EvaluationError) -> Value {
        switch operand {
        case .list(let elements):
            let index = try listIndex(key, id)
            guard elements.indices.contains(index) else {
                throw EvaluationError(.invalidArgument, "index out of bounds: \(index)", at: id)
            }
            return elements[index]
        case .map(let map):
            guard let value = map[key] else { throw noSuchKey(key.debugText, id) }
            return value
        case .optional(let inner):
            guard let inner else { return .optional(nil) }
            return .optional(try findElement(key, in: inner, at: id))
        default:
            throw EvaluationError(.noSuchOverload, "no such overload: \(operand.typeName)[…]", at: id)
        }
    }

    /// The element or entry under a key if it is there.
    static func findElement(_ key: Value, in operand: Value, at id: Int) throws(EvaluationError) -> Value? {
        switch operand {
        case .list(let elements):
            let index = try listIndex(key, id)
            return elements.indices.contains(index) ? elements[index] : nil
        case .map(let map): return map[key]
        case .optional(let inner):
            guard let inner else { return nil }
            return try findElement(key, in: inner, at: id)
        default: throw EvaluationError(.noSuchOverload, "no such overload: \(operand.typeName)[…]", at: id)
        }
    }

    private static func listIndex(_ key: Value, _ id: Int) throws(EvaluationError) -> Int {
        switch key {
        case .int(let value): if let index = Int(exactly: value) { return index }
        case .uint(let value): if let index = Int(exactly: value) { return index }
        case .double(let value): if let index = Int(exactly: value) { return index }
        default: throw EvaluationError(.noSuchOverload, "no such overload: list[\(key.typeName)]", at: id)
        }
        throw EvaluationError(.invalidArgument, "invalid list index: \(key.debugText)", at: id)
    }

    private static func noSuchKey(_ key: String, _ id: Int) -> EvaluationError {
        EvaluationError(.noSuchKey, "no such key: \(key)", at: id)
    }
}

/// `operand.field`
final class SelectNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let operand: Node
    private let field: String
    private let cost: UInt64
    private let id: Int

    init(operand: Node, field: String, cost: UInt64, id: Int) {
        self.operand = operand
        self.field = field
        self.cost = cost
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let container = try operand.value(&frame)
        try frame.charge(cost)
        return try FieldSelection.select(field, of: container, at: id)
    }
}

/// `operand.field` where the operand was checked to be an object of a known shape.
final class RecordFieldNode: Node, @unchecked Sendable {  // only `let`s: see Node
    /// Where the record is; the two places that need no node of their own are read directly.
    enum Place: Sendable {
        case slot(Int)
        case register(Int)
        case node(Node)
    }

    private let place: Place
    private let shape: RecordShape
    private let position: Int
    /// Of the selection, and of reading the variable if the place is one.
    private let cost: UInt64
    private let id: Int

    init(place: Place, shape: RecordShape, position: Int, cost: UInt64, id: Int) {
        self.place = place
        self.shape = shape
        self.position = position
        self.cost = cost
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        switch place {
        case .slot(let slot):
            try frame.charge(cost)
            if slot < frame.slots.count, case .record(let record)? = frame.slots[slot] { return read(record) }
            throw EvaluationError(.undeclaredReference, "no object is bound for '.\(name)'", at: id)
        case .register(let register):
            try frame.charge(cost)
            if case .record(let record)? = frame.locals[register] { return read(record) }
            guard let value = frame.locals[register] else { throw .noSuchOverload }
            return try FieldSelection.select(name, of: value, at: id)
        case .node(let node):
            let value = try node.value(&frame)
            try frame.charge(cost)
            if case .record(let record) = value { return read(record) }
            return try FieldSelection.select(name, of: value, at: id)
        }
    }

    private var name: String { shape.fields[position] }

    @inline(__always)
    private func read(_ record: any Record) -> Value {
        // What a host declares of one type it must bind of that type's shape: the position is not verified at
        // every access. A host that breaks this reads another field, or null, of its own object.
        assert(record.shape === shape, "a value bound as \(shape.name) has the shape of \(record.shape.name)")
        return record.field(position)
    }
}

/// `has(operand.field)`
final class PresenceNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let operand: Node
    private let field: String
    private let cost: UInt64
    private let id: Int

    init(operand: Node, field: String, cost: UInt64, id: Int) {
        self.operand = operand
        self.field = field
        self.cost = cost
        self.id = id
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let container = try operand.value(&frame)
        try frame.charge(cost)
        return try FieldSelection.find(field, in: container, at: id) != nil
    }
}

/// `operand.?field`
final class OptionalSelectNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let operand: Node
    private let field: String
    private let cost: UInt64
    private let id: Int

    init(operand: Node, field: String, cost: UInt64, id: Int) {
        self.operand = operand
        self.field = field
        self.cost = cost
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let container = try operand.value(&frame)
        try frame.charge(cost)
        return .optional(try FieldSelection.find(field, in: container, at: id))
    }
}

/// `operand[key]` or `operand[?key]`
final class IndexNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let operand: Node
    private let key: Node
    private let isOptional: Bool
    private let cost: UInt64
    private let id: Int

    init(operand: Node, key: Node, isOptional: Bool, cost: UInt64, id: Int) {
        self.operand = operand
        self.key = key
        self.isOptional = isOptional
        self.cost = cost
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let container = try operand.value(&frame)
        let key = try key.value(&frame)
        try frame.charge(cost)
        if isOptional { return .optional(try FieldSelection.findElement(key, in: container, at: id)) }
        return try FieldSelection.element(key, of: container, at: id)
    }
}
