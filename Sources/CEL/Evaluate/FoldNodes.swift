// The loops that macros expand to. The planner recognizes each macro by the shape of its expansion and plans
// it as one node: no accumulator is kept as a value, and lists are appended to in place. The costs charged
// here are those of evaluating the expansion step by step, as the cost tables have them.

/// The range, variables and budget of a loop.
struct Loop: Sendable {
    let range: Node
    let register: Int
    let secondRegister: Int?

    /// Calls `body` once for each round with the variables set, until it returns false.
    @inline(__always)
    func forEach(
        _ frame: inout Frame, _ body: (inout Frame) throws(EvaluationError) -> Bool
    ) throws(EvaluationError) {
        try forEach(of: try range.value(&frame), &frame, body)
    }

    /// Calls `body` once for each element or entry of a range that has been evaluated.
    @inline(__always)
    func forEach(
        of range: Value, _ frame: inout Frame, _ body: (inout Frame) throws(EvaluationError) -> Bool
    ) throws(EvaluationError) {
        switch range {
        case .list(let elements):
            for index in elements.indices {
                if let secondRegister {
                    frame.locals[register] = .int(Int64(index))
                    frame.locals[secondRegister] = elements[index]
                } else {
                    frame.locals[register] = elements[index]
                }
                guard try body(&frame) else { return }
            }
        case .map(let map):
            for entry in map.entries {
                frame.locals[register] = entry.key
                if let secondRegister { frame.locals[secondRegister] = entry.value }
                guard try body(&frame) else { return }
            }
        default:
            throw .noSuchOverload
        }
    }
}

/// `all` (decisive false) and `exists` (decisive true): a failing round is absorbed by a decisive one.
final class QuantifierNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let loop: Loop
    private let predicate: Node
    private let decisive: Bool
    private let roundCost: UInt64

    init(loop: Loop, predicate: Node, decisive: Bool) {
        self.loop = loop
        self.predicate = predicate
        self.decisive = decisive
        // The condition reads the accumulator (1) and calls @not_strictly_false (1), for `exists` on a
        // negation (1); the step reads the accumulator (1).
        self.roundCost = decisive ? 4 : 3
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        var isDecided = false
        var failure: EvaluationError?
        try loop.forEach(&frame) { (frame: inout Frame) throws(EvaluationError) -> Bool in
            if isDecided {
                // The condition is evaluated once more before the loop ends.
                try frame.charge(roundCost - 1)
                return false
            }
            try frame.charge(roundCost)
            do throws(EvaluationError) {
                isDecided = try predicate.bool(&frame) == decisive
            } catch {
                if error.isFatal { throw error }
                if failure == nil { failure = error }
            }
            return true
        }
        try frame.charge(1)
        if isDecided { return decisive }
        if let failure { throw failure }
        return !decisive
    }
}

/// `exists_one`: the number of rounds that hold must be one; a failing round fails the whole.
final class ExistsOneNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let loop: Loop
    private let predicate: Node

    init(loop: Loop, predicate: Node) {
        self.loop = loop
        self.predicate = predicate
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        var count = 0
        try loop.forEach(&frame) { (frame: inout Frame) throws(EvaluationError) -> Bool in
            if try predicate.bool(&frame) {
                // accumulator + 1
                try frame.charge(2)
                count += 1
            }
            return true
        }
        // accumulator == 1
        try frame.charge(2)
        return count == 1
    }
}

/// `map`, `filter` and `transformList`: a list of the elements of the rounds that pass.
final class CollectNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private static let reserved = 64
    private let loop: Loop
    private let predicate: Node?
    private let element: Node

    init(loop: Loop, predicate: Node?, element: Node) {
        self.loop = loop
        self.predicate = predicate
        self.element = element
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        let range = try loop.range.value(&frame)
        var collected: [Value] = []
        if case .list(let elements) = range { collected.reserveCapacity(min(elements.count, Self.reserved)) }
        try loop.forEach(of: range, &frame) { (frame: inout Frame) throws(EvaluationError) -> Bool in
            if let predicate, try !predicate.bool(&frame) { return true }
            collected.append(try element.value(&frame))
            // accumulator + [element]
            try frame.charge(12)
            return true
        }
        // The empty list at the start, and reading the accumulator at the end.
        try frame.charge(11)
        return .list(collected)
    }
}

/// `transformMap` (key and value) and `transformMapEntry` (a map each round): a map built round by round.
final class CollectMapNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let loop: Loop
    private let predicate: Node?
    /// The key, or nil when `value` is a map whose entries are added.
    private let key: Node?
    private let value: Node

    init(loop: Loop, predicate: Node?, key: Node?, value: Node) {
        self.loop = loop
        self.predicate = predicate
        self.key = key
        self.value = value
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        var collected = MapValue()
        try loop.forEach(&frame) { (frame: inout Frame) throws(EvaluationError) -> Bool in
            if let predicate, try !predicate.bool(&frame) { return true }
            if let key {
                let key = try key.value(&frame)
                try collected.insert(key, try value.value(&frame))
            } else {
                guard case .map(let map) = try value.value(&frame) else { throw .noSuchOverload }
                try frame.spend(map.count)
                for entry in map.entries { try collected.insert(entry.key, entry.value) }
            }
            // cel.@mapInsert(accumulator, …)
            try frame.charge(2)
            return true
        }
        try frame.charge(31)
        return .map(collected)
    }
}

/// Any other fold, step by step as written.
final class FoldNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let loop: Loop
    private let accumulator: Int
    private let initial: Node
    private let condition: Node
    private let step: Node
    private let result: Node

    init(
        loop: Loop, accumulator: Int, initial: Node, condition: Node, step: Node, result: Node
    ) {
        self.loop = loop
        self.accumulator = accumulator
        self.initial = initial
        self.condition = condition
        self.step = step
        self.result = result
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        frame.locals[accumulator] = try initial.value(&frame)
        try loop.forEach(&frame) { (frame: inout Frame) throws(EvaluationError) -> Bool in
            guard try condition.bool(&frame) else { return false }
            frame.locals[accumulator] = try step.value(&frame)
            return true
        }
        return try result.value(&frame)
    }
}
