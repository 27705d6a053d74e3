// What the checker tells people: messages in the words of the language they write, with the nearest known name or
// the accepted forms as a hint.

extension Checker {
    mutating func undeclared(_ name: String, at id: Expression.ID, hint: String?) {
        let place = environment.container.isEmpty ? "" : " (in container '\(environment.container)')"
        report("undeclared reference to '\(name)'\(place)", at: id, hint: hint)
    }

    func hint(forVariable name: String) -> String? {
        let shown = name.hasPrefix(".") ? String(name.dropFirst()) : name
        let names = environment.variables.keys.filter { !$0.contains(".") || shown.contains(".") } + localNames
        return Suggestion.hint(for: shown, among: names.sorted())
    }

    func hint(forFunction name: String, isMember: Bool) -> String? {
        let names = environment.functions.values.filter { function in
            function.overloads.contains { $0.isMember == isMember } && function.name.first?.isLetter == true
        }
        return Suggestion.hint(for: name, among: names.map(\.name).sorted())
            ?? (isMember && environment.functions["\(name)"] == nil && Self.macroNames.contains(name)
                ? "'\(name)' is a macro and takes other arguments" : nil)
    }

    private static let macroNames: Set<String> = [
        "all", "exists", "exists_one", "existsOne", "map", "filter", "bind", "optMap", "optFlatMap", "sortBy",
        "transformList", "transformMap", "transformMapEntry",
    ]

    /// A hint that lists what is known, when that is short enough to be read.
    func known(_ names: [String], as what: String) -> String? {
        guard !names.isEmpty, names.count <= 12 else { return nil }
        return "known \(what): \(names.joined(separator: ", "))"
    }

    mutating func noMatch(
        _ function: FunctionDeclaration, _ arguments: [CELType], isMember: Bool, _ id: Expression.ID
    ) {
        let types = arguments.map { resolved($0).description }
        let shown: String
        if isMember, let receiver = types.first {
            shown = "\(receiver).(\(types.dropFirst().joined(separator: ", ")))"
        } else {
            shown = "(\(types.joined(separator: ", ")))"
        }
        let name = Self.symbols[function.name] ?? function.name
        report(
            "found no matching overload for '\(name)' applied to '\(shown)'", at: id,
            hint: hint(function, arguments.map { resolved($0) }, isMember: isMember))
    }

    private func resolved(_ type: CELType) -> CELType {
        var substitution = substitution
        return substitution.resolve(type, unboundToDyn: true)
    }

    private func hint(_ function: FunctionDeclaration, _ arguments: [CELType], isMember: Bool) -> String? {
        if function.name == Operator.conditional {
            return arguments.first == .bool || arguments.first == .dyn
                ? "both results need the same type" : "what stands before '?' must be a bool"
        }
        if Self.symbols[function.name] != nil {
            let numbers = Set(arguments.filter { [.int, .uint, .double].contains($0) })
            return numbers.count > 1
                ? "numbers of different types do not mix: convert with int(), uint() or double()"
                : arguments.count == 2 ? "both sides need the same type" : nil
        }
        let forms = function.overloads.filter { $0.isMember == isMember }
        guard !forms.isEmpty else {
            return isMember
                ? "it is called as \(function.name)(…)" : "it is called on a value, as value.\(function.name)(…)"
        }
        let shown = forms.prefix(4).map { form in
            let parameters = form.parameters.map(\.description)
            guard isMember, let receiver = parameters.first else {
                return "\(function.name)(\(parameters.joined(separator: ", ")))"
            }
            return "\(receiver).\(function.name)(\(parameters.dropFirst().joined(separator: ", ")))"
        }
        return "it takes \(shown.joined(separator: " or "))"
    }

    private static let symbols: [String: String] = [
        Operator.conditional: "?:", Operator.not: "!", Operator.equal: "==", Operator.notEqual: "!=",
        Operator.less: "<", Operator.lessOrEqual: "<=", Operator.greater: ">", Operator.greaterOrEqual: ">=",
        Operator.add: "+", Operator.subtract: "-", Operator.multiply: "*", Operator.divide: "/",
        Operator.modulo: "%", Operator.negate: "-", Operator.index: "[]", Operator.in: "in",
        Operator.optionalIndex: "[?]",
    ]

    // MARK: Closed vocabularies

    /// Warns when something that has a closed vocabulary is compared with a word outside it.
    mutating func checkVocabulary(_ function: String, _ arguments: [Expression], _ id: Expression.ID) {
        guard arguments.count == 2 else { return }
        switch function {
        case Operator.equal, Operator.notEqual:
            checkWord(arguments[0], against: arguments[1])
            checkWord(arguments[1], against: arguments[0])
        case Operator.in:
            checkWord(arguments[0], against: arguments[1])
            if case .list(let list) = arguments[1].kind {
                for element in list.elements { checkWord(element, against: arguments[0]) }
            }
        case Operator.index: vocabularies[id] = vocabularies[arguments[0].id]
        default: break
        }
    }

    private mutating func checkWord(_ word: Expression, against subject: Expression) {
        if case .list(let list) = word.kind {
            for element in list.elements { checkWord(element, against: subject) }
            return
        }
        guard case .constant(.string(let text)) = word.kind, let allowed = vocabularies[subject.id], !allowed.isEmpty,
            !allowed.contains(text)
        else { return }
        let name = Unparser.text(of: subject)
        let hint = Suggestion.hint(for: text, among: allowed, quote: "\"") ?? known(allowed, as: "values")
        warn("'\(name)' is never \"\(text)\"", at: word.id, hint: hint)
    }
}
