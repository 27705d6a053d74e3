// What the checker has found out about open types: a binding for each type parameter seen so far.
//
// `isAssignable` is unification with two liberties of CEL: `dyn` fits everything, and a parameter bound to a type
// moves on to a more general one that fits (`int`, then `dyn`). A failed attempt is undone by a trail of earlier
// values, so that trying overloads costs nothing that lasts.
//
// Types can share parts, and a hostile expression can make a type of exponential size from few words. All walks
// draw from one budget; when it is spent, types count as not assignable and the checker reports it.

/// Bindings of type parameters.
struct Substitution {
    private var bindings: [String: CELType] = [:]
    private var trail: [(name: String, previous: CELType?)] = []
    private var steps: Int
    private var depth = 0

    /// Whether types became too complex to be compared.
    private(set) var isExhausted = false

    /// Makes an empty substitution with a budget for all walks over types.
    init(steps: Int) {
        self.steps = steps
    }

    /// Whether a value of type `from` may stand where `to` is expected; bindings are kept only on success.
    mutating func isAssignable(_ from: CELType, _ to: CELType) -> Bool {
        isAssignable([from], [to])
    }

    /// Whether each type may stand where the other is expected; bindings are kept only on success.
    mutating func isAssignable(_ from: [CELType], _ to: [CELType]) -> Bool {
        trail.removeAll(keepingCapacity: true)
        if unify(from, to) { return true }
        for change in trail.reversed() { bindings[change.name] = change.previous }
        return false
    }

    /// The type with all bound parameters replaced; unbound ones become `dyn` when asked for.
    mutating func resolve(_ type: CELType, unboundToDyn: Bool) -> CELType {
        guard enter() else { return .dyn }
        defer { depth -= 1 }
        switch type {
        case .typeParameter(let name):
            if let bound = bindings[name] { return resolve(bound, unboundToDyn: unboundToDyn) }
            return unboundToDyn ? .dyn : type
        case .list(let element): return .list(resolve(element, unboundToDyn: unboundToDyn))
        case .map(let key, let value):
            return .map(
                key: resolve(key, unboundToDyn: unboundToDyn), value: resolve(value, unboundToDyn: unboundToDyn))
        case .type(.some(let of)): return .type(resolve(of, unboundToDyn: unboundToDyn))
        case .optional(let of): return .optional(resolve(of, unboundToDyn: unboundToDyn))
        case .opaque(let name, let parameters):
            return .opaque(name, parameters.map { resolve($0, unboundToDyn: unboundToDyn) })
        default: return type
        }
    }

    // MARK: Unification

    private mutating func enter() -> Bool {
        steps -= 1
        depth += 1
        guard steps > 0, depth < 400 else {
            isExhausted = true
            depth -= 1
            return false
        }
        return true
    }

    private mutating func unify(_ from: [CELType], _ to: [CELType]) -> Bool {
        guard from.count == to.count else { return false }
        for (left, right) in zip(from, to) {
            guard unify(left, right) else { return false }
        }
        return true
    }

