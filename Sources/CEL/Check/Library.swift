// The extension libraries: which functions each adds to an environment. The ids are those of cel-go where it
// has the function; `aggregates` and `integers` are our own. The macros of a library live with the parser.

/// A set of functions and macros beyond the standard library.
public enum Library: String, Hashable, Sendable, CaseIterable {
    /// `cel.bind`.
    case bindings
    /// `base64.encode`, `base64.decode`.
    case encoders
    /// `slice`, `flatten`, `sort`, `sortBy`, `distinct`, `reverse`, `lists.range`.
    case lists
    /// `math.greatest`, `math.least`, rounding, signs and bits.
    case math
    /// `optional.of`, `a.?b`, `a[?b]`, `orValue`, `optMap`, …
    case optionals
    /// `regex.replace`, `regex.extract`, `regex.extractAll`.
    case regex
    /// `sets.contains`, `sets.equivalent`, `sets.intersects`.
    case sets
    /// `charAt`, `indexOf`, `substring`, `format`, `split`, `join`, …
    case strings
    /// Macros with two variables, `transformList`, `transformMap`, `transformMapEntry`.
    case twoVariableMacros
    /// `sum`, `min`, `max` over lists.
    case aggregates
    /// `mulDiv(a, b, c)`: the floor of a · b / c without intermediate overflow.
    case integers

    /// Every library.
    public static let `default` = Set(allCases)
    /// What the specification calls the core language: no extension at all.
    public static let none: Set<Library> = []
}

extension Library {
    private typealias Overload = FunctionDeclaration.Overload

    private static let t = CELType.typeParameter("T")
    private static let listOfT = CELType.list(t)
    private static let k = CELType.typeParameter("K")
    private static let v = CELType.typeParameter("V")
    private static let mapOfKV = CELType.map(key: k, value: v)
    private static let numbers: [(String, CELType)] = [("double", .double), ("int", .int), ("uint", .uint)]
    private static let comparables: [(String, CELType)] = [
        ("int", .int), ("uint", .uint), ("double", .double), ("bool", .bool), ("duration", .duration),
        ("timestamp", .timestamp), ("string", .string), ("bytes", .bytes),
    ]

    /// The names of types the library adds, as values of the language.
    public var typeNames: [VariableDeclaration] {
        switch self {
        case .optionals: [VariableDeclaration(name: "optional_type", type: .type(.optional(Self.v)))]
        default: []
        }
    }

    /// The functions the library adds.
    public var functions: [FunctionDeclaration] {
        switch self {
        case .bindings: []
        case .encoders: Self.encoderFunctions
        case .lists: Self.listFunctions
        case .math: Self.mathFunctions
        case .optionals: Self.optionalFunctions
        case .regex: Self.regexFunctions
        case .sets: Self.setFunctions
        case .strings: Self.stringFunctions
        case .twoVariableMacros: Self.mapInsertFunctions
        case .aggregates: Self.aggregateFunctions
        case .integers: [FunctionDeclaration("mulDiv", [Overload("mul_div_int64", [.int, .int, .int], .int)])]
        }
    }

    private static let encoderFunctions = [
        FunctionDeclaration("base64.decode", [Overload("base64_decode_string", [.string], .bytes)]),
        FunctionDeclaration("base64.encode", [Overload("base64_encode_bytes", [.bytes], .string)]),
    ]

    private static let listFunctions = [
        FunctionDeclaration("slice", [Overload("list_slice", [listOfT, .int, .int], listOfT, isMember: true)]),
        FunctionDeclaration(
            "flatten",
            [
                Overload("list_flatten", [.list(listOfT)], listOfT, isMember: true),
                Overload("list_flatten_int", [.list(.dyn), .int], .list(.dyn), isMember: true),
            ]),
        FunctionDeclaration(
            "sort", comparables.map { Overload("list_\($0)_sort", [.list($1)], .list($1), isMember: true) }),
        FunctionDeclaration(
            "@sortByAssociatedKeys",
            comparables.map {
                Overload("list_\($0)_sortByAssociatedKeys", [listOfT, .list($1)], listOfT, isMember: true)
            }),
        FunctionDeclaration("lists.range", [Overload("lists_range", [.int], .list(.int))]),
        FunctionDeclaration("reverse", [Overload("list_reverse", [listOfT], listOfT, isMember: true)]),
        FunctionDeclaration("distinct", [Overload("list_distinct", [listOfT], listOfT, isMember: true)]),
    ]

