/// Sizes, searching in strings, types, and membership called as functions.
enum StandardFunctions {
    static let all: [(String, Function.Form)] = [
        ("size", .unary(size)), ("type", .unary(type)), ("dyn", .unary(dyn)),
        ("contains", .binary(contains)), ("startsWith", .binary(startsWith)), ("endsWith", .binary(endsWith)),
        ("matches", .binary(matches)), ("mulDiv", .variadic([3], mulDiv)),
    ]

    private static func size(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .string(let text): .int(Int64(text.codePointCount))
        case .bytes(let bytes): .int(Int64(bytes.count))
        case .list(let elements): .int(Int64(elements.count))
        case .map(let map): .int(Int64(map.count))
        default: throw .noSuchOverload("size", value)
        }
    }

    private static func type(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        .type(value.typeName)
    }

    private static func dyn(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value { value }

    private static func contains(
        _ text: Value, _ part: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .string(let text) = text, case .string(let part) = part else {
            throw .noSuchOverload("contains", text, part)
        }
        // Naive search; its worst case is bounded by the product that the cost charges too.
        try frame.spend(text.utf8.count)
        return .bool(text.utf8Span.span.firstIndex(of: part.utf8Span.span) != nil)
    }

    private static func startsWith(
        _ text: Value, _ part: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .string(let text) = text, case .string(let part) = part else {
            throw .noSuchOverload("startsWith", text, part)
        }
        return .bool(text.utf8Span.span.matches(part.utf8Span.span, at: 0))
    }

    private static func endsWith(
        _ text: Value, _ part: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .string(let text) = text, case .string(let part) = part else {
            throw .noSuchOverload("endsWith", text, part)
        }
        let distance = text.utf8.count - part.utf8.count
        return .bool(distance >= 0 && text.utf8Span.span.matches(part.utf8Span.span, at: distance))
    }

    private static func matches(
        _ text: Value, _ pattern: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .string(let text) = text, case .string(let pattern) = pattern else {
            throw .noSuchOverload("matches", text, pattern)
        }
        return .bool(try Regex.compiled(pattern, &frame).isFound(in: text, &frame))
    }

    private static func mulDiv(_ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .int(let a) = arguments[0], case .int(let b) = arguments[1], case .int(let c) = arguments[2]
        else { throw .noSuchOverload("mulDiv", arguments[0], arguments[1], arguments[2]) }
        return .int(try CheckedArithmetic.multiplyDivide(a, b, c))
    }
}
