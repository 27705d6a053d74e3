// Recognizes the expansions of macros and plans each as one loop. An expansion that is none of them is planned
// as the fold it is.

extension Planner {
    /// Plans a fold.
    mutating func comprehension(_ fold: Expression.Comprehension, _ expression: Expression) -> Node {
        if case .list(let range) = fold.range.kind, range.elements.isEmpty,
            case .constant(.bool(false)) = fold.condition.kind
        {
            return bind(fold)
        }
        let loop = Loop(
            range: plan(fold.range), register: newRegister(),
            secondRegister: fold.secondIterationVariable == nil ? nil : newRegister())
        var locals: [(String, Local)] = [(fold.iterationVariable, .loop(register: loop.register))]
        if let name = fold.secondIterationVariable, let register = loop.secondRegister {
            locals.append((name, .loop(register: register)))
        }
        if let node = quantifier(fold, loop, locals) ?? collection(fold, loop, locals) { return node }
        return general(fold, loop, locals)
    }

    private mutating func bind(_ fold: Expression.Comprehension) -> Node {
        let initial = plan(fold.initial)
        let register = newRegister()
        let local = Local.lazy(register: register, initial: initial)
        return BindNode(register: register, result: with([(fold.accumulatorVariable, local)]) { $0.plan(fold.result) })
    }

    private mutating func general(
        _ fold: Expression.Comprehension, _ loop: Loop, _ locals: [(String, Local)]
    ) -> Node {
        let initial = plan(fold.initial)
        let register = newRegister()
        let accumulator = (fold.accumulatorVariable, Local.loop(register: register))
        // The loop's variables are in scope of condition and step, the accumulator everywhere.
        let (condition, step) = with([accumulator] + locals) { ($0.plan(fold.condition), $0.plan(fold.step)) }
        let result = with([accumulator]) { $0.plan(fold.result) }
        return FoldNode(
            loop: loop, accumulator: register, initial: initial, condition: condition, step: step, result: result)
    }

    // MARK: Quantifiers

    private mutating func quantifier(
        _ fold: Expression.Comprehension, _ loop: Loop, _ locals: [(String, Local)]
    ) -> Node? {
        let shape = FoldShape(fold)
        guard let predicate = shape.quantified ?? shape.counted else { return nil }
        let node = with(locals) { $0.plan(predicate) }
        if shape.counted != nil { return ExistsOneNode(loop: loop, predicate: node) }
        return QuantifierNode(loop: loop, predicate: node, decisive: shape.isExists)
    }

    // MARK: Lists and maps

    private mutating func collection(
        _ fold: Expression.Comprehension, _ loop: Loop, _ locals: [(String, Local)]
    ) -> Node? {
        let shape = FoldShape(fold)
        guard case (let predicate, let addition)? = shape.conditionalStep else { return nil }
        if let element = shape.appended(addition) {
            return with(locals) { planner in
                CollectNode(
                    loop: loop, predicate: predicate.map { planner.plan($0) }, element: planner.plan(element))
            }
        }
        guard case (let key, let value)? = shape.inserted(addition) else { return nil }
        return with(locals) { planner in
            CollectMapNode(
                loop: loop, predicate: predicate.map { planner.plan($0) }, key: key.map { planner.plan($0) },
                value: planner.plan(value))
        }
    }
}

/// Reads the shape of a fold.
private struct FoldShape {
    let fold: Expression.Comprehension

    init(_ fold: Expression.Comprehension) { self.fold = fold }

    private func isAccumulator(_ expression: Expression) -> Bool {
        expression.kind == .identifier(fold.accumulatorVariable)
    }

    // The arguments of a call of a global function.
    private func arguments(_ name: String, _ expression: Expression) -> [Expression]? {
        guard case .call(let call) = expression.kind, call.target == nil, call.function == name else { return nil }
        return call.arguments
    }

    private var accumulates: Bool { isAccumulator(fold.result) }

    private var isUnconditional: Bool { fold.condition.kind == .constant(.bool(true)) }

    var isExists: Bool { fold.initial.kind == .constant(.bool(false)) }

    /// The predicate of `all` or `exists`.
    var quantified: Expression? {
        guard accumulates, let condition = arguments(Operator.notStrictlyFalse, fold.condition), condition.count == 1
        else { return nil }
        if fold.initial.kind == .constant(.bool(true)), isAccumulator(condition[0]) {
            return operand(Operator.and)
        }
        if isExists, let negated = arguments(Operator.not, condition[0]), negated.count == 1, isAccumulator(negated[0])
        {
            return operand(Operator.or)
        }
        return nil
    }

    private func operand(_ name: String) -> Expression? {
        guard let step = arguments(name, fold.step), step.count == 2, isAccumulator(step[0]) else { return nil }
        return step[1]
    }

    /// The predicate of `exists_one`.
    var counted: Expression? {
        guard fold.initial.kind == .constant(.int(0)), isUnconditional,
            let result = arguments(Operator.equal, fold.result), isAccumulatorAndOne(result),
            case (let predicate?, let addition)? = conditionalStep,
            let sum = arguments(Operator.add, addition), isAccumulatorAndOne(sum)
        else { return nil }
        return predicate
    }

    private func isAccumulatorAndOne(_ operands: [Expression]) -> Bool {
        operands.count == 2 && isAccumulator(operands[0]) && operands[1].kind == .constant(.int(1))
    }

    /// The step, taken apart if it is `predicate ? addition : accumulator`.
    var conditionalStep: (Expression?, Expression)? {
        guard isUnconditional else { return nil }
        guard let parts = arguments(Operator.conditional, fold.step), parts.count == 3 else {
            return (nil, fold.step)
        }
        return isAccumulator(parts[2]) ? (parts[0], parts[1]) : nil
    }

    /// The element of `accumulator + [element]`.
    func appended(_ addition: Expression) -> Expression? {
        guard accumulates, case .list(let initial) = fold.initial.kind, initial.elements.isEmpty,
            let sum = arguments(Operator.add, addition), sum.count == 2, isAccumulator(sum[0]),
            case .list(let list) = sum[1].kind, list.elements.count == 1, list.optionalIndices.isEmpty
        else { return nil }
        return list.elements[0]
    }

    /// The key and value, or the map alone, of `cel.@mapInsert(accumulator, …)`.
    func inserted(_ addition: Expression) -> (key: Expression?, value: Expression)? {
        guard accumulates, case .map(let initial) = fold.initial.kind, initial.isEmpty,
            let parts = arguments("cel.@mapInsert", addition), let first = parts.first, isAccumulator(first)
        else { return nil }
        switch parts.count {
        case 2: return (nil, parts[1])
        case 3: return (parts[1], parts[2])
        default: return nil
        }
    }
}
