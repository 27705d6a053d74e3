// The cost of an expression before it runs, as an interval: every evaluation costs at least `min` and at most `max`,
// in the units of the run-time counter (an identifier or a field is 1, ten characters of text are 1, a list is 10).
// The rules are those of cel-go's `checker/cost.go`; whoever changes one changes the run-time cost too.
//
// Sizes are followed through the expression: literals know theirs, the estimator knows those of variables by path,
// and calls hand on what they make of them. What has no known size has no bound.

/// Estimates the cost of checked expressions.
public struct StaticCost {
    private let checked: CheckedExpression
    private let estimator: CostEstimator
    private var paths: [Expression.ID: [String]] = [:]
    private var sizes: [Expression.ID: Estimate] = [:]
    private var entrySizes: [Expression.ID: EntrySize] = [:]
    private var locals: [String: [Local]] = [:]

    /// The sizes of the keys or indices of a container and of its values.
    struct EntrySize {
        let isList: Bool
        let key: Estimate
        let value: Estimate

        func union(_ other: EntrySize) -> EntrySize {
            EntrySize(isList: isList, key: key.union(other.key), value: value.union(other.value))
        }
    }

    /// A variable of a macro.
    private struct Local {
        let path: [String]
        let size: Estimate?
        let entrySize: EntrySize?
    }

    private static let identifierCost = Estimate.exactly(1)
    private static let listCost = Estimate.exactly(10)
    private static let mapCost = Estimate.exactly(30)
    private static let messageCost = Estimate.exactly(40)

    /// The least and the most that evaluating an expression costs.
    public static func estimate(
        _ checked: CheckedExpression, with estimator: CostEstimator = CostEstimator()
    ) -> Estimate {
        var cost = StaticCost(checked: checked, estimator: estimator)
        return cost.cost(of: checked.root)
    }

    private init(checked: CheckedExpression, estimator: CostEstimator) {
        self.checked = checked
        self.estimator = estimator
    }

    // MARK: Nodes

    private mutating func cost(of expression: Expression) -> Estimate {
        switch expression.kind {
        case .constant: return .zero
        case .identifier(let name):
            paths[expression.id] = local(name)?.path ?? [Self.plain(name)]
            return Self.identifierCost
        case .select(let select): return cost(of: select, expression)
        case .call(let call): return cost(of: call, expression)
        case .list(let list):
            var sum = Self.listCost
            var element: Estimate?
            for part in list.elements {
                sum = sum.adding(cost(of: part))
                element = union(element, size(of: part))
            }
            entrySizes[expression.id] = EntrySize(isList: true, key: .exactly(1), value: element ?? .zero)
            return sum
        case .map(let entries):
            var sum = Self.mapCost
            var key: Estimate?
            var value: Estimate?
            for entry in entries {
                sum = sum.adding(cost(of: entry.key)).adding(cost(of: entry.value))
                key = union(key, size(of: entry.key))
                value = union(value, size(of: entry.value))
            }
            entrySizes[expression.id] = EntrySize(isList: false, key: key ?? .zero, value: value ?? .zero)
            return sum
        case .message(let message):
            return message.fields.reduce(Self.messageCost) { $0.adding(cost(of: $1.value)) }
        case .comprehension(let fold):
            return fold.isBinding ? binding(fold, expression) : cost(of: fold, expression)
        }
    }

    private func union(_ known: Estimate?, _ next: Estimate?) -> Estimate {
        let next = next ?? .unknown
        return known.map { $0.union(next) } ?? next
    }

    private mutating func cost(of select: Expression.Select, _ expression: Expression) -> Estimate {
        let operand = cost(of: select.operand)
        if select.testOnly { return operand.adding(.exactly(estimator.presenceTestCost)) }
        paths[expression.id] = path(of: select.operand) + [select.field]
        switch checked.types[select.operand.id] {
        // cel-go counts nothing for `dyn` and optional operands, although evaluating them costs as much.
        case .map, .object, .typeParameter, .dyn, .optional: return operand.adding(Self.identifierCost)
        default: return operand
        }
    }

