// Macros: calls that the parser replaces by other trees before anything is checked.
//
// A macro is known by its name, the number of its arguments and whether it has a receiver; some look at the
// receiver too (`math.greatest`, `cel.bind`) and are ordinary calls otherwise. Expansions are those of cel-go, so
// that trees, costs and errors agree, with one exception: `optMap` and `optFlatMap` bind a receiver that is more
// than a name to a hidden variable instead of copying it, because copies of copies grow exponentially.

/// Expands macro calls into nodes of a tree.
struct MacroExpander {
    /// What became of a call.
    enum Outcome {
        case notAMacro
        case expanded(Expression)
        /// The call is a macro with arguments it cannot have.
        case failed(String, at: Int)
    }

    /// Thrown inside an expansion when an argument is wrong.
    private struct Failure: Error {
        let message: String
        let node: Expression
    }

    /// The iteration variable of folds that only bind their accumulator.
    static let unusedVariable = "#unused"
    private static let optionalVariable = "@optional"
    private static let sortVariable = "@__sortBy_input__"

    private var builder: TreeBuilder
    /// Where the macro call stands; all nodes it makes stand there.
    private let offset: Int
    private let accumulator: String

    /// Expands a call if it is a macro of the standard library or of one of the libraries.
    static func expand(
        _ call: Expression.Call, at offset: Int, libraries: Set<Library>, accumulator: String,
        into builder: inout TreeBuilder
    ) -> Outcome {
        guard isMacroName(call.function) else { return .notAMacro }
        var expander = MacroExpander(builder: TreeBuilder(), offset: offset, accumulator: accumulator)
        // The builder moves in and out again instead of being copied.
        swap(&expander.builder, &builder)
        defer { swap(&expander.builder, &builder) }
        do throws(Failure) {
            guard let expansion = try expander.expansion(of: call, libraries) else { return .notAMacro }
            return .expanded(expansion)
        } catch {
            return .failed(error.message, at: expander.builder.offset(of: error.node))
        }
    }

    private static func isMacroName(_ name: String) -> Bool {
        switch name {
        case "has", "all", "exists", "exists_one", "existsOne", "map", "filter", "bind", "greatest", "least", "optMap",
            "optFlatMap", "sortBy", "transformList", "transformMap", "transformMapEntry":
            true
        default: false
        }
    }

    private mutating func expansion(
        of call: Expression.Call, _ libraries: Set<Library>
    ) throws(Failure) -> Expression? {
        let arguments = call.arguments
        guard let target = call.target else {
            return call.function == "has" && arguments.count == 1 ? try has(arguments[0]) : nil
        }
        switch (call.function, arguments.count) {
        case ("all", 2), ("exists", 2), ("exists_one", 2), ("existsOne", 2):
            return try quantifier(call.function, target, arguments)
        case ("all", 3), ("exists", 3), ("exists_one", 3), ("existsOne", 3):
            return libraries.contains(.twoVariableMacros) ? try quantifier(call.function, target, arguments) : nil
        case ("map", 2), ("map", 3): return try map(target, arguments)
        case ("filter", 2): return try filter(target, arguments)
        case ("transformList", 3...4), ("transformMap", 3...4), ("transformMapEntry", 3...4):
            return libraries.contains(.twoVariableMacros) ? try transform(call.function, target, arguments) : nil
        case ("bind", 3) where target.isIdentifier("cel"):
            return libraries.contains(.bindings) ? try bind(arguments) : nil
        case ("greatest", _) where target.isIdentifier("math"):
            return libraries.contains(.math) ? try extremum("greatest", "math.@max", target, arguments) : nil
        case ("least", _) where target.isIdentifier("math"):
            return libraries.contains(.math) ? try extremum("least", "math.@min", target, arguments) : nil
        case ("optMap", 2), ("optFlatMap", 2):
            return libraries.contains(.optionals) ? try mapOptional(call.function, target, arguments) : nil
        case ("sortBy", 2): return libraries.contains(.lists) ? try sortBy(target, arguments) : nil
        default: return nil
        }
    }

    // MARK: Nodes

    private mutating func make(_ kind: Expression.Kind) -> Expression {
        builder.make(kind, at: offset)
    }

    private mutating func constant(_ value: Constant) -> Expression {
        make(.constant(value))
    }