    private static let mathFunctions: [FunctionDeclaration] = {
        func extremum(_ name: String) -> FunctionDeclaration {
            var overloads: [Overload] = []
            for (left, type) in numbers {
                overloads.append(Overload("math_@\(name)_\(left)", [type], type))
                for (right, other) in numbers {
                    overloads.append(
                        Overload("math_@\(name)_\(left)_\(right)", [type, other], left == right ? type : .dyn))
                }
                overloads.append(Overload("math_@\(name)_list_\(left)", [.list(type)], type))
            }
            return FunctionDeclaration("math.@\(name)", overloads)
        }
        func ofDouble(_ name: String, _ result: CELType) -> FunctionDeclaration {
            FunctionDeclaration("math.\(name)", [Overload("math_\(name)_double", [.double], result)])
        }
        func bits(_ name: String, _ second: CELType?) -> FunctionDeclaration {
            FunctionDeclaration(
                "math.\(name)",
                [
                    Overload("math_\(name)_int_int", [.int, second ?? .int], .int),
                    Overload(
                        "math_\(name)_uint_\(second == nil ? "uint" : "int")", [.uint, second ?? .uint], .uint),
                ])
        }
        return [
            extremum("min"), extremum("max"), ofDouble("ceil", .double), ofDouble("floor", .double),
            ofDouble("round", .double), ofDouble("trunc", .double), ofDouble("isInf", .bool),
            ofDouble("isNaN", .bool), ofDouble("isFinite", .bool),
            FunctionDeclaration("math.abs", numbers.map { Overload("math_abs_\($0)", [$1], $1) }),
            FunctionDeclaration("math.sign", numbers.map { Overload("math_sign_\($0)", [$1], $1) }),
            FunctionDeclaration("math.sqrt", numbers.map { Overload("math_sqrt_\($0)", [$1], .double) }),
            bits("bitAnd", nil), bits("bitOr", nil), bits("bitXor", nil),
            FunctionDeclaration(
                "math.bitNot",
                [
                    Overload("math_bitNot_int_int", [.int], .int),
                    Overload("math_bitNot_uint_uint", [.uint], .uint),
                ]),
            bits("bitShiftLeft", .int), bits("bitShiftRight", .int),
        ]
    }()

    private static let optionalFunctions: [FunctionDeclaration] = {
        let optionalOfV = CELType.optional(v)
        let listOfV = CELType.list(v)
        return [
            FunctionDeclaration("optional.of", [Overload("optional_of", [v], optionalOfV)]),
            FunctionDeclaration(
                "optional.ofNonZeroValue", [Overload("optional_ofNonZeroValue", [v], optionalOfV)]),
            FunctionDeclaration("optional.none", [Overload("optional_none", [], optionalOfV)]),
            FunctionDeclaration(
                "optional.unwrap", [Overload("optional_unwrap", [.list(optionalOfV)], listOfV)]),
            FunctionDeclaration(
                "unwrapOpt", [Overload("optional_unwrapOpt", [.list(optionalOfV)], listOfV, isMember: true)]),
            FunctionDeclaration("value", [Overload("optional_value", [optionalOfV], v, isMember: true)]),
            FunctionDeclaration("hasValue", [Overload("optional_hasValue", [optionalOfV], .bool, isMember: true)]),
            FunctionDeclaration(
                "or", [Overload("optional_or_optional", [optionalOfV, optionalOfV], optionalOfV, isMember: true)]),
            FunctionDeclaration(
                "orValue", [Overload("optional_orValue_value", [optionalOfV, v], v, isMember: true)]),
            FunctionDeclaration("first", [Overload("list_first", [listOfV], optionalOfV, isMember: true)]),
            FunctionDeclaration("last", [Overload("list_last", [listOfV], optionalOfV, isMember: true)]),
            FunctionDeclaration(
                Operator.optionalSelect,
                [Overload("select_optional_field", [.dyn, .string], optionalOfV)]),
            FunctionDeclaration(
                Operator.optionalIndex,
                [
                    Overload("list_optindex_optional_int", [listOfV, .int], optionalOfV),
                    Overload("optional_list_optindex_optional_int", [.optional(listOfV), .int], optionalOfV),
                    Overload("map_optindex_optional_value", [mapOfKV, k], optionalOfV),
                    Overload("optional_map_optindex_optional_value", [.optional(mapOfKV), k], optionalOfV),
                ]),
            FunctionDeclaration(
                Operator.index,
                [
                    Overload("optional_list_index_int", [.optional(listOfV), .int], optionalOfV),
                    Overload("optional_map_index_value", [.optional(mapOfKV), k], optionalOfV),
                ]),
        ]
    }()

