/// The math extension: extremes, rounding, signs, bits.
enum MathFunctions {
    static let all: [(String, Function.Form)] =
        [
            ("math.@max", .unary(greatestOf)), ("math.@max", .binary(greatest)),
            ("math.@min", .unary(leastOf)), ("math.@min", .binary(least)), ("math.abs", .unary(abs)),
            ("math.sign", .unary(sign)), ("math.sqrt", .unary(sqrt)), ("math.bitNot", .unary(bitNot)),
            ("math.bitShiftLeft", .binary(shiftLeft)), ("math.bitShiftRight", .binary(shiftRight)),
            rounding("ceil") { $0.rounded(.up) }, rounding("floor") { $0.rounded(.down) },
            rounding("round") { $0.rounded(.toNearestOrAwayFromZero) },
            rounding("trunc") { $0.rounded(.towardZero) }, test("isNaN") { $0.isNaN },
            test("isInf") { $0.isInfinite }, test("isFinite") { $0.isFinite },
            bits("bitAnd", { $0 & $1 }, { $0 & $1 }), bits("bitOr", { $0 | $1 }, { $0 | $1 }),
            bits("bitXor", { $0 ^ $1 }, { $0 ^ $1 }),
        ]

    private static func rounding(
        _ name: String, _ change: @escaping @Sendable (Double) -> Double
    ) -> (String, Function.Form) {
        (
            "math." + name,
            .unary { (value: Value, frame: inout Frame) throws(EvaluationError) -> Value in
                guard case .double(let number) = value else { throw .noSuchOverload("math." + name, value) }
                return .double(change(number))
            }
        )
    }

    private static func test(
        _ name: String, _ holds: @escaping @Sendable (Double) -> Bool
    ) -> (String, Function.Form) {
        (
            "math." + name,
            .unary { (value: Value, frame: inout Frame) throws(EvaluationError) -> Value in
                guard case .double(let number) = value else { throw .noSuchOverload("math." + name, value) }
                return .bool(holds(number))
            }
        )
    }

    private static func bits(
        _ name: String, _ signed: @escaping @Sendable (Int64, Int64) -> Int64,
        _ unsigned: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> (String, Function.Form) {
        (
            "math." + name,
            .binary { (left: Value, right: Value, frame: inout Frame) throws(EvaluationError) -> Value in
                switch (left, right) {
                case (.int(let left), .int(let right)): .int(signed(left, right))
                case (.uint(let left), .uint(let right)): .uint(unsigned(left, right))
                default: throw .noSuchOverload("math." + name, left, right)
                }
            }
        )
    }

    // MARK: Extremes

    private static func greatest(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        try pick("math.greatest", left, right, .less)
    }

    private static func least(_ left: Value, _ right: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try pick("math.least", left, right, .greater)
    }

    private static func greatestOf(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try pickAll("math.greatest", value, .less, &frame)
    }

    private static func leastOf(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try pickAll("math.least", value, .greater, &frame)
    }

    private static func isNumber(_ value: Value) -> Bool {
        switch value {
        case .int, .uint, .double: true
        default: false
        }
    }

    // The right value if the left stands to it as `order` says, otherwise the left.
    private static func pick(
        _ name: String, _ left: Value, _ right: Value, _ order: ValueOrder
    ) throws(EvaluationError) -> Value {
        guard isNumber(left), isNumber(right) else { throw .noSuchOverload(name, left, right) }
        return left.compare(right) == order ? right : left
    }

    private static func pickAll(
        _ name: String, _ value: Value, _ order: ValueOrder, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .list(let elements) = value else {
            guard isNumber(value) else { throw .noSuchOverload(name, value) }
            return value
        }
        guard let first = elements.first else {
            throw EvaluationError(.invalidArgument, "\(name) of an empty list")
        }
        try frame.spend(elements.count)
        var result = first
        for element in elements { result = try pick(name, result, element, order) }
        return result
    }

    // MARK: Signs and roots

    private static func abs(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .int(let number): .int(number < 0 ? try CheckedArithmetic.negate(number) : number)
        case .uint: value
        case .double(let number): .double(number.magnitude)
        default: throw .noSuchOverload("math.abs", value)
        }
    }

    private static func sign(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .int(let number): .int(number.signum())
        case .uint(let number): .uint(number == 0 ? 0 : 1)
        case .double(let number): .double(number > 0 ? 1 : number < 0 ? -1 : number.isNaN ? .nan : 0)
        default: throw .noSuchOverload("math.sign", value)
        }
    }

    private static func sqrt(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .int(let number): .double(Double(number).squareRoot())
        case .uint(let number): .double(Double(number).squareRoot())
        case .double(let number): .double(number.squareRoot())
        default: throw .noSuchOverload("math.sqrt", value)
        }
    }

    // MARK: Bits

    private static func bitNot(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        switch value {
        case .int(let number): .int(~number)
        case .uint(let number): .uint(~number)
        default: throw .noSuchOverload("math.bitNot", value)
        }
    }

    // Shifting by 64 or more gives 0; the sign bit is moved like any other.
    private static func shiftLeft(
        _ value: Value, _ distance: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        try shift("math.bitShiftLeft", value, distance) { $0 << $1 }
    }

    private static func shiftRight(
        _ value: Value, _ distance: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        try shift("math.bitShiftRight", value, distance) { $0 >> $1 }
    }

    private static func shift(
        _ name: String, _ value: Value, _ distance: Value, _ change: (UInt64, Int64) -> UInt64
    ) throws(EvaluationError) -> Value {
        guard case .int(let count) = distance else { throw .noSuchOverload(name, value, distance) }
        switch value {
        case .int(let number):
            if count < 0 { throw EvaluationError(.invalidArgument, "\(name)() negative offset: \(count)") }
            return .int(Int64(bitPattern: change(UInt64(bitPattern: number), count)))
        case .uint(let number):
            if count < 0 { throw EvaluationError(.invalidArgument, "\(name)() negative offset: \(count)") }
            return .uint(change(number, count))
        default: throw .noSuchOverload(name, value, distance)
        }
    }
}
