import JSON

/// The name of a member of a JSON object, or of a member inside it: `basket_id`, `customer.id`.
struct FieldPath: Hashable, CustomStringConvertible {
    let description: String
    private let steps: [String]

    init(_ text: String) {
        description = text
        steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    /// The value there; absent and null are the same.
    func value(in object: JSONValue) -> JSONValue? {
        var value = object
        for step in steps {
            guard let next = value[step] else { return nil }
            value = next
        }
        return value.isNull ? nil : value
    }
}
