// The standard library as the checker sees it: names, overload ids and types. The ids are those of cel-go,
// so that cost tables and the evaluator speak of the same forms.

/// The declarations every environment has.
public enum StandardDeclarations {
    private typealias Overload = FunctionDeclaration.Overload

    private static let a = CELType.typeParameter("A")
    private static let b = CELType.typeParameter("B")
    private static let listOfA = CELType.list(a)
    private static let mapOfAB = CELType.map(key: a, value: b)

    /// The names of types, as values of the language.
    public static let typeNames: [VariableDeclaration] = [
        typeName("bool", .bool), typeName("bytes", .bytes), typeName("double", .double),
        typeName("google.protobuf.Duration", .duration), typeName("int", .int), typeName("list", listOfA),
        typeName("map", mapOfAB), typeName("null_type", .null), typeName("string", .string),
        typeName("google.protobuf.Timestamp", .timestamp),
        typeName("type", .type(nil)), typeName("uint", .uint),
    ]

    private static func typeName(_ name: String, _ type: CELType) -> VariableDeclaration {
        VariableDeclaration(name: name, type: .type(type))
    }

    /// The functions of the standard library.
    ///
    /// Comparisons between different numeric types are left out unless asked for.
    public static func functions(crossTypeNumericComparisons: Bool) -> [FunctionDeclaration] {
        logic + arithmetic + comparisons(crossType: crossTypeNumericComparisons) + collections + conversions
            + strings + time
    }

    private static let logic: [FunctionDeclaration] = [
        FunctionDeclaration(Operator.conditional, [Overload("conditional", [.bool, a, a], a)]),
        FunctionDeclaration(Operator.and, [Overload("logical_and", [.bool, .bool], .bool)]),
        FunctionDeclaration(Operator.or, [Overload("logical_or", [.bool, .bool], .bool)]),
        FunctionDeclaration(Operator.not, [Overload("logical_not", [.bool], .bool)]),
        FunctionDeclaration(Operator.notStrictlyFalse, [Overload("not_strictly_false", [.bool], .bool)]),
        FunctionDeclaration(Operator.equal, [Overload("equals", [a, a], .bool)]),
        FunctionDeclaration(Operator.notEqual, [Overload("not_equals", [a, a], .bool)]),
    ]

    private static let arithmetic: [FunctionDeclaration] = [
        FunctionDeclaration(
            Operator.add,
            [
                Overload("add_bytes", [.bytes, .bytes], .bytes),
                Overload("add_double", [.double, .double], .double),
                Overload("add_duration_duration", [.duration, .duration], .duration),
                Overload("add_duration_timestamp", [.duration, .timestamp], .timestamp),
                Overload("add_timestamp_duration", [.timestamp, .duration], .timestamp),
                Overload("add_int64", [.int, .int], .int),
                Overload("add_list", [listOfA, listOfA], listOfA),
                Overload("add_string", [.string, .string], .string),
                Overload("add_uint64", [.uint, .uint], .uint),
            ]),
        FunctionDeclaration(
            Operator.subtract,
            [
                Overload("subtract_double", [.double, .double], .double),
                Overload("subtract_duration_duration", [.duration, .duration], .duration),
                Overload("subtract_int64", [.int, .int], .int),
                Overload("subtract_timestamp_duration", [.timestamp, .duration], .timestamp),
                Overload("subtract_timestamp_timestamp", [.timestamp, .timestamp], .duration),
                Overload("subtract_uint64", [.uint, .uint], .uint),
            ]),
        FunctionDeclaration(
            Operator.multiply,
            [
                Overload("multiply_double", [.double, .double], .double),
                Overload("multiply_int64", [.int, .int], .int),
                Overload("multiply_uint64", [.uint, .uint], .uint),
            ]),
        FunctionDeclaration(
            Operator.divide,
            [
                Overload("divide_double", [.double, .double], .double),
                Overload("divide_int64", [.int, .int], .int),
                Overload("divide_uint64", [.uint, .uint], .uint),
            ]),
        FunctionDeclaration(
            Operator.modulo,
            [
                Overload("modulo_int64", [.int, .int], .int),
                Overload("modulo_uint64", [.uint, .uint], .uint),
            ]),
        FunctionDeclaration(
            Operator.negate,
            [
                Overload("negate_double", [.double], .double),
                Overload("negate_int64", [.int], .int),
            ]),
    ]

    private static func comparisons(crossType: Bool) -> [FunctionDeclaration] {
        [
            (Operator.less, "less"), (Operator.lessOrEqual, "less_equals"), (Operator.greater, "greater"),
            (Operator.greaterOrEqual, "greater_equals"),
        ].map { name, id in
            let same: [(String, CELType)] = [
                ("bool", .bool), ("int64", .int), ("uint64", .uint), ("double", .double), ("string", .string),
                ("bytes", .bytes), ("timestamp", .timestamp), ("duration", .duration),
            ]
            var overloads = same.map { Overload("\(id)_\($0)", [$1, $1], .bool) }
            if crossType {
                let numbers: [(String, CELType)] = [("int64", .int), ("uint64", .uint), ("double", .double)]
                for (left, leftType) in numbers {
                    for (right, rightType) in numbers where left != right {
                        overloads.append(Overload("\(id)_\(left)_\(right)", [leftType, rightType], .bool))
                    }
                }
            }
            return FunctionDeclaration(name, overloads)
        }
    }

