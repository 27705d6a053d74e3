// List and map literals, with elements and entries that may be optional.

/// `[a, b, ?c]`
final class ListNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private static let cost: UInt64 = 10
    private let elements: [Node]
    private let optionalPositions: Set<Int>

    init(elements: [Node], optionalPositions: Set<Int>) {
        self.elements = elements
        self.optionalPositions = optionalPositions
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for (position, element) in elements.enumerated() {
            let value = try element.value(&frame)
            guard optionalPositions.contains(position) else {
                values.append(value)
                continue
            }
            guard case .optional(let inner) = value else {
                throw EvaluationError(.noSuchOverload, "element is not optional: \(value.typeName)")
            }
            if let inner { values.append(inner) }
        }
        try frame.charge(Self.cost)
        return .list(values)
    }
}

/// `{a: b, ?c: d}`
final class MapNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private static let cost: UInt64 = 30

    /// One entry of the literal.
    struct Entry: Sendable {
        let key: Node
        let value: Node
        let isOptional: Bool
        let id: Int
    }

    private let entries: [Entry]

    init(entries: [Entry]) { self.entries = entries }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        var map = MapValue()
        for entry in entries {
            let key = try entry.key.value(&frame)
            var value = try entry.value.value(&frame)
            if entry.isOptional {
                guard case .optional(let inner) = value else {
                    throw EvaluationError(.noSuchOverload, "entry is not optional: \(value.typeName)", at: entry.id)
                }
                guard let inner else { continue }
                value = inner
            }
            do throws(EvaluationError) {
                try map.insert(key, value)
            } catch {
                throw error.located(at: entry.id)
            }
        }
        try frame.charge(Self.cost)
        return .map(map)
    }
}
