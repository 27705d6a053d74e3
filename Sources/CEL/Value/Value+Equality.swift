// Equality and order across types.
//
// Values of different types are unequal, except that numbers are compared by what they mean: 1 == 1u == 1.0.
// Order exists within a type and between numbers; everything else has none. Depth of nested lists and maps
// is bounded by the depth of the expression that made them, or by the host.

extension Value {
    /// Whether two values are equal in the language; NaN equals nothing.
    public func isEqual(_ other: Value) -> Bool {
        switch (self, other) {
        case (.int(let left), .int(let right)): left == right
        case (.string(let left), .string(let right)): left.isIdentical(right)
        case (.bool(let left), .bool(let right)): left == right
        case (.null, .null): true
        case (.uint(let left), .uint(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.int, .uint), (.int, .double), (.uint, .int), (.uint, .double), (.double, .int), (.double, .uint):
            compareNumber(other) == .equal
        case (.bytes(let left), .bytes(let right)): left == right
        case (.timestamp(let left), .timestamp(let right)): left == right
        case (.duration(let left), .duration(let right)): left == right
        case (.type(let left), .type(let right)): left == right
        case (.list(let left), .list(let right)): Self.areEqual(left, right)
        case (.map(let left), .map(let right)): left.isEqual(right)
        case (.optional(let left), .optional(let right)):
            if let left, let right { left.isEqual(right) } else { left == nil && right == nil }
        case (.record(let left), .record(let right)): left.isEqual(right)
        default: false
        }
    }

    /// Whether two values are equal, counting every part compared as work: values can share their parts and be
    /// far larger to walk than in memory.
    func isEqual(_ other: Value, _ frame: inout Frame) throws(EvaluationError) -> Bool {
        switch (self, other) {
        case (.string(let left), .string(let right)):
            guard left.utf8.count == right.utf8.count else { return false }
            try frame.spend(left.utf8.count)
            return left.isIdentical(right)
        case (.list(let left), .list(let right)):
            guard left.count == right.count else { return false }
            try frame.spend(left.count)
            for index in left.indices {
                guard try left[index].isEqual(right[index], &frame) else { return false }
            }
            return true
        case (.map(let left), .map(let right)):
            guard left.count == right.count else { return false }
            try frame.spend(left.count)
            for entry in left.entries {
                guard let value = right[entry.key], try entry.value.isEqual(value, &frame) else { return false }
            }
            return true
        case (.optional(let left?), .optional(let right?)): return try left.isEqual(right, &frame)
        default: return isEqual(other)
        }
    }

    /// Whether some element of a list is equal, with the same account of work.
    func isElement(of elements: [Value], _ frame: inout Frame) throws(EvaluationError) -> Bool {
        for element in elements where try element.isEqual(self, &frame) { return true }
        return false
    }

    private static func areEqual(_ left: [Value], _ right: [Value]) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where !left[index].isEqual(right[index]) { return false }
        return true
    }

    /// The order of two values of one ordered type, or of two numbers; nil if there is none.
    public func compare(_ other: Value) -> ValueOrder? {
        switch (self, other) {
        case (.int(let left), .int(let right)): ValueOrder(left, right)
        case (.uint(let left), .uint(let right)): ValueOrder(left, right)
        case (.string(let left), .string(let right)):
            ValueOrder(left.utf8Span.span.compare(right.utf8Span.span), 0)
        case (.bytes(let left), .bytes(let right)): ValueOrder(left.span.compare(right.span), 0)
        case (.bool(let left), .bool(let right)): ValueOrder(left ? 1 : 0, right ? 1 : 0)
        case (.timestamp(let left), .timestamp(let right)): ValueOrder(left, right)
        case (.duration(let left), .duration(let right)): ValueOrder(left, right)
        case (.int, .uint), (.int, .double), (.uint, .int), (.uint, .double), (.double, .int), (.double, .uint),
            (.double, .double):
            compareNumber(other)
        default: nil
        }
    }

    // Between a double and an integer the integer is rounded to a double first, as the reference
    // implementations do; only doubles outside the integer's range are ordered exactly.
    private func compareNumber(_ other: Value) -> ValueOrder {
        switch (self, other) {
        case (.int(let left), .uint(let right)): left < 0 ? .less : ValueOrder(UInt64(left), right)
        case (.uint(let left), .int(let right)): right < 0 ? .greater : ValueOrder(left, UInt64(right))
        case (.double(let left), .double(let right)): ValueOrder(ieee: left, right)
        case (.int(let left), .double(let right)): ValueOrder(ieee: Double(left), right)
        case (.double(let left), .int(let right)): ValueOrder(ieee: left, Double(right))
        case (.uint(let left), .double(let right)): ValueOrder(ieee: Double(left), right)
        case (.double(let left), .uint(let right)): ValueOrder(ieee: left, Double(right))
        default: .unordered
        }
    }
}

/// How two comparable values stand to each other.
public enum ValueOrder: Sendable {
    case less
    case equal
    case greater
    /// One of them is not a number.
    case unordered

    init<T: Comparable>(_ left: T, _ right: T) {
        self = left < right ? .less : left == right ? .equal : .greater
    }

    init(ieee left: Double, _ right: Double) {
        self = left < right ? .less : left == right ? .equal : left > right ? .greater : .unordered
    }
}

extension MapValue {
    /// Whether two maps have equal keys with equal values, in any order.
    func isEqual(_ other: MapValue) -> Bool {
        guard count == other.count else { return false }
        return entries.allSatisfy { entry in other[entry.key].map { $0.isEqual(entry.value) } ?? false }
    }
}

extension Record {
    fileprivate func isEqual(_ other: any Record) -> Bool {
        if self === other { return true }
        guard shape === other.shape else { return false }
        return shape.fields.indices.allSatisfy { field($0).isEqual(other.field($0)) }
    }
}
