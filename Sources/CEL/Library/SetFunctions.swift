/// The set extension: relations between lists whose order and repetitions do not matter.
enum SetFunctions {
    static let all: [(String, Function.Form)] = [
        ("sets.contains", .binary(contains)), ("sets.equivalent", .binary(equivalent)),
        ("sets.intersects", .binary(intersects)),
    ]

    private static func lists(
        _ name: String, _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> (left: [Value], right: [Value]) {
        guard case .list(let first) = left, case .list(let second) = right else {
            throw .noSuchOverload(name, left, right)
        }
        let (product, overflow) = first.count.multipliedReportingOverflow(by: second.count)
        try frame.spend(overflow ? .max : product)
        return (first, second)
    }

    private static func holdsAll(
        _ set: [Value], _ wanted: [Value], _ frame: inout Frame
    ) throws(EvaluationError) -> Bool {
        for element in wanted {
            guard try element.isElement(of: set, &frame) else { return false }
        }
        return true
    }

    private static func contains(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        let lists = try lists("sets.contains", left, right, &frame)
        return .bool(try holdsAll(lists.left, lists.right, &frame))
    }

    private static func equivalent(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        let lists = try lists("sets.equivalent", left, right, &frame)
        guard try holdsAll(lists.left, lists.right, &frame) else { return .bool(false) }
        return .bool(try holdsAll(lists.right, lists.left, &frame))
    }

    private static func intersects(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        let lists = try lists("sets.intersects", left, right, &frame)
        for element in lists.right {
            if try element.isElement(of: lists.left, &frame) { return .bool(true) }
        }
        return .bool(false)
    }
}
