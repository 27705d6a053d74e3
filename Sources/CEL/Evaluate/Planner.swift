// Turns a syntax tree into nodes: names into slots and registers, operators into nodes for the types they
// were checked with, macros into loops, literal patterns into compiled regular expressions.
//
// Costs follow cel-go's planner, where identifiers, selections, indexing and conditionals form *attributes*:
// an attribute costs 1 for its base and 1 for each qualifier. An attribute that is a branch of a conditional,
// or the key of an index, is resolved by its owner and its base is free. `free` says so.

/// Plans one expression.
struct Planner {
    /// How a name in scope is read.
    enum Local {
        case loop(register: Int)
        case lazy(register: Int, initial: Node)
    }

    let parsed: ParsedExpression
    let checked: CheckedExpression?
    let options: ProgramOptions
    private(set) var variables: [String]
    private(set) var localCount = 0
    private(set) var problems: [Diagnostic] = []
    private var slots: [String: Int]
    private var scope: [(name: String, local: Local)] = []

    init(_ parsed: ParsedExpression, checked: CheckedExpression?, options: ProgramOptions) {
        self.parsed = parsed
        self.checked = checked
        self.options = options
        variables = options.variables
        slots = Dictionary(zip(variables, variables.indices)) { first, _ in first }
    }

    // MARK: Facts about nodes

    func type(_ expression: Expression) -> CELType? { checked?.types[expression.id] }

    /// The overload of a call, if only one can apply.
    func overload(_ expression: Expression) -> String? {
        guard case .overloads(let ids)? = checked?.references[expression.id], ids.count == 1 else { return nil }
        return ids[0]
    }

    /// How the call is charged.
    func rule(_ expression: Expression) -> CostRule {
        let overload = overload(expression)
        if let overload, let custom = options.costs[overload] { return .custom(custom) }
        return CostRule(overload: overload)
    }