    private mutating func identifier(_ name: String) -> Expression {
        make(.identifier(name))
    }

    private mutating func result() -> Expression {
        identifier(accumulator)
    }

    private mutating func list(_ elements: [Expression] = []) -> Expression {
        make(.list(.init(elements: elements)))
    }

    private mutating func call(_ function: String, _ arguments: Expression...) -> Expression {
        make(.call(.init(function: function, arguments: arguments)))
    }

    private mutating func call(_ function: String, on target: Expression, _ arguments: Expression...) -> Expression {
        make(.call(.init(function: function, target: target, arguments: arguments)))
    }

    /// A fold that evaluates `result` with a name bound to a value.
    private mutating func binding(
        _ name: String, to value: Expression, range: Expression, _ condition: Expression, _ step: Expression,
        in result: Expression
    ) -> Expression {
        make(
            .comprehension(
                .init(
                    range: range, iterationVariable: Self.unusedVariable, accumulatorVariable: name, initial: value,
                    condition: condition, step: step, result: result)))
    }

    private mutating func bound(_ name: String, to value: Expression, in result: Expression) -> Expression {
        let range = list()
        let condition = constant(.bool(false))
        let step = identifier(name)
        return binding(name, to: value, range: range, condition, step, in: result)
    }

    private func variable(_ argument: Expression) throws(Failure) -> String {
        guard case .identifier(let name) = argument.kind, !name.hasPrefix(".") else {
            throw Failure(message: "argument must be a simple name", node: argument)
        }
        guard name != accumulator, name != "__result__" else {
            throw Failure(message: "iteration variable overwrites accumulator variable", node: argument)
        }
        return name
    }

    /// The one or two iteration variables before the last `rest` arguments.
    private func variables(_ arguments: [Expression], rest: Int) throws(Failure) -> (String, String?) {
        let first = try variable(arguments[0])
        guard arguments.count - rest == 2 else { return (first, nil) }
        let second = try variable(arguments[1])
        guard first != second else {
            throw Failure(message: "the two variables need different names", node: arguments[1])
        }
        return (first, second)
    }

    private mutating func fold(
        _ target: Expression, _ variables: (String, String?), from initial: Expression, while condition: Expression,
        _ step: Expression, result: Expression
    ) -> Expression {
        make(
            .comprehension(
                .init(
                    range: target, iterationVariable: variables.0, secondIterationVariable: variables.1,
                    accumulatorVariable: accumulator, initial: initial, condition: condition, step: step,
                    result: result)))
    }

    // MARK: Standard macros

    private mutating func has(_ argument: Expression) throws(Failure) -> Expression {
        guard case .select(let select) = argument.kind else {
            throw Failure(message: "invalid argument to has() macro: write has(object.field)", node: argument)
        }
        return make(.select(.init(operand: select.operand, field: select.field, testOnly: true)))
    }

    private mutating func quantifier(
        _ name: String, _ target: Expression, _ arguments: [Expression]
    ) throws(Failure) -> Expression {
        let variables = try variables(arguments, rest: 1)
        let predicate = arguments[arguments.count - 1]
        switch name {
        case "all":
            let initial = constant(.bool(true))
            let condition = call(Operator.notStrictlyFalse, result())
            let step = call(Operator.and, result(), predicate)
            return fold(target, variables, from: initial, while: condition, step, result: result())
        case "exists":
            let initial = constant(.bool(false))
            let condition = call(Operator.notStrictlyFalse, call(Operator.not, result()))
            let step = call(Operator.or, result(), predicate)
            return fold(target, variables, from: initial, while: condition, step, result: result())
        default:
            let initial = constant(.int(0))
            let condition = constant(.bool(true))
            let counted = call(Operator.add, result(), constant(.int(1)))
            let step = call(Operator.conditional, predicate, counted, result())
            let isOne = call(Operator.equal, result(), constant(.int(1)))
            return fold(target, variables, from: initial, while: condition, step, result: isOne)
        }
    }

    private mutating func map(_ target: Expression, _ arguments: [Expression]) throws(Failure) -> Expression {
        let variable = try variable(arguments[0])
        let initial = list()
        let condition = constant(.bool(true))
        var step = call(Operator.add, result(), list([arguments[arguments.count - 1]]))
        if arguments.count == 3 { step = call(Operator.conditional, arguments[1], step, result()) }
        return fold(target, (variable, nil), from: initial, while: condition, step, result: result())
    }

