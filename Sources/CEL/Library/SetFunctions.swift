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

    private static func holdsAll(_ set: [Value], _ wanted: [Value]) -> Bool {
        wanted.allSatisfy { element in set.contains { $0.isEqual(element) } }
    }

    private static func contains(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        let lists = try lists("sets.contains", left, right, &frame)
        return .bool(holdsAll(lists.left, lists.right))
    }

    private static func equivalent(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        let lists = try lists("sets.equivalent", left, right, &frame)
        return .bool(holdsAll(lists.left, lists.right) && holdsAll(lists.right, lists.left))
    }

    private static func intersects(
        _ left: Value, _ right: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        let lists = try lists("sets.intersects", left, right, &frame)
        return .bool(lists.right.contains { element in lists.left.contains { $0.isEqual(element) } })
    }
}