    private mutating func unify(_ from: CELType, _ to: CELType) -> Bool {
        guard enter() else { return false }
        defer { depth -= 1 }
        if case .typeParameter(let name) = to {
            let (fits, wasBound) = bind(name, to: from)
            if fits { return true }
            if wasBound { return false }
        }
        if case .typeParameter(let name) = from { return bind(name, to: to).fits }
        switch (from, to) {
        case (.dyn, _), (_, .dyn), (.error, _), (_, .error): return true
        case (.null, _): return to.isNullable
        case (_, .null): return from.isNullable
        case (.wrapper(let left), .wrapper(let right)): return left == right
        case (.wrapper(let scalar), _): return unify(scalar, to)
        case (_, .wrapper(let scalar)): return unify(from, scalar)
        case (.list(let left), .list(let right)): return unify(left, right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            return unify(leftKey, rightKey) && unify(leftValue, rightValue)
        case (.optional(let left), .optional(let right)): return unify(left, right)
        case (.opaque(let left, let leftParameters), .opaque(let right, let rightParameters)):
            return left == right && unify(leftParameters, rightParameters)
        // A type is a type; what it is the type of does not matter for assignment.
        case (.type, .type): return true
        default: return from == to
        }
    }

    /// Tries to bind a parameter, or to move its binding on to a more general type.
    private mutating func bind(_ name: String, to type: CELType) -> (fits: Bool, wasBound: Bool) {
        let type = follow(type)
        if type == .typeParameter(name) { return (true, false) }
        guard let bound = bindings[name] else {
            guard !occurs(name, in: type) else { return (false, false) }
            set(name, type)
            return (true, false)
        }
        // Two parameters become one when either is open.
        if follow(bound) == type { return (true, true) }
        guard unify(type, bound) else { return (false, true) }
        // A parameter must never be bound to a type that it is part of.
        if type.isParameter || !type.isEqualOrLessSpecific(than: bound) || occurs(name, in: type) {
            return (true, true)
        }
        set(name, type)
        return (true, true)
    }

    /// What a chain of bound parameters ends with: another type, or an open parameter.
    private mutating func follow(_ type: CELType) -> CELType {
        var type = type
        while case .typeParameter(let name) = type, let bound = bindings[name] {
            steps -= 1
            guard steps > 0 else {
                isExhausted = true
                return .dyn
            }
            type = bound
        }
        return type
    }

    private mutating func set(_ name: String, _ type: CELType) {
        trail.append((name, bindings[name]))
        bindings[name] = type
    }

    private mutating func occurs(_ name: String, in type: CELType) -> Bool {
        guard enter() else { return true }
        defer { depth -= 1 }
        switch type {
        case .typeParameter(name): return true
        case .typeParameter(let other):
            guard let bound = bindings[other] else { return false }
            return occurs(name, in: bound)
        case .list(let element): return occurs(name, in: element)
        case .map(let key, let value): return occurs(name, in: key) || occurs(name, in: value)
        case .optional(let of), .type(.some(let of)): return occurs(name, in: of)
        case .opaque(_, let parameters):
            for parameter in parameters where occurs(name, in: parameter) { return true }
            return false
        default: return false
        }
    }
}

extension CELType {
    fileprivate var isParameter: Bool {
        if case .typeParameter = self { true } else { false }
    }

    /// Whether null may stand for a value of the type.
    fileprivate var isNullable: Bool {
        switch self {
        case .null, .wrapper, .optional, .opaque, .object, .timestamp, .duration: true
        default: false
        }
    }

    /// Whether the type is the more general of two that fit each other.
    func isEqualOrLessSpecific(than other: CELType) -> Bool {
        switch (self, other) {
        case (.dyn, _), (.typeParameter, _): true
        case (_, .dyn), (_, .typeParameter): false
        case (_, .null): isNullable
        case (.wrapper(let left), let right) where left == right: true
        case (.list(let left), .list(let right)): left.isEqualOrLessSpecific(than: right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            leftKey.isEqualOrLessSpecific(than: rightKey) && leftValue.isEqualOrLessSpecific(than: rightValue)
        case (.optional(let left), .optional(let right)): left.isEqualOrLessSpecific(than: right)
        case (.opaque(let left, let leftParameters), .opaque(let right, let rightParameters)):
            left == right && leftParameters.count == rightParameters.count
                && zip(leftParameters, rightParameters).allSatisfy { $0.isEqualOrLessSpecific(than: $1) }
        case (.type, .type): true
        default: self == other
        }
    }

    /// The names of the open types within the type.
    func collectParameters(into names: inout [String]) {
        switch self {
        case .typeParameter(let name): if !names.contains(name) { names.append(name) }
        case .list(let of), .optional(let of), .wrapper(let of), .type(.some(let of)):
            of.collectParameters(into: &names)
        case .map(let key, let value):
            key.collectParameters(into: &names)
            value.collectParameters(into: &names)
        case .opaque(_, let parameters): for parameter in parameters { parameter.collectParameters(into: &names) }
        default: break
        }
    }

    /// The type with open types renamed.
    func renaming(_ names: [String: String]) -> CELType {
        switch self {
        case .typeParameter(let name): .typeParameter(names[name] ?? name)
        case .list(let of): .list(of.renaming(names))
        case .optional(let of): .optional(of.renaming(names))
        case .wrapper(let of): .wrapper(of.renaming(names))
        case .type(.some(let of)): .type(of.renaming(names))
        case .map(let key, let value): .map(key: key.renaming(names), value: value.renaming(names))
        case .opaque(let name, let parameters): .opaque(name, parameters.map { $0.renaming(names) })
        default: self
        }
    }

    /// Whether the type has more than `limit` parts; looks at no more than that many.
    func isLarger(than limit: Int) -> Bool {
        var left = limit
        func count(_ type: CELType) {
            left -= 1
            guard left >= 0 else { return }
            switch type {
            case .list(let of), .optional(let of), .wrapper(let of), .type(.some(let of)): count(of)
            case .map(let key, let value):
                count(key)
                count(value)
            case .opaque(_, let parameters): for parameter in parameters { count(parameter) }
            default: break
            }
        }
        count(self)
        return left < 0
    }
}
