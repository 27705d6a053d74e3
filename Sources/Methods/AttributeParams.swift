import JSON
import RPC
import Rules
import Time

/// Attributes in params: an object of texts, whole numbers and truths.
enum AttributeParams {
    static let schema = Schema.map(keys: TextSchema(length: 1...64), values: .anything, count: 0...16)

    private static let longestText = 256

    /// A name as a step of a JSON pointer (RFC 6901).
    static func step(_ name: String) -> String {
        name.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    /// Reads them in their order; a null has no value. Whether the program knows them is not asked here.
    static func read(
        _ object: JSONValue?, at pointer: String
    ) throws(RPCError) -> [(name: String, value: AttributeValue?)] {
        var attributes: [(name: String, value: AttributeValue?)] = []
        for (key, value) in object?.members.map({ ($0.key.string ?? "", $0.value) }) ?? [] {
            guard !value.isNull else {
                attributes.append((key, nil))
                continue
            }
            guard let read = self.value(value) else {
                throw .invalidParams([
                    Problem(
                        pointer: "\(pointer)/\(step(key))",
                        detail: "must be a text of at most \(longestText) bytes, a whole number, true or false")
                ])
            }
            attributes.append((key, read))
        }
        return attributes
    }

    private static func value(_ value: JSONValue) -> AttributeValue? {
        if let text = value.string { return text.utf8.count <= longestText ? .text(text) : nil }
        if let truth = value.bool { return .truth(truth) }
        return value.int64.map(AttributeValue.integer)
    }
}

extension AttributeValue {
    /// The value as an attribute of the profile takes it: the text of a date is a date there.
    func fitted(to attribute: ProfileAttribute?) -> AttributeValue {
        guard attribute?.type == .date, case .text(let text) = self, let date = try? CivilDate(rfc3339: text) else {
            return self
        }
        return .date(date)
    }
}
