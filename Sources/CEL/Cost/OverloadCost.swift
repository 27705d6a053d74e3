// The static cost of a call by its overload, without its arguments, and the size of its result. Functions that are
// not named here cost 1, as everything takes about as long as everything else; what counts is the text that is
// walked and the lists that are made. Costs are cel-go's; sizes of results are known here for more functions, so
// that a text that went through `lowerAscii` has a bound still.

/// Costs of calls by overload.
enum OverloadCost {
    private static let textFactor = 0.1
    private static let patternFactor = 0.25

    /// Estimates a call; `elementSize` is that of the first list among receiver and arguments.
    static func estimate(
        _ overload: String, _ target: CostEstimator.Node?, _ arguments: [CostEstimator.Node], elementSize: Estimate?
    ) -> CostEstimator.Call {
        let operands = (target.map { [$0] } ?? []) + arguments
        let sizes = operands.map(\.sizeOrUnknown)
        return text(overload, operands, sizes)
            ?? resultOnly(overload, operands, sizes, elementSize)
            ?? lists(overload, operands, sizes, elementSize)
            ?? .init(cost: .exactly(1))
    }

    // MARK: Text

    private static func text(
        _ overload: String, _ operands: [CostEstimator.Node], _ sizes: [Estimate]
    ) -> CostEstimator.Call? {
        switch (overload, sizes.count) {
        case ("string_format", 2): return .init(cost: sizes[0].scaled(by: textFactor))
        case ("string_to_bytes", 1):
            // A character is one to four bytes.
            let result = Estimate(sizes[0].min, sizes[0].multiplied(by: .exactly(4)).max)
            return .init(cost: sizes[0].scaled(by: textFactor), resultSize: result)
        case ("bytes_to_string", 1):
            return .init(
                cost: sizes[0].scaled(by: textFactor), resultSize: Estimate(sizes[0].min / 4, sizes[0].max))
        case ("strings_quote", 1):
            // Every character may need an escape, and two quotation marks are added.
            let most = sizes[0].multiplied(by: .exactly(2)).adding(.exactly(2)).max
            return .init(
                cost: sizes[0].scaled(by: textFactor), resultSize: Estimate(sizes[0].adding(.exactly(2)).min, most))
        case ("starts_with_string", 2), ("ends_with_string", 2): return .init(cost: sizes[1].scaled(by: textFactor))
        case ("in_list", 2): return .init(cost: sizes[1])
        case ("matches_string", 2):
            // One is added to the text so that an expensive pattern costs something on an empty text too.
            let text = sizes[0].adding(.exactly(1)).scaled(by: textFactor)
            return .init(cost: text.multiplied(by: sizes[1].scaled(by: patternFactor)))
        case ("matches", 2):
            // cel-go counts 1 for the global form; here it costs what the other form costs.
            let text = sizes[0].adding(.exactly(1)).scaled(by: textFactor)
            return .init(cost: text.multiplied(by: sizes[1].scaled(by: patternFactor)))
        case ("contains_string", 2):
            return .init(cost: sizes[0].scaled(by: textFactor).multiplied(by: sizes[1].scaled(by: textFactor)))
        case ("add_string", 2), ("add_bytes", 2):
            let result = sizes[0].adding(sizes[1])
            return .init(cost: result.scaled(by: textFactor), resultSize: result)
        case ("add_list", 2): return .init(cost: .exactly(1), resultSize: sizes[0].adding(sizes[1]))
        case ("less_string", 2), ("less_equals_string", 2), ("greater_string", 2), ("greater_equals_string", 2),
            ("less_bytes", 2), ("less_equals_bytes", 2), ("greater_bytes", 2), ("greater_equals_bytes", 2),
            ("equals", 2), ("not_equals", 2):
            let most = min(sizes[0].max, sizes[1].max)
            return .init(cost: Estimate(most > 0 ? 1 : 0, most).scaled(by: textFactor))
        default: return nil
        }
    }

    // MARK: Results with a bound

