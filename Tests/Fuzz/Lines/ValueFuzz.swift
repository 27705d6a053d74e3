/// Any bytes are a JSON text or refused with a place inside them; the canonical form of a text is a text whose canonical
/// form it is.
enum ValueFuzz {
    static func run(_ bytes: [UInt8]) {
        do throws(JSONError) {
            let root = try JSONDocument(bytes, maxDepth: 40).root
            walk(root, depth: 0, bytes)
            let canonical = CanonicalJSON.bytes(of: root)
            do throws(JSONError) {
                let again = CanonicalJSON.bytes(of: try JSONDocument(canonical, maxDepth: 40).root)
                promise(again == canonical, "the canonical form is canonical", bytes)
            } catch {
                promise(false, "the canonical form can be read: \(error)", bytes)
            }
        } catch {
            promise(0...bytes.count ~= error.offset, "an error is inside the text: \(error)", bytes)
        }
    }

    /// Looks at everything in every way there is.
    private static func walk(_ value: JSONValue, depth: Int, _ bytes: [UInt8]) {
        promise(depth <= 40, "nesting is limited", bytes)
        switch value.kind {
        case .object:
            var count = 0
            for (key, member) in value.members {
                count += 1
                promise(key.string != nil, "a name is a text", bytes)
                if let name = key.string { promise(value[name] != nil, "a member is found by its name", bytes) }
                walk(member, depth: depth + 1, bytes)
            }
            promise(count == value.count, "members are counted", bytes)
        case .array:
            var count = 0
            for element in value.elements {
                count += 1
                walk(element, depth: depth + 1, bytes)
            }
            promise(count == value.count, "elements are counted", bytes)
        case .string:
            guard let text = value.string else { return promise(false, "a string is a text", bytes) }
            promise(value.isString(equalTo: text), "a string equals itself", bytes)
        default:
            promise(!value.rawText.isEmpty, "a value has a text", bytes)
            if let number = value.int64 { promise(value.kind == .number, "\(number) is a number", bytes) }
        }
    }
}
