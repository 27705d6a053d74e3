/// The list extension, sums and extremes of lists, and insertion into maps.
enum ListFunctions {
    static let all: [(String, Function.Form)] = [
        ("slice", .variadic([3], slice)), ("flatten", .unary(flattenOnce)), ("flatten", .binary(flatten)),
        ("sort", .unary(sort)), ("@sortByAssociatedKeys", .binary(sortByKeys)), ("lists.range", .unary(range)),
        ("reverse", .unary(reverse)), ("distinct", .unary(distinct)), ("sum", .unary(sum)),
        ("list_uint_sum", .unary(sumOfUints)), ("list_double_sum", .unary(sumOfDoubles)),
        ("list_duration_sum", .unary(sumOfDurations)), ("min", .unary(min)), ("max", .unary(max)),
        ("first", .unary(first)), ("last", .unary(last)), ("cel.@mapInsert", .binary(insertAll)),
        ("cel.@mapInsert", .variadic([3], insert)),
    ]

    private static let maxRange: Int64 = 10_000_000

    private static func elements(
        _ name: String, _ value: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> [Value] {
        guard case .list(let elements) = value else { throw .noSuchOverload(name, value) }
        try frame.spend(elements.count)
        return elements
    }

    // MARK: Parts

    private static func slice(_ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .list(let list) = arguments[0], case .int(let start) = arguments[1],
            case .int(let end) = arguments[2]
        else { throw .noSuchOverload("slice", arguments[0], arguments[1], arguments[2]) }
        func failure(_ reason: String) -> EvaluationError {
            EvaluationError(.invalidArgument, "cannot slice(\(start), \(end)), \(reason)")
        }
        if start < 0 || end < 0 { throw failure("negative indexes not supported") }
        if start > end { throw failure("start index must be less than or equal to end index") }
        if end > Int64(list.count) { throw failure("list is length \(list.count)") }
        try frame.spend(Int(end - start))
        return .list(Array(list[Int(start)..<Int(end)]))
    }

    private static func flattenOnce(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try flatten(value, .int(1), &frame)
    }

    // Level by level; the depth that matters is that of the value, however large a level is asked for.
    private static func flatten(
        _ value: Value, _ level: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .list(var current) = value, case .int(let depth) = level else {
            throw .noSuchOverload("flatten", value, level)
        }
        if depth < 0 { throw EvaluationError(.invalidArgument, "level must be non-negative") }
        var left = depth
        while left > 0 {
            var next: [Value] = []
            var changed = false
            try frame.spend(current.count)
            for element in current {
                guard case .list(let inner) = element else {
                    next.append(element)
                    continue
                }
                changed = true
                try frame.spend(inner.count)
                next += inner
            }
            guard changed else { break }
            current = next
            left -= 1
        }
        return .list(current)
    }

    private static func reverse(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        if case .string(let text) = value {
            return .string(StringFunctions.string(try StringFunctions.scalars(text, &frame).reversed()))
        }
        return .list(try elements("reverse", value, &frame).reversed())
    }

    private static func range(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .int(let count) = value else { throw .noSuchOverload("lists.range", value) }
        guard (0...maxRange).contains(count) else {
            throw EvaluationError(.invalidArgument, "lists.range: size must be 0 to \(maxRange), got \(count)")
        }
        try frame.spend(Int(count))
        return .list((0..<count).map { .int($0) })
    }

    private static func first(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .list(let elements) = value else { throw .noSuchOverload("first", value) }
        return .optional(elements.first)
    }

    private static func last(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .list(let elements) = value else { throw .noSuchOverload("last", value) }
        return .optional(elements.last)
    }

    private static func distinct(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        var result: [Value] = []
        for element in try elements("distinct", value, &frame) {
            try frame.spend(result.count)
            if try !element.isElement(of: result, &frame) { result.append(element) }
        }
        return .list(result)
    }

    // MARK: Order

    private static func sort(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try sortByKeys(value, value, &frame)
    }

    private static func sortByKeys(
        _ list: Value, _ keyList: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        let values = try elements("sort", list, &frame)
        let keys = try elements("sort", keyList, &frame)
        guard values.count == keys.count else {
            throw EvaluationError(.invalidArgument, "as many keys as elements are needed to sort")
        }
        guard let sample = keys.first else { return list }
        guard sample.compare(sample) != nil else {
            throw EvaluationError(.invalidArgument, "list elements must be comparable")
        }
        guard keys.allSatisfy({ $0.typeName == sample.typeName }) else {
            throw EvaluationError(.invalidArgument, "list elements must have the same type")
        }
        // n log n comparisons; work is counted in elements.
        try frame.spend(keys.count * (Int.bitWidth - keys.count.leadingZeroBitCount))
        let order = keys.indices.sorted { keys[$0].compare(keys[$1]) == .less }
        return .list(order.map { values[$0] })
    }

    private static func min(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try extreme("min", value, .greater, &frame)
    }

    private static func max(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try extreme("max", value, .less, &frame)
    }

    private static func extreme(
        _ name: String, _ value: Value, _ order: ValueOrder, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        let elements = try elements(name, value, &frame)
        guard var result = elements.first else {
            throw EvaluationError(.invalidArgument, "\(name) of an empty list")
        }
        for element in elements {
            guard let found = result.compare(element) else { throw .noSuchOverload(name, result, element) }
            if found == order { result = element }
        }
        return result
    }

    // MARK: Sums

    private static func sum(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        let elements = try elements("sum", value, &frame)
        switch elements.first {
        case nil: return .int(0)
        case .int:
            var total: Int64 = 0
            for element in elements {
                guard case .int(let number) = element else { throw .noSuchOverload("sum", element) }
                total = try CheckedArithmetic.add(total, number)
            }
            return .int(total)
        case .uint: return try sumOfUints(value, &frame)
        case .double: return try sumOfDoubles(value, &frame)
        case .duration: return try sumOfDurations(value, &frame)
        default: throw .noSuchOverload("sum", value)
        }
    }

    private static func sumOfUints(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        var total: UInt64 = 0
        for element in try elements("sum", value, &frame) {
            guard case .uint(let number) = element else { throw .noSuchOverload("sum", element) }
            total = try CheckedArithmetic.add(total, number)
        }
        return .uint(total)
    }

    private static func sumOfDoubles(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        var total = 0.0
        for element in try elements("sum", value, &frame) {
            guard case .double(let number) = element else { throw .noSuchOverload("sum", element) }
            total += number
        }
        return .double(total)
    }

    private static func sumOfDurations(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        var total: Int128 = 0
        for element in try elements("sum", value, &frame) {
            guard case .duration(let span) = element else { throw .noSuchOverload("sum", element) }
            total = try CELDuration.computed(total + span.nanoseconds).nanoseconds
        }
        return .duration(try .computed(total))
    }

    // MARK: Maps

    private static func insert(_ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .map(var map) = arguments[0] else { throw .noSuchOverload("cel.@mapInsert", arguments[0]) }
        try frame.spend(map.count)
        try map.insert(arguments[1], arguments[2])
        return .map(map)
    }

    private static func insertAll(
        _ target: Value, _ source: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .map(var map) = target, case .map(let added) = source else {
            throw .noSuchOverload("cel.@mapInsert", target, source)
        }
        try frame.spend(map.count + added.count)
        for entry in added.entries { try map.insert(entry.key, entry.value) }
        return .map(map)
    }
}