    private mutating func cost(of fold: Expression.Comprehension, _ expression: Expression) -> Estimate {
        var sum = cost(of: fold.range).adding(cost(of: fold.initial))
        push(fold.accumulatorVariable, boundTo: fold.initial)
        let entries = entrySize(of: fold.range)
        let isList = entries?.isList ?? checked.types[fold.range.id]?.isList ?? false
        let rangePath = path(of: fold.range)
        let values = Local(
            path: rangePath + [isList ? "@items" : "@values"], size: entries?.value, entrySize: nil)
        let keys = Local(path: rangePath + [isList ? "@indices" : "@keys"], size: entries?.key, entrySize: nil)
        if let second = fold.secondIterationVariable {
            locals[fold.iterationVariable, default: []].append(keys)
            locals[second, default: []].append(values)
        } else {
            locals[fold.iterationVariable, default: []].append(isList ? values : keys)
        }
        let perElement = cost(of: fold.condition).adding(cost(of: fold.step))
        pop(fold.iterationVariable)
        if let second = fold.secondIterationVariable { pop(second) }
        sum = sum.adding(cost(of: fold.result))
        let count = size(of: fold.range) ?? .unknown
        sum = sum.adding(count.multiplied(by: perElement))
        switch fold.initial.kind {
        case .constant: set(size(of: fold.initial), expression)
        case .list, .map:
            set(count, expression)
            set(entrySize(of: fold.step), expression)
        default: break
        }
        pop(fold.accumulatorVariable)
        return sum
    }

    /// `cel.bind` and its like: the value counts once, since it is kept.
    private mutating func binding(_ fold: Expression.Comprehension, _ expression: Expression) -> Estimate {
        let value = cost(of: fold.range).adding(cost(of: fold.initial))
        push(fold.accumulatorVariable, boundTo: fold.initial)
        let sum = value.adding(cost(of: fold.result))
        let size = size(of: fold.result)
        let entrySize = entrySize(of: fold.result)
        pop(fold.accumulatorVariable)
        set(size, expression)
        set(entrySize, expression)
        return sum
    }

    // MARK: Calls

    private mutating func cost(of call: Expression.Call, _ expression: Expression) -> Estimate {
        if call.function == "dyn", call.target == nil, let argument = call.arguments.first {
            let sum = cost(of: argument).adding(.exactly(1))
            set(size(of: argument), expression)
            set(entrySize(of: argument), expression)
            return sum
        }
        let argumentCosts = call.arguments.map { cost(of: $0) }
        let targetCost = call.target.map { cost(of: $0) } ?? .zero
        let arguments = call.arguments.map { node($0) }
        let target = call.target.map { node($0) }
        guard case .overloads(let overloads) = checked.references[expression.id], !overloads.isEmpty else {
            return .zero
        }
        var total: Estimate?
        var resultSize: Estimate?
        for overload in overloads {
            let estimate = self.call(overload, target, arguments, argumentCosts, expression)
            total = total.map { $0.union(estimate.cost) } ?? estimate.cost
            if let size = estimate.resultSize { resultSize = resultSize.map { $0.union(size) } ?? size }
            if overload == "index_list" || overload == "index_map", let container = call.arguments.first {
                resultSize = entrySize(of: container)?.value
                paths[expression.id] = path(of: container) + [overload == "index_list" ? "@items" : "@values"]
            }
            resultSize = resultSize ?? size(of: expression)
        }
        set(resultSize, expression)
        return targetCost.adding(total ?? .zero)
    }

    /// The cost of a call by one overload, its arguments included.
    private mutating func call(
        _ overload: String, _ target: CostEstimator.Node?, _ arguments: [CostEstimator.Node], _ costs: [Estimate],
        _ expression: Expression
    ) -> CostEstimator.Call {
        let all = costs.reduce(Estimate.zero) { $0.adding($1) }
        if let own = estimator.call(overload, target, arguments) {
            return .init(cost: own.cost.adding(all), resultSize: own.resultSize)
        }
        switch (overload, arguments.count) {
        case ("logical_and", 2), ("logical_or", 2):
            // The least is one side alone, when it decides.
            return .init(cost: Estimate(costs[0].min, costs[0].adding(costs[1]).max))
        case ("conditional", 3):
            let size = arguments[1].sizeOrUnknown.union(arguments[2].sizeOrUnknown)
            set(commonEntrySize(arguments[1], arguments[2]), expression)
            return .init(cost: costs[0].adding(costs[1].union(costs[2])), resultSize: size)
        case ("add_string", 2), ("add_bytes", 2), ("add_list", 2):
            set(commonEntrySize(arguments[0], arguments[1]), expression)
        case ("list_reverse", _), ("list_distinct", _), ("list_slice", _):
            if let target { set(entrySize(of: target.expression), expression) }
        default: break
        }
        let list = (target ?? arguments.first).flatMap { entrySize(of: $0.expression)?.value }
        let rule = OverloadCost.estimate(overload, target, arguments, elementSize: list)
        return .init(cost: rule.cost.adding(all), resultSize: rule.resultSize)
    }

