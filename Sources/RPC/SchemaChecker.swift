// Checks a value against a schema in one pass. Pointers are built only when something is wrong, from the inside out: a
// child reports its problems relative to itself, and each parent on the way back puts its own step before them.

public import JSON

extension Schema {
    /// What is wrong with a value: empty when it fits, at most `SchemaChecker.most` problems.
    ///
    /// Pointers begin with the given prefix. Linear in the size of the value; allocates nothing when the value fits.
    public func check(_ value: JSONValue, at pointer: String = "/params") -> [Problem] {
        var checker = SchemaChecker()
        checker.check(value, self)
        checker.prefix(from: 0, pointer)
        return checker.problems
    }
}

/// Collects the problems of one value.
struct SchemaChecker {
    /// Checking stops after so many problems.
    static let most = 20

    private(set) var problems: [Problem] = []

    private var isFull: Bool { problems.count >= Self.most }

    mutating func report(_ pointer: String, _ detail: String) {
        if !isFull { problems.append(Problem(pointer: pointer, detail: detail)) }
    }

    mutating func prefix(from first: Int, _ step: String) {
        for index in first..<problems.count {
            problems[index] = Problem(pointer: step + problems[index].pointer, detail: problems[index].detail)
        }
    }

    mutating func check(_ value: JSONValue, _ schema: Schema) {
        switch schema {
        case .object(let object): checkObject(value, object)
        case .string(let text): checkText(value, text)
        case .choice(let words):
            guard words.contains(where: { value.isString(equalTo: $0) }) else { return reportChoice(value, words) }
        case .dateTime:
            guard let text = expectText(value) else { return }
            if !DateTimeGrammar.isDateTime(text.span) {
                report("", "must be an RFC 3339 date-time such as 2026-05-16T10:00:00+09:00")
            }
        case .date:
            guard let text = expectText(value) else { return }
            if !DateTimeGrammar.isDate(text.span) { report("", "must be a date such as 2026-05-16") }
        case .integer(let range): checkInteger(value, range)
        case .number: expect(.number, value)
        case .boolean: expect(.bool, value)
        case .array(let element, let count): checkArray(value, element, count)
        case .map(let keys, let values, let count): checkMap(value, keys, values, count)
        case .named(let named): check(value, named.schema)
        case .nullable(let inner): if !value.isNull { check(value, inner) }
        case .unchecked, .anything: break
        }
    }

    // MARK: Objects

    private mutating func checkObject(_ value: JSONValue, _ object: ObjectSchema) {
        guard expect(.object, value) else { return }
        var seen: UInt64 = 0
        var guess = 0
        for (key, member) in value.members {
            // Clients write members in the order of the description more often than not.
            guard let index = object.names.index(of: key, from: guess) else {
                reportUnknown(key, object)
                if isFull { return }
                continue
            }
            seen |= 1 << UInt64(index)
            guess = index + 1
            let first = problems.count
            check(member, object.fields[index].schema)
            if problems.count > first { prefix(from: first, "/" + object.fields[index].name) }
            if isFull { return }
        }
        checkPresence(seen, object)
    }

    /// Reports required fields that were not seen and groups of which not exactly one was.
    mutating func checkPresence(_ seen: UInt64, _ object: ObjectSchema) {
        let missing = object.requiredBits & ~seen
        if missing != 0 {
            for index in object.fields.indices where missing & 1 << UInt64(index) != 0 {
                report("/" + object.fields[index].name, "is required")
            }
        }
        for (index, bits) in object.groupBits.enumerated() where (seen & bits).nonzeroBitCount != 1 {
            report("", "exactly one of \(object.exactlyOneOf[index].joined(separator: ", ")) must be given")
        }
    }

    private mutating func reportUnknown(_ key: JSONValue, _ object: ObjectSchema) {
        let name = key.string ?? ""
        let nearest = NearestName.find(name, in: object.fields.map(\.name))
        report("/" + Self.step(name), nearest.map { "is not known here; did you mean \($0)?" } ?? "is not known here")
    }

    /// A member's name as a step of a JSON pointer, cut when somebody made it very long.
    private static func step(_ name: String) -> String {
        var step = ""
        for (count, character) in name.unicodeScalars.enumerated() {
            if count == 64 { return step + "…" }
            switch character {
            case "~": step += "~0"
            case "/": step += "~1"
            default: step.unicodeScalars.append(character)
            }
        }
        return step
    }

