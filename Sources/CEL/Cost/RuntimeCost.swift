// The cost of a call while an expression runs, by the form of the function that the checker chose. The rules
// are those of cel-go's run-time cost tracker; calls whose form is known only at run time cost 1, as there.

/// How a call is charged.
public enum CostRule: Sendable {
    case one
    /// A tenth of the first argument.
    case traverseFirst
    /// The size of the second argument.
    case sizeOfSecond
    /// A tenth of the smaller argument.
    case traverseSmaller
    /// A tenth of both arguments together.
    case traverseBoth
    /// A tenth of the text times a quarter of the pattern.
    case matches
    /// A tenth of each argument, multiplied.
    case contains
    /// A new list as long as the first argument, times a factor that is given or that the second argument is.
    case copyFirst(depthFromSecond: Bool)
    /// A new list as long as the first argument says.
    case range
    /// A new list between two indices.
    case slice
    /// Every element of one argument compared with every other.
    case selfCompare(position: Int)
    /// Every element of the first argument compared with every one of the second, a number of times.
    case compareAll(UInt64)
    /// One step for each element of the first argument.
    case visitFirst
    /// What the host says, from the sizes of the arguments.
    case custom(CustomCost)

    /// A cost as a function of the sizes of the arguments (1 for scalars).
    public typealias CustomCost = @Sendable ([Int]) -> UInt64

    /// The rule of an overload; nil or unknown ids cost 1.
    init(overload: String?) {
        switch overload {
        case "starts_with_string", "ends_with_string", "string_to_bytes", "bytes_to_string", "string_format",
            "strings_quote":
            self = .traverseFirst
        case "in_list": self = .sizeOfSecond
        case "less_string", "less_equals_string", "greater_string", "greater_equals_string", "less_bytes",
            "less_equals_bytes", "greater_bytes", "greater_equals_bytes", "equals", "not_equals":
            self = .traverseSmaller
        case "add_string", "add_bytes": self = .traverseBoth
        case "matches_string", "matches": self = .matches
        case "contains_string": self = .contains
        case "list_reverse", "list_flatten": self = .copyFirst(depthFromSecond: false)
        case "list_flatten_int": self = .copyFirst(depthFromSecond: true)
        case "lists_range": self = .range
        case "list_slice": self = .slice
        case "list_distinct": self = .selfCompare(position: 0)
        case "list_sets_contains_list", "list_sets_intersects_list": self = .compareAll(1)
        case "list_sets_equivalent_list": self = .compareAll(2)
        case .some(let id) where id.hasPrefix("list_") && id.hasSuffix("_sort"): self = .selfCompare(position: 0)
        case .some(let id) where id.hasSuffix("_sortByAssociatedKeys"): self = .selfCompare(position: 1)
        case .some(let id) where Self.isAggregate(id): self = .visitFirst
        default: self = .one
        }
    }

    private static func isAggregate(_ id: String) -> Bool {
        id.hasPrefix("list_") && (id.hasSuffix("_sum") || id.hasSuffix("_min") || id.hasSuffix("_max"))
    }

    /// The cost of a call with one argument.
    @inline(__always)
    func cost(_ argument: Value) -> UInt64 {
        if case .one = self { return 1 }
        return cost([argument])
    }

    /// The cost of a call with two arguments.
    @inline(__always)
    func cost(_ first: Value, _ second: Value) -> UInt64 {
        switch self {
        case .one: 1
        case .sizeOfSecond: UInt64(second.costSize)
        default: cost([first, second])
        }
    }

    /// The cost of a call.
    func cost(_ arguments: [Value]) -> UInt64 {
        let first = arguments.first?.costSize ?? 1
        let second = arguments.count > 1 ? arguments[1].costSize : 1
        return switch self {
        case .one: 1
        case .traverseFirst: RuntimeCost.tenth(first)
        case .sizeOfSecond: UInt64(second)
        case .traverseSmaller: RuntimeCost.tenth(min(first, second))
        case .traverseBoth: RuntimeCost.tenth(first + second)
        case .matches: RuntimeCost.product(RuntimeCost.tenth(first + 1), RuntimeCost.quarter(second))
        case .contains: RuntimeCost.product(RuntimeCost.tenth(first), RuntimeCost.tenth(second))
        case .copyFirst(let depthFromSecond):
            RuntimeCost.listOf(
                RuntimeCost.product(UInt64(first), depthFromSecond ? Self.count(arguments[1]) : 1))
        case .range: RuntimeCost.listOf(arguments.first.map(Self.count) ?? 0)
        case .slice: RuntimeCost.listOf(Self.distance(arguments))
        case .selfCompare(let position):
            RuntimeCost.selfCompare(position < arguments.count ? arguments[position] : .null)
        case .compareAll(let times):
            RuntimeCost.sum(RuntimeCost.product(RuntimeCost.product(UInt64(first), UInt64(second)), times), 1)
        case .visitFirst: RuntimeCost.sum(UInt64(first), 1)
        case .custom(let cost): cost(arguments.map(\.costSize))
        }
    }

    private static func count(_ value: Value) -> UInt64 {
        if case .int(let value) = value { UInt64(clamping: value) } else { 0 }
    }

    private static func distance(_ arguments: [Value]) -> UInt64 {
        guard arguments.count == 3 else { return 0 }
        let start = count(arguments[1])
        let end = count(arguments[2])
        return end > start ? min(end - start, UInt64(arguments[0].costSize)) : 0
    }
}

/// Arithmetic on costs, which stops at the greatest number instead of overflowing.
enum RuntimeCost {
    /// A tenth of a size, rounded up.
    static func tenth(_ size: Int) -> UInt64 { UInt64((size + 9) / 10) }

    /// A quarter of a size, rounded up.
    static func quarter(_ size: Int) -> UInt64 { UInt64((size + 3) / 4) }

    static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (result, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : result
    }

    static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (result, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : result
    }

    /// A call that makes a list: 1 for the call, 10 for the list, and the work.
    static func listOf(_ work: UInt64) -> UInt64 { sum(work, 11) }

    /// Comparing all elements of a list with each other: twice its square, 2.1 times for strings and bytes.
    static func selfCompare(_ value: Value) -> UInt64 {
        guard case .list(let elements) = value, let first = elements.first else { return listOf(0) }
        let square = product(UInt64(elements.count), UInt64(elements.count))
        return switch first {
        case .string, .bytes: listOf(sum(product(square, 2), square / 10))
        default: listOf(product(square, 2))
        }
    }
}
