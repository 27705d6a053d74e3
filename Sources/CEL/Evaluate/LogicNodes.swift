// The operators that absorb failures: `false && failure` is false and `true || failure` is true, on whichever
// side the failure stands. When both sides fail, the left failure is the result.

/// `left && right`, or `left || right`: `decisive` is the operand that decides alone.
final class LogicNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let left: Node
    private let right: Node
    private let decisive: Bool

    init(left: Node, right: Node, decisive: Bool) {
        self.left = left
        self.right = right
        self.decisive = decisive
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        do throws(EvaluationError) {
            if try left.bool(&frame) == decisive { return decisive }
        } catch {
            return try afterFailure(error, &frame)
        }
        return try right.bool(&frame)
    }

    @inline(never)
    private func afterFailure(_ failure: EvaluationError, _ frame: inout Frame) throws(EvaluationError) -> Bool {
        if failure.isFatal { throw failure }
        do throws(EvaluationError) {
            if try right.bool(&frame) == decisive { return decisive }
        } catch {
            throw error.isFatal ? error : failure
        }
        throw failure
    }
}

/// `!operand`
final class NotNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let operand: Node

    init(_ operand: Node) { self.operand = operand }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        let value = try operand.bool(&frame)
        try frame.charge(1)
        return !value
    }
}

/// `@not_strictly_false(operand)`: true unless the operand is false; failures count as true.
final class NotStrictlyFalseNode: BoolNode, @unchecked Sendable {  // only `let`s: see Node
    private let operand: Node

    init(_ operand: Node) { self.operand = operand }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        try frame.charge(1)
        do throws(EvaluationError) {
            return try operand.bool(&frame)
        } catch {
            if error.isFatal { throw error }
            return true
        }
    }
}

/// `condition ? yes : no`
final class ConditionalNode: Node, @unchecked Sendable {  // only `let`s: see Node
    private let condition: Node
    private let yes: Node
    private let no: Node

    init(condition: Node, yes: Node, no: Node) {
        self.condition = condition
        self.yes = yes
        self.no = no
    }

    override func value(_ frame: inout Frame) throws(EvaluationError) -> Value {
        if try condition.bool(&frame) { try yes.value(&frame) } else { try no.value(&frame) }
    }

    override func bool(_ frame: inout Frame) throws(EvaluationError) -> Bool {
        if try condition.bool(&frame) { try yes.bool(&frame) } else { try no.bool(&frame) }
    }

    override func int(_ frame: inout Frame) throws(EvaluationError) -> Int64 {
        if try condition.bool(&frame) { try yes.int(&frame) } else { try no.int(&frame) }
    }
}