    /// Whether the node is one that cel-go resolves as an attribute.
    func isAttribute(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .identifier(let name):
            if local(name) != nil { return true }
            return typeConstant(expression) == nil
        case .select(let select): return !select.testOnly
        case .call(let call):
            return [Operator.index, Operator.optionalIndex, Operator.optionalSelect, Operator.conditional]
                .contains(call.function)
        default: return false
        }
    }

    mutating func report(_ message: String, at expression: Expression) {
        problems.append(Diagnostic(at: parsed.offsets[expression.id], of: parsed.source, message))
    }

    // MARK: Names

    mutating func newRegister() -> Int {
        // Registers are never reused: a lazily evaluated initializer may run inside any later loop.
        defer { localCount += 1 }
        return localCount
    }

    /// Plans something with a name in scope.
    mutating func with<Result>(
        _ locals: [(String, Local)], _ body: (inout Planner) -> Result
    ) -> Result {
        let depth = scope.count
        for (name, local) in locals { scope.append((name, local)) }
        defer { scope.removeLast(scope.count - depth) }
        return body(&self)
    }

    func local(_ name: String) -> Local? { scope.last { $0.name == name }?.local }

    mutating func slot(_ name: String) -> Int {
        if let slot = slots[name] { return slot }
        slots[name] = variables.count
        variables.append(name)
        return variables.count - 1
    }

    /// The type a checked identifier names, unless it is a variable of the host.
    private func typeConstant(_ expression: Expression) -> Value? {
        guard case .identifier(let name, _)? = checked?.references[expression.id],
            case .type? = type(expression), slots[name] == nil
        else { return nil }
        return .type(name)
    }

    private func stripped(_ name: String) -> String { name.hasPrefix(".") ? String(name.dropFirst()) : name }

    /// A name within the container, from the innermost namespace out; an absolute name is itself.
    func candidateNames(_ name: String) -> [String] {
        if name.hasPrefix(".") { return [String(name.dropFirst())] }
        var result: [String] = []
        var parts = options.container.split(separator: ".")
        while !parts.isEmpty {
            result.append(parts.joined(separator: ".") + "." + name)
            parts.removeLast()
        }
        result.append(name)
        return result
    }

    /// The dotted name a chain of selections from a global identifier spells.
    func qualifiedName(_ expression: Expression) -> String? {
        switch expression.kind {
        case .identifier(let name): return local(name) == nil ? name : nil
        case .select(let select):
            guard !select.testOnly, let prefix = qualifiedName(select.operand) else { return nil }
            return prefix + "." + select.field
        default: return nil
        }
    }

    // MARK: Nodes

    /// Plans a node; see the head of this file for `free`.
    mutating func plan(_ expression: Expression, free: Bool = false) -> Node {
        switch expression.kind {
        case .constant(let constant): ConstantNode(Value(constant))
        case .identifier(let name): identifier(name, expression, free: free)
        case .select(let select): self.select(select, expression, free: free)
        case .call(let call): self.call(call, expression, free: free)
        case .list(let list):
            ListNode(elements: list.elements.map { plan($0) }, optionalPositions: Set(list.optionalIndices))
        case .map(let entries):
            MapNode(
                entries: entries.map {
                    .init(key: plan($0.key), value: plan($0.value), isOptional: $0.isOptional, id: $0.id)
                })
        case .message(let message):
            FailingNode(
                EvaluationError(
                    .invalidArgument, "messages cannot be constructed: \(message.typeName)", at: expression.id))
        case .comprehension(let fold): comprehension(fold, expression)
        }
    }

    private mutating func identifier(_ name: String, _ expression: Expression, free: Bool) -> Node {
        let cost: UInt64 = free ? 0 : 1
        if let local = local(name) {
            switch local {
            case .loop(let register): return LocalNode(register: register, cost: cost)
            case .lazy(let register, let initial):
                return LazyLocalNode(register: register, initial: initial, cost: cost)
            }
        }
        guard checked != nil else { return candidates(name, expression, free: free) }
        if case .identifier(let resolved, let value)? = checked?.references[expression.id] {
            if let value { return ConstantNode(Value(value)) }
            if let type = typeConstant(expression) { return ConstantNode(type) }
            let global = stripped(resolved)
            return SlotNode(slot: slot(global), name: global, cost: cost, id: expression.id)
        }
        return SlotNode(slot: slot(stripped(name)), name: stripped(name), cost: cost, id: expression.id)
    }

    private mutating func select(_ select: Expression.Select, _ expression: Expression, free: Bool) -> Node {
        if !select.testOnly {
            if case .identifier(let name, let value)? = checked?.references[expression.id] {
                if let value { return ConstantNode(Value(value)) }
                if slots[name] == nil, case .type? = type(expression) { return ConstantNode(.type(name)) }
                let global = stripped(name)
                return SlotNode(slot: slot(global), name: global, cost: free ? 0 : 1, id: expression.id)
            }
            if checked == nil, let name = qualifiedName(expression) {
                return candidates(name, expression, free: free)
            }
        }
        let isAttribute = isAttribute(select.operand)
        let base: UInt64 = isAttribute || free ? 0 : 1
        if select.testOnly {
            let operand = plan(select.operand, free: isAttribute && free)
            let cost: UInt64 = options.countsPresenceTests ? 1 : 0
            return PresenceNode(operand: operand, field: select.field, cost: base + cost, id: expression.id)
        }
        if case .object(let name)? = type(select.operand), let shape = options.shapes[name],
            let position = shape.position(of: select.field)
        {
            return recordField(select, expression, shape, position, base: base, free: free)
        }
        return SelectNode(
            operand: plan(select.operand, free: isAttribute && free), field: select.field, cost: base + 1,
            id: expression.id)
    }

    private mutating func recordField(
        _ select: Expression.Select, _ expression: Expression, _ shape: RecordShape, _ position: Int,
        base: UInt64, free: Bool
    ) -> Node {
        let variable: UInt64 = free ? 0 : 1
        var place: RecordFieldNode.Place?
        if case .identifier(let name) = select.operand.kind {
            switch local(name) {
            case .loop(let register): place = .register(register)
            case .lazy: break
            case nil:
                if case .identifier(let global, nil)? = checked?.references[select.operand.id] {
                    place = .slot(slot(stripped(global)))
                }
            }
        }
        if let place {
            return RecordFieldNode(
                place: place, shape: shape, position: position, cost: variable + 1, id: expression.id)
        }
        let operand = plan(select.operand, free: base == 0 && free)
        return RecordFieldNode(
            place: .node(operand), shape: shape, position: position, cost: base + 1, id: expression.id)
    }

    /// A name of an unchecked expression: every way to read it, longest variable name first.
    private mutating func candidates(_ name: String, _ expression: Expression, free: Bool) -> Node {
        let isAbsolute = name.hasPrefix(".")
        let parts = stripped(name).split(separator: ".").map(String.init)
        var found: [CandidatesNode.Candidate] = []
        for count in stride(from: parts.count, to: 0, by: -1) {
            let prefix = (isAbsolute ? "." : "") + parts.prefix(count).joined(separator: ".")
            for candidate in candidateNames(prefix) {
                found.append(
                    .init(
                        slot: slot(candidate), constant: Self.typeNames.contains(candidate) ? .type(candidate) : nil,
                        fields: Array(parts.dropFirst(count))))
            }
        }
        return CandidatesNode(candidates: found, name: name, cost: free ? 0 : 1, id: expression.id)
    }

    private static let typeNames = Set(
        StandardDeclarations.typeNames.map(\.name) + Library.allCases.flatMap(\.typeNames).map(\.name))
}
