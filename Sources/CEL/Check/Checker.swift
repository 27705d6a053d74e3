// The type checker. It walks a parsed tree once, finds out what every name means and what type every node has, and
// gives the tree back with names resolved. The rules are those of cel-go: names are looked up in the container from
// the innermost namespace outwards, macros' variables first; literals with mixed elements are `dyn`; every overload
// that fits the arguments counts, and when their results differ the result is `dyn`.
//
// Problems accumulate; a node that did not check has the type `error`, which fits everything, so that one mistake is
// reported once.

/// Resolves names and types.
public struct Checker {
    let environment: Environment
    let source: Source
    private let offsets: [Expression.ID: Int]
    private(set) var substitution: Substitution
    private var types: [Expression.ID: CELType] = [:]
    private var references: [Expression.ID: CheckedExpression.Reference] = [:]
    private var locals: [String: [Local]] = [:]
    private var freshNames = 0
    private var errors: [Diagnostic] = []
    private var warnings: [Diagnostic] = []
    /// The only strings that nodes can have as values (or as elements), by node id.
    var vocabularies: [Expression.ID: [String]] = [:]

    /// A variable of a macro.
    private struct Local {
        let type: CELType
        let vocabulary: [String]
    }

    /// Types with more parts than this are refused; people do not write them.
    private static let largestType = 500
    private static let mostDiagnostics = 100

    /// Checks an expression; when a result type is expected, one of another type is refused.
    public static func check(
        _ parsed: ParsedExpression, in environment: Environment, expecting expected: CELType? = nil
    ) throws(Diagnostics) -> CheckedExpression {
        var checker = Checker(parsed, environment)
        let root = checker.check(parsed.root)
        if let expected { checker.expect(expected, root) }
        if checker.substitution.isExhausted { checker.report("the types are too complex", at: root.id) }
        guard checker.errors.isEmpty else {
            let sorted = checker.errors.sorted { ($0.offset ?? -1) < ($1.offset ?? -1) }
            throw Diagnostics(source: parsed.source, all: sorted)
        }
        let types = checker.types.mapValues { checker.substitution.resolve($0, unboundToDyn: true) }
        let resolved = ParsedExpression(
            source: parsed.source, root: root, offsets: parsed.offsets, macroCalls: parsed.macroCalls)
        return CheckedExpression(
            parsed: resolved, types: types, references: checker.references, warnings: checker.warnings)
    }

    private init(_ parsed: ParsedExpression, _ environment: Environment) {
        self.environment = environment
        source = parsed.source
        offsets = parsed.offsets
        // Types that people write take a few steps a node.
        substitution = Substitution(steps: 200_000 + 200 * parsed.offsets.count)
    }

    // MARK: Facts

    mutating func report(_ message: String, at id: Expression.ID, hint: String? = nil) {
        guard errors.count < Self.mostDiagnostics else { return }
        errors.append(Diagnostic(at: offsets[id], of: source, message, hint: hint))
    }

    mutating func warn(_ message: String, at id: Expression.ID, hint: String? = nil) {
        guard warnings.count < Self.mostDiagnostics else { return }
        warnings.append(Diagnostic(.warning, at: offsets[id], of: source, message, hint: hint))
    }

    private mutating func set(_ type: CELType, _ id: Expression.ID) {
        if type.isLarger(than: Self.largestType) {
            report("the type of this expression is too complex", at: id)
            types[id] = .error
        } else {
            types[id] = type
        }
    }

    private func type(of expression: Expression) -> CELType { types[expression.id] ?? .error }

    /// The type of a node as far as it is known by now.
    private mutating func knownType(of expression: Expression) -> CELType {
        substitution.resolve(type(of: expression), unboundToDyn: false)
    }

    private mutating func freshParameter() -> CELType {
        freshNames += 1
        return .typeParameter("_var\(freshNames - 1)")
    }

    private mutating func expect(_ expected: CELType, _ expression: Expression) {
        let found = type(of: expression)
        guard !substitution.isAssignable(expected, found) else { return }
        mismatch(expected, found, at: expression.id)
    }

    private mutating func mismatch(_ expected: CELType, _ found: CELType, at id: Expression.ID) {
        let expected = substitution.resolve(expected, unboundToDyn: true)
        let found = substitution.resolve(found, unboundToDyn: true)
        report("expected type '\(expected)' but found '\(found)'", at: id)
    }

    // MARK: Nodes

    private mutating func check(_ expression: Expression) -> Expression {
        let id = expression.id
        switch expression.kind {
        case .constant(let constant):
            set(constant.type, id)
            return expression
        case .identifier(let name): return identifier(name, id)
        case .select(let select): return check(select, expression)
        case .call(let call): return check(call, id)
        case .list(let list): return check(list, id)
        case .map(let entries): return check(entries, id)
        case .message(let message): return check(message, id)
        case .comprehension(let fold): return check(fold, id)
        }
    }

