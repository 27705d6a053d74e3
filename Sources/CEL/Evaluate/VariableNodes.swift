// Reading variables. Variables of the host live in slots, variables of macros in registers of the frame.

/// A variable of the host.
final class SlotNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let slot: Int
    private let name: String
    private let cost: UInt64
    private let id: Int

    init(slot: Int, name: String, cost: UInt64, id: Int) {
        self.slot = slot
        self.name = name
        self.cost = cost
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        try frame.charge(cost)
        guard slot < frame.slots.count, let value = frame.slots[slot] else {
            throw EvaluationError(.undeclaredReference, "no value bound to '\(name)'", at: id)
        }
        return value
    }
}

/// A variable of a loop, always bound where it can be read.
final class LocalNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let register: Int
    private let cost: UInt64

    init(register: Int, cost: UInt64) {
        self.register = register
        self.cost = cost
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        try frame.charge(cost)
        guard let value = frame.locals[register] else {
            throw EvaluationError(.undeclaredReference, "variable read outside its scope")
        }
        return value
    }
}

/// A variable of `cel.bind`: its value is found when it is first read, and then kept. An initializer that is
/// never read is never evaluated, and one that fails does so where it is read.
final class LazyLocalNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let register: Int
    private let initial: Node
    private let cost: UInt64

    init(register: Int, initial: Node, cost: UInt64) {
        self.register = register
        self.initial = initial
        self.cost = cost
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        try frame.charge(cost)
        if let value = frame.locals[register] { return value }
        let value = try initial.value(&frame)
        frame.locals[register] = value
        return value
    }
}

/// `cel.bind(name, initial, result)`.
final class BindNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private static let cost: UInt64 = 10
    private let register: Int
    private let result: Node

    init(register: Int, result: Node) {
        self.register = register
        self.result = result
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        try enter(&frame)
        return try result.value(&frame)
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        try enter(&frame)
        return try result.bool(&frame)
    }

    override func int(_ frame: inout Frame) throws(EvaluationError) -> Int64 {
        try enter(&frame)
        return try result.int(&frame)
    }

    // The macro is a fold over an empty list literal, whose cost remains.
    private func enter(_ frame: inout Frame) throws(EvaluationError) {
        try frame.charge(Self.cost)
        frame.locals[register] = nil
    }
}

/// A name that was not checked: the first of several variables that is bound, then fields of it.
///
/// `a.b.c` may be the variable `a.b.c`, field `c` of `a.b`, or field `b.c` of `a`; with a container each of
/// them again within it.
final class CandidatesNode: Node, @unchecked Sendable {  // only `let`s: see Node
    /// One way to read the name.
    struct Candidate: Sendable {
        let slot: Int
        /// A constant, for names of types, when the slot is not bound.
        let constant: Value?
        let fields: [String]
    }

    private let candidates: [Candidate]
    private let name: String
    private let cost: UInt64
    private let id: Int

    init(candidates: [Candidate], name: String, cost: UInt64, id: Int) {
        self.candidates = candidates
        self.name = name
        self.cost = cost
        self.id = id
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        try frame.charge(cost)
        for candidate in candidates {
            let bound = candidate.slot < frame.slots.count ? frame.slots[candidate.slot] : nil
            guard var value = bound ?? candidate.constant else { continue }
            for field in candidate.fields {
                try frame.charge(1)
                value = try FieldSelection.select(field, of: value, at: id)
            }
            return value
        }
        throw EvaluationError(.undeclaredReference, "undeclared reference to '\(name)'", at: id)
    }
}