    private func commonEntrySize(_ left: CostEstimator.Node, _ right: CostEstimator.Node) -> EntrySize? {
        guard let left = entrySize(of: left.expression), let right = entrySize(of: right.expression) else { return nil }
        return left.union(right)
    }

    // MARK: Sizes and paths

    private mutating func node(_ expression: Expression) -> CostEstimator.Node {
        let path = path(of: expression)
        // Accumulators are no variables that an estimator could know.
        let known = path.first == "@result" || path.first == "__result__" ? [] : path
        return CostEstimator.Node(
            path: known, type: checked.types[expression.id] ?? .dyn, expression: expression, size: size(of: expression))
    }

    private mutating func size(of expression: Expression) -> Estimate? {
        if let known = sizes[expression.id] { return known }
        switch expression.kind {
        case .constant(.string(let text)): return .exactly(UInt64(text.unicodeScalars.count))
        case .constant(.bytes(let bytes)): return .exactly(UInt64(bytes.count))
        case .constant: return .exactly(1)
        case .list(let list): return .exactly(UInt64(list.elements.count))
        case .map(let entries): return .exactly(UInt64(entries.count))
        default: break
        }
        let type = checked.types[expression.id] ?? .dyn
        let node = CostEstimator.Node(path: path(of: expression), type: type, expression: expression, size: nil)
        if let size = estimator.size(node) {
            sizes[expression.id] = size
            return size
        }
        if type.isScalar { return .exactly(1) }
        if case .identifier(let name) = expression.kind { return local(name)?.size }
        return nil
    }

    private func entrySize(of expression: Expression) -> EntrySize? {
        if let known = entrySizes[expression.id] { return known }
        if case .identifier(let name) = expression.kind { return local(name)?.entrySize }
        return nil
    }

    private func path(of expression: Expression) -> [String] {
        if case .identifier(let name) = expression.kind, let local = local(name) { return local.path }
        return paths[expression.id] ?? []
    }

    private mutating func set(_ size: Estimate?, _ expression: Expression) {
        if let size { sizes[expression.id] = size }
    }

    private mutating func set(_ entrySize: EntrySize?, _ expression: Expression) {
        if let entrySize { entrySizes[expression.id] = entrySize }
    }

    private func local(_ name: String) -> Local? { locals[name]?.last }

    private mutating func push(_ name: String, boundTo value: Expression) {
        let local = Local(path: path(of: value), size: size(of: value), entrySize: entrySize(of: value))
        locals[name, default: []].append(local)
    }

    private mutating func pop(_ name: String) {
        _ = locals[name]?.popLast()
    }

    private static func plain(_ name: String) -> String {
        name.hasPrefix(".") ? String(name.dropFirst()) : name
    }
}

extension Expression.Comprehension {
    /// Whether the fold visits nothing and only gives its accumulator a name, as `cel.bind` does.
    public var isBinding: Bool {
        guard case .list(let list) = range.kind, list.elements.isEmpty, condition.kind == .constant(.bool(false)) else {
            return false
        }
        return accumulatorVariable != "@result" && accumulatorVariable != "__result__"
    }
}

extension CELType {
    fileprivate var isList: Bool {
        if case .list = self { true } else { false }
    }

    /// Whether all values of the type have the same size.
    fileprivate var isScalar: Bool {
        switch self {
        case .bool, .int, .uint, .double, .timestamp, .duration: true
        case .optional(let wrapped): wrapped.isScalar
        default: false
        }
    }
}