    private mutating func identifier(_ name: String, _ id: Expression.ID) -> Expression {
        if let local = locals[name]?.last {
            set(local.type, id)
            references[id] = .identifier(name, value: nil)
            vocabularies[id] = local.vocabulary
            return Expression(id: id, kind: .identifier(name))
        }
        guard let variable = environment.variable(named: name) else {
            set(.error, id)
            undeclared(name, at: id, hint: hint(forVariable: name))
            return Expression(id: id, kind: .identifier(name))
        }
        return refer(to: variable, id)
    }

    private mutating func refer(to variable: VariableDeclaration, _ id: Expression.ID) -> Expression {
        set(variable.type, id)
        references[id] = .identifier(variable.name, value: variable.value)
        vocabularies[id] = variable.allowedValues
        let isHidden = locals[String(variable.name.prefix { $0 != "." })]?.isEmpty == false
        return Expression(id: id, kind: .identifier(isHidden ? ".\(variable.name)" : variable.name))
    }

    private mutating func check(_ select: Expression.Select, _ expression: Expression) -> Expression {
        let id = expression.id
        // The longest qualified name that is declared wins: `a.b.c`, then field `c` of `a.b`.
        if !select.testOnly, let name = qualifiedName(expression), let variable = environment.variable(named: name) {
            return refer(to: variable, id)
        }
        let operand = check(select.operand)
        let result = field(select.field, of: operand, at: id, isOptional: false)
        set(select.testOnly ? .bool : result, id)
        return Expression(
            id: id, kind: .select(.init(operand: operand, field: select.field, testOnly: select.testOnly)))
    }

    /// The name that a chain of selections spells, unless it begins with a variable of a macro.
    private func qualifiedName(_ expression: Expression) -> String? {
        var fields: [String] = []
        var node = expression
        while true {
            switch node.kind {
            case .identifier(let name):
                guard locals[name]?.isEmpty ?? true else { return nil }
                return ([name] + fields.reversed()).joined(separator: ".")
            case .select(let select) where !select.testOnly:
                fields.append(select.field)
                node = select.operand
            default: return nil
            }
        }
    }

    private mutating func field(
        _ name: String, of operand: Expression, at id: Expression.ID, isOptional: Bool
    ) -> CELType {
        var target = knownType(of: operand)
        var wraps = isOptional
        if case .optional(let wrapped) = target {
            target = wrapped
            wraps = true
        }
        var result: CELType
        switch target {
        case .map(_, let value): result = value
        case .object(let object): result = declaredField(name, of: object, at: id)
        case .typeParameter:
            _ = substitution.isAssignable(.dyn, target)
            result = .dyn
        case .dyn, .error: result = .dyn
        default:
            let type = substitution.resolve(target, unboundToDyn: true)
            let isMethod = environment.function(named: name)?.overloads.contains { $0.isMember } ?? false
            report(
                "type '\(type)' does not support field selection", at: id,
                hint: isMethod ? "did you mean \(name)()?" : nil)
            result = .error
        }
        if wraps { result = .optional(result) }
        return substitution.resolve(result, unboundToDyn: false)
    }

    private mutating func declaredField(_ name: String, of object: String, at id: Expression.ID) -> CELType {
        guard let declaration = environment.objects[object] else {
            report("the type '\(object)' is not declared", at: id)
            return .error
        }
        guard let field = declaration.fields[name] else {
            let hint =
                Suggestion.hint(for: name, among: declaration.fields.keys.sorted())
                ?? known(declaration.fields.keys.sorted(), as: "fields")
            report("undefined field '\(name)' of '\(object)'", at: id, hint: hint)
            return .error
        }
        vocabularies[id] = field.allowedValues
        return field.type
    }

    // MARK: Calls

    private mutating func check(_ call: Expression.Call, _ id: Expression.ID) -> Expression {
        if call.function == Operator.optionalSelect { return optionalSelect(call, id) }
        let arguments = call.arguments.map { check($0) }
        guard let target = call.target else {
            guard let function = environment.function(named: call.function) else {
                set(.error, id)
                undeclared(call.function, at: id, hint: hint(forFunction: call.function, isMember: false))
                return Expression(id: id, kind: .call(.init(function: call.function, arguments: arguments)))
            }
            resolve(function, arguments, isMember: false, id)
            checkVocabulary(function.name, arguments, id)
            return Expression(id: id, kind: .call(.init(function: function.name, arguments: arguments)))
        }
        // `a.b.c()` is the function `a.b.c` if there is one, else `c` with the receiver `a.b`.
        if let prefix = spelledName(target), let function = environment.function(named: "\(prefix).\(call.function)") {
            resolve(function, arguments, isMember: false, id)
            return Expression(id: id, kind: .call(.init(function: function.name, arguments: arguments)))
        }
        let receiver = check(target)
        let checked = Expression.Call(function: call.function, target: receiver, arguments: arguments)
        if let function = environment.function(named: call.function) {
            resolve(function, [receiver] + arguments, isMember: true, id)
        } else {
            set(.error, id)
            undeclared(call.function, at: id, hint: hint(forFunction: call.function, isMember: true))
        }
        return Expression(id: id, kind: .call(checked))
    }