    private static func resultOnly(
        _ overload: String, _ operands: [CostEstimator.Node], _ sizes: [Estimate], _ elementSize: Estimate?
    ) -> CostEstimator.Call? {
        guard let first = sizes.first else { return nil }
        let size: Estimate
        switch (overload, sizes.count) {
        case ("bool_to_string", 1): size = Estimate(4, 5)
        case ("int64_to_string", 1), ("uint64_to_string", 1): size = Estimate(1, 20)
        case ("string_to_string", 1), ("bytes_to_bytes", 1), ("string_lower_ascii", 1), ("string_upper_ascii", 1),
            ("string_reverse", 1):
            size = first
        case ("string_trim", 1), ("string_substring_int", 2), ("string_substring_int_int", 3):
            size = Estimate(0, first.max)
        case ("string_char_at_int", 2): size = Estimate(0, 1)
        case ("string_replace_string_string", 3), ("string_replace_string_string_int", 4):
            // The most is made by inserting around every character.
            size = Estimate(0, first.adding(first.adding(.exactly(1)).multiplied(by: sizes[2])).max)
        case ("string_split_string", 2), ("string_split_string_int", 3):
            size = Estimate(0, first.adding(.exactly(1)).max)
        case ("list_join", 1): size = Estimate(0, first.multiplied(by: elementSize ?? .unknown).max)
        case ("list_join_string", 2):
            size = Estimate(0, first.multiplied(by: (elementSize ?? .unknown).adding(sizes[1])).max)
        case ("base64_encode_bytes", 1): size = first.adding(.exactly(2)).scaled(by: 1.5)
        case ("base64_decode_string", 1): size = Estimate(0, first.max)
        default: return nil
        }
        return .init(cost: .exactly(1), resultSize: size)
    }

    // MARK: Lists

    private static func lists(
        _ overload: String, _ operands: [CostEstimator.Node], _ sizes: [Estimate], _ elementSize: Estimate?
    ) -> CostEstimator.Call? {
        switch (overload, sizes.count) {
        case ("list_slice", 3):
            let start = operands[1].constant ?? 0
            let end = min(operands[2].constant ?? sizes[0].max, sizes[0].max)
            let isExact = operands[1].constant != nil && operands[2].constant != nil
            let length = end > start ? end - start : 0
            return allocating(Estimate(isExact ? length : 0, length))
        case ("list_flatten", 1):
            let result = Estimate(0, sizes[0].multiplied(by: elementSize ?? .unknown).max)
            return allocating(sizes[0], result: result)
        case ("list_flatten_int", 2):
            let depth = operands[1].constant.map { Estimate.exactly($0) } ?? .unknown
            return allocating(sizes[0].multiplied(by: depth), result: .unknown)
        case ("lists_range", 1):
            return allocating(operands[0].constant.map { Estimate.exactly($0) } ?? .unknown)
        case ("list_reverse", 1): return allocating(sizes[0])
        case ("list_distinct", 1):
            // At run time texts are compared letter by letter.
            let square = sizes[0].multiplied(by: sizes[0])
            let cost = Estimate(square.scaled(by: 2).min, square.scaled(by: 2.1).max)
            return allocating(cost, result: Estimate(min(1, sizes[0].min), sizes[0].max))
        case ("list_sets_contains_list", 2), ("list_sets_intersects_list", 2):
            return .init(cost: sizes[0].multiplied(by: sizes[1]).adding(.exactly(1)))
        case ("list_sets_equivalent_list", 2):
            return .init(cost: sizes[0].multiplied(by: sizes[1]).scaled(by: 2).adding(.exactly(1)))
        case (_, 1) where overload.hasPrefix("list_") && overload.hasSuffix("_sort"):
            return sorted(overload, by: sizes[0], result: sizes[0])
        case (_, 2) where overload.hasSuffix("_sortByAssociatedKeys"):
            return sorted(overload, by: sizes[1], result: sizes[0])
        case (_, 1) where overload.hasPrefix("list_") && isAggregate(overload):
            return .init(cost: sizes[0].adding(.exactly(1)), resultSize: elementSize)
        default: return nil
        }
    }

    private static func isAggregate(_ overload: String) -> Bool {
        overload.hasSuffix("_sum") || overload.hasSuffix("_min") || overload.hasSuffix("_max")
    }

    private static func sorted(_ overload: String, by keys: Estimate, result: Estimate) -> CostEstimator.Call {
        let isText = overload.hasPrefix("list_string_") || overload.hasPrefix("list_bytes_")
        let work = keys.multiplied(by: keys).scaled(by: isText ? 2 + textFactor : 2)
        return allocating(work, result: result)
    }

    /// A call that makes a list: 1 for the call, 10 for the list, and the work.
    private static func allocating(_ work: Estimate, result: Estimate? = nil) -> CostEstimator.Call {
        .init(cost: work.adding(.exactly(11)), resultSize: result ?? work)
    }
}

extension CostEstimator.Node {
    /// The size of the value, which may be anything.
    var sizeOrUnknown: Estimate { size ?? .unknown }

    /// The value of a literal that is not negative.
    fileprivate var constant: UInt64? {
        switch expression.kind {
        case .constant(.int(let value)): UInt64(exactly: value)
        case .constant(.uint(let value)): value
        default: nil
        }
    }
}
