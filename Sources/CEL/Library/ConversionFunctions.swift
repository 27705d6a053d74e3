/// Conversions between types.
enum ConversionFunctions {
    static let all: [(String, Function.Form)] = [
        ("bool", .unary(bool)), ("int", .unary(int)), ("uint", .unary(uint)), ("double", .unary(double)),
        ("string", .unary(string)), ("bytes", .unary(bytes)), ("timestamp", .unary(timestamp)),
        ("duration", .unary(duration)),
    ]

    private static func failure(_ value: Value, _ type: String) -> EvaluationError {
        EvaluationError(.invalidArgument, "cannot convert \(value.debugText) to \(type)")
    }

    private static func bool(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .bool: return value
        case .string("1"), .string("t"), .string("true"), .string("TRUE"), .string("True"): return .bool(true)
        case .string("0"), .string("f"), .string("false"), .string("FALSE"), .string("False"): return .bool(false)
        case .string: throw failure(value, "bool")
        default: throw .noSuchOverload("bool", value)
        }
    }

    private static func int(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .int: return value
        case .uint(let number):
            guard let result = Int64(exactly: number) else {
                throw EvaluationError(.outOfRange, "integer out of range")
            }
            return .int(result)
        case .double(let number): return .int(try CheckedArithmetic.int(number))
        case .string(let text):
            guard let result = Int64(text) else { throw failure(value, "int") }
            return .int(result)
        case .timestamp(let moment): return .int(moment.seconds)
        case .duration(let span):
            guard let result = Int64(exactly: span.nanoseconds) else {
                throw EvaluationError(.outOfRange, "integer out of range")
            }
            return .int(result)
        default: throw .noSuchOverload("int", value)
        }
    }

    private static func uint(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .uint: return value
        case .int(let number):
            guard let result = UInt64(exactly: number) else {
                throw EvaluationError(.outOfRange, "unsigned integer out of range")
            }
            return .uint(result)
        case .double(let number): return .uint(try CheckedArithmetic.uint(number))
        case .string(let text):
            guard text.utf8.first != UInt8(ascii: "-"), let result = UInt64(text) else {
                throw failure(value, "uint")
            }
            return .uint(result)
        default: throw .noSuchOverload("uint", value)
        }
    }

    private static func double(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .double: return value
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            try frame.spend(text.utf8.count)
            guard let result = Double(text) else { throw failure(value, "double") }
            return .double(result)
        default: throw .noSuchOverload("double", value)
        }
    }

    private static func string(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .string: return value
        case .bool(let flag): return .string(flag ? "true" : "false")
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(NumberText.text(number))
        case .bytes(let bytes):
            try frame.spend(bytes.count)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw EvaluationError(.invalidArgument, "invalid UTF-8 in bytes, cannot convert to string")
            }
            return .string(text)
        case .timestamp(let moment): return .string(moment.text)
        case .duration(let span): return .string(span.text)
        default: throw .noSuchOverload("string", value)
        }
    }

    private static func bytes(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .bytes: return value
        case .string(let text):
            try frame.spend(text.utf8.count)
            return .bytes(Array(text.utf8))
        default: throw .noSuchOverload("bytes", value)
        }
    }

    private static func timestamp(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .timestamp: return value
        case .int(let seconds):
            guard let moment = CELTimestamp(seconds: seconds) else { throw .timestampRange }
            return .timestamp(moment)
        case .string(let text):
            try frame.spend(text.utf8.count)
            guard let moment = CELTimestamp(parsing: text) else { throw failure(value, "timestamp") }
            return .timestamp(moment)
        default: throw .noSuchOverload("timestamp", value)
        }
    }

    private static func duration(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .duration: return value
        case .int(let nanoseconds):
            guard let span = CELDuration(nanoseconds: Int128(nanoseconds)) else { throw .durationRange }
            return .duration(span)
        case .string(let text):
            try frame.spend(text.utf8.count)
            guard let span = CELDuration(parsing: text) else { throw failure(value, "duration") }
            return .duration(span)
        default: throw .noSuchOverload("duration", value)
        }
    }
}