    /// The name a chain of selections spells, whatever it means.
    private func spelledName(_ expression: Expression) -> String? {
        switch expression.kind {
        case .identifier(let name): name
        case .select(let select) where !select.testOnly:
            spelledName(select.operand).map { "\($0).\(select.field)" }
        default: nil
        }
    }

    private mutating func optionalSelect(_ call: Expression.Call, _ id: Expression.ID) -> Expression {
        guard call.arguments.count == 2, case .constant(.string(let name)) = call.arguments[1].kind else {
            report("an optional selection needs an operand and a field name", at: id)
            set(.error, id)
            return Expression(id: id, kind: .call(call))
        }
        let operand = check(call.arguments[0])
        set(field(name, of: operand, at: id, isOptional: true), id)
        references[id] = .overloads(["select_optional_field"])
        return Expression(
            id: id, kind: .call(.init(function: call.function, arguments: [operand, call.arguments[1]])))
    }

    private mutating func resolve(
        _ function: FunctionDeclaration, _ arguments: [Expression], isMember: Bool, _ id: Expression.ID
    ) {
        if function.name == Operator.and || function.name == Operator.or {
            return resolveLogical(function, arguments, id)
        }
        let argumentTypes = arguments.map { type(of: $0) }
        var result: CELType?
        var matching: [String] = []
        for overload in function.overloads where overload.isMember == isMember {
            guard overload.parameters.count == argumentTypes.count else { continue }
            let (parameters, overloadResult) = instantiate(overload)
            guard substitution.isAssignable(argumentTypes, parameters) else { continue }
            matching.append(overload.id)
            let resolved = substitution.resolve(overloadResult, unboundToDyn: false)
            if let known = result, known != .dyn, known != resolved {
                result = .dyn
            } else {
                result = result ?? resolved
            }
        }
        guard let result else {
            set(.error, id)
            noMatch(function, argumentTypes, isMember: isMember, id)
            return
        }
        set(result, id)
        references[id] = .overloads(matching)
    }

    private mutating func resolveLogical(
        _ function: FunctionDeclaration, _ arguments: [Expression], _ id: Expression.ID
    ) {
        var isRight = true
        for argument in arguments {
            let found = type(of: argument)
            if !substitution.isAssignable(found, .bool) {
                mismatch(.bool, found, at: argument.id)
                isRight = false
            }
        }
        set(isRight ? .bool : .error, id)
        references[id] = .overloads(function.overloads.map(\.id))
    }

    /// The types of an overload with fresh names for its open types.
    private mutating func instantiate(
        _ overload: FunctionDeclaration.Overload
    ) -> (parameters: [CELType], result: CELType) {
        var names: [String] = []
        for parameter in overload.parameters { parameter.collectParameters(into: &names) }
        overload.result.collectParameters(into: &names)
        guard !names.isEmpty else { return (overload.parameters, overload.result) }
        var fresh: [String: String] = [:]
        for name in names {
            fresh[name] = "_var\(freshNames)"
            freshNames += 1
        }
        return (overload.parameters.map { $0.renaming(fresh) }, overload.result.renaming(fresh))
    }

    // MARK: Literals

    private mutating func check(_ list: Expression.ListLiteral, _ id: Expression.ID) -> Expression {
        var element: CELType?
        var elements: [Expression] = []
        let optionals = Set(list.optionalIndices)
        for (index, part) in list.elements.enumerated() {
            let checked = check(part)
            elements.append(checked)
            element = join(element, elementType(checked, isOptional: optionals.contains(index)))
        }
        set(.list(element ?? freshParameter()), id)
        return Expression(
            id: id, kind: .list(.init(elements: elements, optionalIndices: list.optionalIndices)))
    }

    private mutating func check(_ entries: [Expression.MapEntry], _ id: Expression.ID) -> Expression {
        var key: CELType?
        var value: CELType?
        var checked: [Expression.MapEntry] = []
        for entry in entries {
            let entryKey = check(entry.key)
            key = join(key, type(of: entryKey))
            let entryValue = check(entry.value)
            value = join(value, elementType(entryValue, isOptional: entry.isOptional))
            checked.append(.init(id: entry.id, key: entryKey, value: entryValue, isOptional: entry.isOptional))
        }
        set(.map(key: key ?? freshParameter(), value: value ?? freshParameter()), id)
        return Expression(id: id, kind: .map(checked))
    }