    private mutating func checkMap(
        _ value: JSONValue, _ keys: TextSchema, _ values: Schema, _ count: ClosedRange<Int>
    ) {
        guard expect(.object, value) else { return }
        checkCount(value.count, count, "members")
        for (key, member) in value.members {
            let first = problems.count
            checkText(key, keys, subject: "the name ")
            check(member, values)
            if problems.count > first { prefix(from: first, "/" + Self.step(key.string ?? "")) }
            if isFull { return }
        }
    }

    // MARK: Lists

    private mutating func checkArray(_ value: JSONValue, _ element: Schema, _ count: ClosedRange<Int>) {
        guard expect(.array, value) else { return }
        checkCount(value.count, count, "elements")
        var index = 0
        for item in value.elements {
            let first = problems.count
            check(item, element)
            if problems.count > first { prefix(from: first, "/\(index)") }
            if isFull { return }
            index += 1
        }
    }

    private mutating func checkCount(_ count: Int, _ range: ClosedRange<Int>, _ noun: String) {
        if count < range.lowerBound {
            report("", "must have at least \(range.lowerBound) \(noun)")
        } else if count > range.upperBound {
            report("", "must have at most \(range.upperBound) \(noun)")
        }
    }

    // MARK: Scalars

    @discardableResult
    private mutating func expect(_ kind: JSONKind, _ value: JSONValue) -> Bool {
        if value.kind == kind { return true }
        report("", "must be \(kind)")
        return false
    }

    private mutating func expectText(_ value: JSONValue) -> ArraySlice<UInt8>? {
        guard let text = value.utf8 else {
            report("", "must be \(JSONKind.string)")
            return nil
        }
        return text
    }

    private mutating func reportChoice(_ value: JSONValue, _ words: [String]) {
        guard let text = value.string else { return report("", "must be \(JSONKind.string)") }
        let hint = NearestName.find(text, in: words).map { "; did you mean \($0)?" } ?? ""
        report("", "must be one of \(words.joined(separator: ", "))\(hint)")
    }

    private mutating func checkInteger(_ value: JSONValue, _ range: ClosedRange<Int64>) {
        guard let integer = value.int64 else {
            let isNumber = value.kind == .number
            return report(
                "", isNumber ? "must be an integer of 64 bits without fraction or exponent" : "must be an integer")
        }
        if integer < range.lowerBound {
            report("", "must be at least \(range.lowerBound)")
        } else if integer > range.upperBound {
            report("", "must be at most \(range.upperBound)")
        }
    }

    private mutating func checkText(_ value: JSONValue, _ schema: TextSchema, subject: String = "") {
        guard let text = expectText(value) else { return }
        let bytes = text.span
        var length = bytes.count
        if schema.unit == .characters {
            length = 0
            for at in bytes.indices where bytes[at] & 0xC0 != 0x80 { length += 1 }
        }
        let noun = schema.unit == .characters ? "characters" : "bytes"
        if length < schema.length.lowerBound {
            report("", "\(subject)must have at least \(schema.length.lowerBound) \(noun)")
        } else if length > schema.length.upperBound {
            report("", "\(subject)must have at most \(schema.length.upperBound) \(noun)")
        }
        if !schema.form.accepts(bytes) { report("", "\(subject)must be \(schema.form)") }
    }
}

extension TextSchema.Form: CustomStringConvertible {
    func accepts(_ text: Span<UInt8>) -> Bool {
        switch self {
        case .any: return true
        case .printableASCII: return Self.all(text) { 0x20...0x7E ~= $0 }
        case .digits: return Self.all(text, Self.isDigit)
        case .capitals: return Self.all(text) { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
        case .identifier:
            guard text.isEmpty || Self.isLetter(text[0]) || Self.isDigit(text[0]) else { return false }
            return Self.all(text) { byte in
                Self.isLetter(byte) || Self.isDigit(byte)
                    || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
                    || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-")
            }
        }
    }

    @inline(__always)
    private static func all(_ text: Span<UInt8>, _ accepts: (UInt8) -> Bool) -> Bool {
        for at in text.indices where !accepts(text[at]) { return false }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    /// The form as the end of "must be …".
    public var description: String {
        switch self {
        case .any: "text"
        case .printableASCII: "printable ASCII"
        case .identifier: "letters, digits and . _ : / - only, beginning with a letter or digit"
        case .digits: "digits only"
        case .capitals: "capital letters A to Z only"
        }
    }
}
