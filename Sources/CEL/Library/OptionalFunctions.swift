/// Values that may be absent.
enum OptionalFunctions {
    static let all: [(String, Function.Form)] = [
        ("optional.of", .unary(of)), ("optional.none", .nullary(none)),
        ("optional.ofNonZeroValue", .unary(ofNonZeroValue)), ("hasValue", .unary(hasValue)),
        ("value", .unary(value)), ("or", .binary(or)), ("orValue", .binary(orValue)),
        ("optional.unwrap", .unary(unwrap)), ("unwrapOpt", .unary(unwrap)),
    ]

    private static func of(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        .optional(value)
    }

    private static func none(_ frame: inout Frame) throws(EvaluationError) -> Value { .optional(nil) }

    private static func ofNonZeroValue(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        .optional(value.isZero ? nil : value)
    }

    private static func hasValue(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .optional(let inner) = value else { throw .noSuchOverload("hasValue", value) }
        return .bool(inner != nil)
    }

    private static func value(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .optional(let inner) = value else { throw .noSuchOverload("value", value) }
        guard let inner else { throw EvaluationError(.invalidArgument, "optional.none() dereference") }
        return inner
    }

    private static func or(_ left: Value, _ right: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .optional(let inner) = left, case .optional = right else {
            throw .noSuchOverload("or", left, right)
        }
        return inner == nil ? right : left
    }

    private static func orValue(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .optional(let inner) = left else { throw .noSuchOverload("orValue", left, right) }
        return inner ?? right
    }

    private static func unwrap(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .list(let elements) = value else { throw .noSuchOverload("optional.unwrap", value) }
        try frame.spend(elements.count)
        var result: [Value] = []
        for element in elements {
            guard case .optional(let inner) = element else { throw .noSuchOverload("optional.unwrap", element) }
            if let inner { result.append(inner) }
        }
        return .list(result)
    }
}