    /// The type of an element, unwrapped when it was written with `?`.
    private mutating func elementType(_ expression: Expression, isOptional: Bool) -> CELType {
        let found = type(of: expression)
        guard isOptional else { return found }
        switch found {
        case .optional(let wrapped): return wrapped
        case .dyn, .error: return found
        default:
            mismatch(.optional(found), found, at: expression.id)
            return found
        }
    }

    private mutating func join(_ previous: CELType?, _ next: CELType) -> CELType {
        guard let previous else { return next }
        guard substitution.isAssignable(previous, next) else { return .dyn }
        return previous.isEqualOrLessSpecific(than: next) ? previous : next
    }

    private mutating func check(_ message: Expression.MessageLiteral, _ id: Expression.ID) -> Expression {
        var result = CELType.error
        var name = message.typeName
        if let variable = environment.variable(named: message.typeName) {
            name = variable.name
            references[id] = .identifier(name, value: nil)
            if case .type(.some(.object(let object))) = variable.type {
                result = .object(object)
            } else {
                report("'\(name)' is not an object type", at: id)
            }
        } else {
            let hint = Suggestion.hint(for: message.typeName, among: environment.objects.keys.sorted())
            undeclared(message.typeName, at: id, hint: hint)
        }
        set(result, id)
        var fields: [Expression.MessageField] = []
        for field in message.fields {
            let value = check(field.value)
            fields.append(.init(id: field.id, name: field.name, value: value, isOptional: field.isOptional))
            guard case .object(let object) = result else { continue }
            let declared = declaredField(field.name, of: object, at: field.id)
            let found = elementType(value, isOptional: field.isOptional)
            if !substitution.isAssignable(declared, found) {
                let found = substitution.resolve(found, unboundToDyn: true)
                report("expected type of field '\(field.name)' is '\(declared)' but found '\(found)'", at: field.id)
            }
        }
        return Expression(id: id, kind: .message(.init(typeName: name, fields: fields)))
    }

    // MARK: Macros

    private mutating func check(_ fold: Expression.Comprehension, _ id: Expression.ID) -> Expression {
        let range = check(fold.range)
        let initial = check(fold.initial)
        let rangeType = knownType(of: range)
        let accumulatorType = type(of: initial)
        let hasTwo = fold.secondIterationVariable != nil
        var first: CELType
        var second: CELType
        switch rangeType {
        case .list(let element): (first, second) = (hasTwo ? .int : element, element)
        case .map(let key, let value): (first, second) = (key, value)
        case .dyn, .error, .typeParameter:
            _ = substitution.isAssignable(.dyn, rangeType)
            (first, second) = (.dyn, .dyn)
        default:
            let shown = substitution.resolve(rangeType, unboundToDyn: true)
            report(
                "expression of type '\(shown)' cannot be range of a comprehension (must be list, map, or dynamic)",
                at: range.id)
            (first, second) = (.error, .error)
        }
        let elements = vocabularies[range.id] ?? []
        push(fold.accumulatorVariable, accumulatorType, vocabularies[initial.id] ?? [])
        push(fold.iterationVariable, first, hasTwo ? [] : elements)
        if let name = fold.secondIterationVariable { push(name, second, elements) }
        let condition = check(fold.condition)
        expect(.bool, condition)
        let step = check(fold.step)
        expect(accumulatorType, step)
        if let name = fold.secondIterationVariable { pop(name) }
        pop(fold.iterationVariable)
        let result = check(fold.result)
        pop(fold.accumulatorVariable)
        set(knownType(of: result), id)
        return Expression(
            id: id,
            kind: .comprehension(
                .init(
                    range: range, iterationVariable: fold.iterationVariable,
                    secondIterationVariable: fold.secondIterationVariable,
                    accumulatorVariable: fold.accumulatorVariable, initial: initial, condition: condition, step: step,
                    result: result)))
    }

    private mutating func push(_ name: String, _ type: CELType, _ vocabulary: [String]) {
        locals[name, default: []].append(Local(type: type, vocabulary: vocabulary))
    }

    private mutating func pop(_ name: String) {
        _ = locals[name]?.popLast()
    }

    /// The names of the macro variables in reach that people can have written.
    var localNames: [String] {
        locals.filter { !$0.value.isEmpty && $0.key.first != "@" && $0.key.first != "#" }.map(\.key)
    }
}

extension Constant {
    /// The type of a literal.
    public var type: CELType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        }
    }
}