    private static let regexFunctions = [
        FunctionDeclaration(
            "regex.replace",
            [
                Overload("regex_replace_string_string_string", [.string, .string, .string], .string),
                Overload("regex_replace_string_string_string_int", [.string, .string, .string, .int], .string),
            ]),
        FunctionDeclaration(
            "regex.extract", [Overload("regex_extract_string_string", [.string, .string], .optional(.string))]),
        FunctionDeclaration(
            "regex.extractAll", [Overload("regex_extractAll_string_string", [.string, .string], .list(.string))]),
    ]

    private static let setFunctions = ["contains", "equivalent", "intersects"].map {
        FunctionDeclaration("sets.\($0)", [Overload("list_sets_\($0)_list", [listOfT, listOfT], .bool)])
    }

    private static let stringFunctions: [FunctionDeclaration] = {
        func method(_ name: String, _ forms: (id: String, arguments: [CELType], result: CELType)...)
            -> FunctionDeclaration
        {
            FunctionDeclaration(
                name, forms.map { Overload($0.id, [.string] + $0.arguments, $0.result, isMember: true) })
        }
        return [
            method("charAt", ("string_char_at_int", [.int], .string)),
            method(
                "indexOf", ("string_index_of_string", [.string], .int),
                ("string_index_of_string_int", [.string, .int], .int)),
            method(
                "lastIndexOf", ("string_last_index_of_string", [.string], .int),
                ("string_last_index_of_string_int", [.string, .int], .int)),
            method("lowerAscii", ("string_lower_ascii", [], .string)),
            method("upperAscii", ("string_upper_ascii", [], .string)),
            method(
                "replace", ("string_replace_string_string", [.string, .string], .string),
                ("string_replace_string_string_int", [.string, .string, .int], .string)),
            method(
                "split", ("string_split_string", [.string], .list(.string)),
                ("string_split_string_int", [.string, .int], .list(.string))),
            method(
                "substring", ("string_substring_int", [.int], .string),
                ("string_substring_int_int", [.int, .int], .string)),
            method("trim", ("string_trim", [], .string)),
            method("reverse", ("string_reverse", [], .string)),
            method("format", ("string_format", [.list(.dyn)], .string)),
            FunctionDeclaration("strings.quote", [Overload("strings_quote", [.string], .string)]),
            FunctionDeclaration(
                "join",
                [
                    Overload("list_join", [.list(.string)], .string, isMember: true),
                    Overload("list_join_string", [.list(.string), .string], .string, isMember: true),
                ]),
        ]
    }()

    private static let mapInsertFunctions = [
        FunctionDeclaration(
            "cel.@mapInsert",
            [
                Overload("@mapInsert_map_key_value", [mapOfKV, k, v], mapOfKV),
                Overload("@mapInsert_map_map", [mapOfKV, mapOfKV], mapOfKV),
            ])
    ]

    private static let aggregateFunctions: [FunctionDeclaration] = {
        let summable = numbers + [("duration", .duration)]
        func extremum(_ name: String) -> FunctionDeclaration {
            FunctionDeclaration(
                name, comparables.map { Overload("list_\($0)_\(name)", [.list($1)], $1, isMember: true) })
        }
        return [
            FunctionDeclaration(
                "sum", summable.map { Overload("list_\($0)_sum", [.list($1)], $1, isMember: true) }),
            extremum("min"), extremum("max"),
        ]
    }()
}
