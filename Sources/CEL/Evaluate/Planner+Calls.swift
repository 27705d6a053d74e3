extension Planner {
    /// Plans an operator or a call.
    mutating func call(_ call: Expression.Call, _ expression: Expression, free: Bool) -> Node {
        let arguments = call.arguments
        switch call.function {
        case Operator.conditional where arguments.count == 3:
            return ConditionalNode(
                condition: plan(arguments[0]), yes: plan(arguments[1], free: true),
                no: plan(arguments[2], free: true))
        case Operator.index where arguments.count == 2, Operator.optionalIndex where arguments.count == 2:
            return index(arguments, call.function == Operator.optionalIndex, expression, free: free)
        case Operator.optionalSelect where arguments.count == 2:
            return optionalSelect(arguments, expression, free: free)
        default: break
        }
        if arguments.count == 2, call.target == nil, let node = binary(call.function, arguments, expression) {
            return node
        }
        if arguments.count == 1, call.target == nil, let node = unary(call.function, arguments[0], expression) {
            return node
        }
        return function(call, expression)
    }

    private mutating func unary(_ name: String, _ argument: Expression, _ expression: Expression) -> Node? {
        switch name {
        case Operator.not: NotNode(plan(argument))
        case Operator.negate: NegateNode(plan(argument), id: expression.id)
        case Operator.notStrictlyFalse: NotStrictlyFalseNode(plan(argument))
        default: nil
        }
    }

    private mutating func binary(
        _ name: String, _ arguments: [Expression], _ expression: Expression
    ) -> Node? {
        let types = (type(arguments[0]), type(arguments[1]))
        switch name {
        case Operator.and, Operator.or:
            return LogicNode(left: plan(arguments[0]), right: plan(arguments[1]), decisive: name == Operator.or)
        case Operator.equal, Operator.notEqual:
            return equality(arguments, negated: name == Operator.notEqual)
        case Operator.in: return membership(arguments, expression)
        default: break
        }
        if let order = OrderOperator(name) {
            let (left, right) = (plan(arguments[0]), plan(arguments[1]))
            if types == (.int, .int) { return IntOrderNode(left: left, right: right, order: order) }
            return OrderNode(
                left: left, right: right, order: order, rule: rule(expression),
                id: expression.id)
        }
        if let operation = ArithmeticOperator(name) {
            let (left, right) = (plan(arguments[0]), plan(arguments[1]))
            if types == (.int, .int) {
                return IntArithmeticNode(left: left, right: right, operation: operation, id: expression.id)
            }
            if types == (.double, .double) {
                return DoubleArithmeticNode(left: left, right: right, operation: operation)
            }
            return ArithmeticNode(
                left: left, right: right, operation: operation, rule: rule(expression),
                id: expression.id)
        }
        return nil
    }

    private mutating func equality(_ arguments: [Expression], negated: Bool) -> Node {
        if case .constant(.string(let text)) = arguments[1].kind {
            return EqualStringNode(operand: plan(arguments[0]), constant: text, negated: negated)
        }
        if case .constant(.string(let text)) = arguments[0].kind {
            return EqualStringNode(operand: plan(arguments[1]), constant: text, negated: negated)
        }
        let (left, right) = (plan(arguments[0]), plan(arguments[1]))
        if type(arguments[0]) == .int, type(arguments[1]) == .int {
            return IntEqualNode(left: left, right: right, negated: negated)
        }
        return EqualNode(left: left, right: right, negated: negated)
    }

    private mutating func membership(_ arguments: [Expression], _ expression: Expression) -> Node {
        let rule = rule(expression)
        let element = plan(arguments[0])
        if case .list(let list) = arguments[1].kind, list.optionalIndices.isEmpty {
            let constants = list.elements.compactMap { element -> Value? in
                if case .constant(let constant) = element.kind { Value(constant) } else { nil }
            }
            if constants.count == list.elements.count {
                return ConstantMembershipNode(
                    element: element, constants: constants,
                    cost: RuntimeCost.sum(10, rule.cost(.null, .list(constants))))
            }
        }
        return MembershipNode(element: element, container: plan(arguments[1]), rule: rule, id: expression.id)
    }

    private mutating func index(
        _ arguments: [Expression], _ isOptional: Bool, _ expression: Expression, free: Bool
    ) -> Node {
        let isAttribute = isAttribute(arguments[0])
        let operand = plan(arguments[0], free: isAttribute && free)
        let key = plan(arguments[1], free: self.isAttribute(arguments[1]))
        return IndexNode(
            operand: operand, key: key, isOptional: isOptional, cost: isAttribute || free ? 1 : 2,
            id: expression.id)
    }

    private mutating func optionalSelect(
        _ arguments: [Expression], _ expression: Expression, free: Bool
    ) -> Node {
        guard case .constant(.string(let field)) = arguments[1].kind else {
            return FailingNode(EvaluationError(.noSuchOverload, "no such overload: .?", at: expression.id))
        }
        let isAttribute = isAttribute(arguments[0])
        let operand = plan(arguments[0], free: isAttribute && free)
        return OptionalSelectNode(
            operand: operand, field: field, cost: isAttribute || free ? 1 : 2, id: expression.id)
    }

    // MARK: Functions

    private mutating func function(_ call: Expression.Call, _ expression: Expression) -> Node {
        var name = call.function
        var arguments = call.arguments
        if let target = call.target {
            // In an unchecked expression `math.abs(x)` looks like a method of a variable `math`.
            if checked == nil, let namespace = qualifiedName(target),
                let function = candidateNames(namespace + "." + name).first(where: options.functions.contains)
            {
                name = function
            } else {
                arguments.insert(target, at: 0)
            }
        } else if checked == nil,
            let function = candidateNames(name).first(where: options.functions.contains)
        {
            name = function
        }
        if name == "matches", arguments.count == 2, let node = matches(arguments, expression) { return node }
        let overload = overload(expression)
        let rule = rule(expression)
        let nodes = arguments.map { plan($0) }
        let form =
            overload.flatMap { options.functions.form($0, argumentCount: nodes.count) }
            ?? options.functions.form(name, argumentCount: nodes.count)
        switch form {
        case .nullary(let function): return NullaryCallNode(function: function)
        case .unary(let function):
            return UnaryCallNode(function: function, argument: nodes[0], rule: rule, id: expression.id)
        case .binary(let function) where call.target != nil && (name == "or" || name == "orValue"):
            return AlternativeNode(
                function: function, optional: nodes[0], other: nodes[1], unwraps: name == "orValue", rule: rule,
                id: expression.id)
        case .binary(let function):
            return BinaryCallNode(
                function: function, first: nodes[0], second: nodes[1], rule: rule, id: expression.id)
        case .variadic(_, let function):
            return VariadicCallNode(function: function, arguments: nodes, rule: rule, id: expression.id)
        case nil:
            let reason = options.functions.contains(name) ? "no such overload" : "unbound function"
            return FailingNode(EvaluationError(.noSuchOverload, "\(reason): \(name)", at: expression.id))
        }
    }

    // A literal pattern is compiled now; one that is wrong is reported now and fails when it is used.
    private mutating func matches(_ arguments: [Expression], _ expression: Expression) -> Node? {
        guard case .constant(.string(let pattern)) = arguments[1].kind else { return nil }
        do throws(RegexError) {
            return MatchesNode(
                text: plan(arguments[0]), regex: try Regex(pattern), pattern: .string(pattern),
                rule: rule(expression), id: expression.id)
        } catch {
            report("invalid regular expression: \(error.message) (at \(error.offset) of the pattern)", at: arguments[1])
            return nil
        }
    }
}