    private mutating func filter(_ target: Expression, _ arguments: [Expression]) throws(Failure) -> Expression {
        let variable = try variable(arguments[0])
        let initial = list()
        let condition = constant(.bool(true))
        let added = call(Operator.add, result(), list([arguments[0]]))
        let step = call(Operator.conditional, arguments[1], added, result())
        return fold(target, (variable, nil), from: initial, while: condition, step, result: result())
    }

    // MARK: Extensions

    private mutating func transform(
        _ name: String, _ target: Expression, _ arguments: [Expression]
    ) throws(Failure) -> Expression {
        let variables = try variables(arguments, rest: arguments.count - 2)
        let value = arguments[arguments.count - 1]
        let initial = name == "transformList" ? list() : make(.map([]))
        let condition = constant(.bool(true))
        var step: Expression
        switch name {
        case "transformList": step = call(Operator.add, result(), list([value]))
        case "transformMap": step = call("cel.@mapInsert", result(), identifier(variables.0), value)
        default: step = call("cel.@mapInsert", result(), value)
        }
        if arguments.count == 4 { step = call(Operator.conditional, arguments[2], step, result()) }
        return fold(target, variables, from: initial, while: condition, step, result: result())
    }

    private mutating func bind(_ arguments: [Expression]) throws(Failure) -> Expression {
        let name = try variable(arguments[0])
        return bound(name, to: arguments[1], in: arguments[2])
    }

    private mutating func extremum(
        _ name: String, _ function: String, _ target: Expression, _ arguments: [Expression]
    ) throws(Failure) -> Expression {
        guard let first = arguments.first else {
            throw Failure(message: "math.\(name)() requires at least one argument", node: target)
        }
        if arguments.count == 1 {
            if case .list(let list) = first.kind, !list.elements.isEmpty, list.elements.allSatisfy(\.canBeNumber) {
                return call(function, first)
            }
            guard first.canBeNumber else {
                throw Failure(message: "math.\(name)() invalid single argument value", node: first)
            }
            return call(function, first)
        }
        for argument in arguments where !argument.canBeNumber {
            throw Failure(message: "math.\(name)() simple literal arguments must be numeric", node: argument)
        }
        return arguments.count == 2 ? call(function, first, arguments[1]) : call(function, list(arguments))
    }

    private mutating func mapOptional(
        _ name: String, _ target: Expression, _ arguments: [Expression]
    ) throws(Failure) -> Expression {
        let variable = try variable(arguments[0])
        guard case .identifier(let known) = target.kind else {
            let chosen = unwrapping(identifier(Self.optionalVariable), name, variable, arguments[1]) { expander in
                expander.identifier(Self.optionalVariable)
            }
            return bound(Self.optionalVariable, to: target, in: chosen)
        }
        return unwrapping(target, name, variable, arguments[1]) { $0.identifier(known) }
    }

    /// `target.hasValue() ? transform of target.value() : none`
    private mutating func unwrapping(
        _ target: Expression, _ name: String, _ variable: String, _ transform: Expression,
        again: (inout MacroExpander) -> Expression
    ) -> Expression {
        let condition = call("hasValue", on: target)
        let range = list()
        let value = call("value", on: again(&self))
        let unused = constant(.bool(false))
        let step = identifier(variable)
        var present = binding(variable, to: value, range: range, unused, step, in: transform)
        if name == "optMap" { present = call("optional.of", present) }
        return call(Operator.conditional, condition, present, call("optional.none"))
    }

    private mutating func sortBy(_ target: Expression, _ arguments: [Expression]) throws(Failure) -> Expression {
        let keys = try map(identifier(Self.sortVariable), arguments)
        let sorted = call("@sortByAssociatedKeys", on: identifier(Self.sortVariable), keys)
        return bound(Self.sortVariable, to: target, in: sorted)
    }
}

extension Expression {
    fileprivate func isIdentifier(_ name: String) -> Bool {
        kind == .identifier(name)
    }

    /// Whether the node may have a number as its value, as far as its form tells.
    fileprivate var canBeNumber: Bool {
        switch kind {
        case .constant(.int), .constant(.uint), .constant(.double): true
        case .constant, .list, .map, .message: false
        default: true
        }
    }
}