    private static let collections: [FunctionDeclaration] = [
        FunctionDeclaration(
            Operator.index,
            [Overload("index_list", [listOfA, .int], a), Overload("index_map", [mapOfAB, a], b)]),
        FunctionDeclaration(
            Operator.in,
            [Overload("in_list", [a, listOfA], .bool), Overload("in_map", [a, mapOfAB], .bool)]),
        FunctionDeclaration(
            "size",
            [
                Overload("size_bytes", [.bytes], .int), Overload("bytes_size", [.bytes], .int, isMember: true),
                Overload("size_list", [listOfA], .int), Overload("list_size", [listOfA], .int, isMember: true),
                Overload("size_map", [mapOfAB], .int), Overload("map_size", [mapOfAB], .int, isMember: true),
                Overload("size_string", [.string], .int),
                Overload("string_size", [.string], .int, isMember: true),
            ]),
    ]

    private static let conversions: [FunctionDeclaration] = [
        FunctionDeclaration("type", [Overload("type", [a], .type(a))]),
        FunctionDeclaration("dyn", [Overload("to_dyn", [a], .dyn)]),
        FunctionDeclaration(
            "bool", [Overload("bool_to_bool", [.bool], .bool), Overload("string_to_bool", [.string], .bool)]),
        FunctionDeclaration(
            "bytes",
            [Overload("bytes_to_bytes", [.bytes], .bytes), Overload("string_to_bytes", [.string], .bytes)]),
        FunctionDeclaration(
            "double",
            [
                Overload("double_to_double", [.double], .double), Overload("int64_to_double", [.int], .double),
                Overload("string_to_double", [.string], .double), Overload("uint64_to_double", [.uint], .double),
            ]),
        FunctionDeclaration(
            "duration",
            [
                Overload("duration_to_duration", [.duration], .duration),
                Overload("int64_to_duration", [.int], .duration),
                Overload("string_to_duration", [.string], .duration),
            ]),
        FunctionDeclaration(
            "int",
            [
                Overload("int64_to_int64", [.int], .int), Overload("double_to_int64", [.double], .int),
                Overload("duration_to_int64", [.duration], .int), Overload("string_to_int64", [.string], .int),
                Overload("timestamp_to_int64", [.timestamp], .int), Overload("uint64_to_int64", [.uint], .int),
            ]),
        FunctionDeclaration(
            "string",
            [
                Overload("string_to_string", [.string], .string), Overload("bool_to_string", [.bool], .string),
                Overload("bytes_to_string", [.bytes], .string), Overload("double_to_string", [.double], .string),
                Overload("duration_to_string", [.duration], .string),
                Overload("int64_to_string", [.int], .string),
                Overload("timestamp_to_string", [.timestamp], .string),
                Overload("uint64_to_string", [.uint], .string),
            ]),
        FunctionDeclaration(
            "timestamp",
            [
                Overload("timestamp_to_timestamp", [.timestamp], .timestamp),
                Overload("int64_to_timestamp", [.int], .timestamp),
                Overload("string_to_timestamp", [.string], .timestamp),
            ]),
        FunctionDeclaration(
            "uint",
            [
                Overload("uint64_to_uint64", [.uint], .uint), Overload("double_to_uint64", [.double], .uint),
                Overload("int64_to_uint64", [.int], .uint), Overload("string_to_uint64", [.string], .uint),
            ]),
    ]

    private static let strings: [FunctionDeclaration] = [
        FunctionDeclaration("contains", [Overload("contains_string", [.string, .string], .bool, isMember: true)]),
        FunctionDeclaration("endsWith", [Overload("ends_with_string", [.string, .string], .bool, isMember: true)]),
        FunctionDeclaration(
            "startsWith", [Overload("starts_with_string", [.string, .string], .bool, isMember: true)]),
        FunctionDeclaration(
            "matches",
            [
                Overload("matches", [.string, .string], .bool),
                Overload("matches_string", [.string, .string], .bool, isMember: true),
            ]),
    ]

    private static let time: [FunctionDeclaration] =
        [
            ("getFullYear", "year"), ("getMonth", "month"), ("getDayOfYear", "day_of_year"),
            ("getDayOfMonth", "day_of_month"), ("getDate", "day_of_month_1_based"), ("getDayOfWeek", "day_of_week"),
            ("getHours", "hours"), ("getMinutes", "minutes"), ("getSeconds", "seconds"),
            ("getMilliseconds", "milliseconds"),
        ].map { name, unit in
            var overloads = [
                Overload("timestamp_to_\(unit)", [.timestamp], .int, isMember: true),
                Overload(
                    unit == "seconds" ? "timestamp_to_seconds_tz" : "timestamp_to_\(unit)_with_tz",
                    [.timestamp, .string], .int, isMember: true),
            ]
            if ["hours", "minutes", "seconds", "milliseconds"].contains(unit) {
                overloads.append(Overload("duration_to_\(unit)", [.duration], .int, isMember: true))
            }
            return FunctionDeclaration(name, overloads)
        }
}
