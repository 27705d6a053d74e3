// Strings by code points. Positions count code points, so most functions work on an array of them; what they
// copy is spent from the work budget first.

/// The string extension, without `format`.
enum StringFunctions {
    static let all: [(String, Function.Form)] = [
        ("charAt", .binary(charAt)), ("indexOf", .binary(indexOf)), ("indexOf", .variadic([3], indexOfFrom)),
        ("lastIndexOf", .binary(lastIndexOf)), ("lastIndexOf", .variadic([3], lastIndexOfFrom)),
        ("lowerAscii", .unary(lowerAscii)), ("upperAscii", .unary(upperAscii)), ("trim", .unary(trim)),
        ("replace", .variadic([3, 4], replace)), ("split", .binary(split)),
        ("split", .variadic([3], splitLimited)), ("substring", .binary(substringFrom)),
        ("substring", .variadic([3], substring)), ("join", .unary(join)), ("join", .binary(joinSeparated)),
        ("strings.quote", .unary(quote)), ("format", .binary(StringFormat.format)),
    ]

    private static func outOfRange(_ index: Int64) -> EvaluationError {
        EvaluationError(.outOfRange, "index out of range: \(index)")
    }

    static func scalars(
        _ text: String, _ frame: inout Frame
    ) throws(EvaluationError) -> [Unicode.Scalar] {
        try frame.spend(text.utf8.count)
        return Array(text.unicodeScalars)
    }

    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    // MARK: Positions

    private static func charAt(
        _ text: Value, _ index: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .string(let string) = text, case .int(let position) = index else {
            throw .noSuchOverload("charAt", text, index)
        }
        let characters = try scalars(string, &frame)
        guard (0...Int64(characters.count)).contains(position) else { throw outOfRange(position) }
        return .string(position == characters.count ? "" : String(characters[Int(position)]))
    }

    private static func indexOf(
        _ text: Value, _ part: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        try indexOfFrom([text, part, .int(0)], &frame)
    }

    private static func indexOfFrom(_ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let text) = arguments[0], case .string(let part) = arguments[1],
            case .int(let start) = arguments[2]
        else { throw .noSuchOverload("indexOf", arguments[0], arguments[1], arguments[2]) }
        let characters = try scalars(text, &frame)
        let wanted = try scalars(part, &frame)
        guard (0...Int64(characters.count)).contains(start) else { throw outOfRange(start) }
        var position = Int(start)
        while position + wanted.count <= characters.count {
            if try occurs(wanted, in: characters, at: position, &frame) { return .int(Int64(position)) }
            position += 1
        }
        return .int(-1)
    }

    private static func occurs(
        _ wanted: [Unicode.Scalar], in characters: [Unicode.Scalar], at position: Int, _ frame: inout Frame
    ) throws(EvaluationError) -> Bool {
        for index in wanted.indices where characters[position + index] != wanted[index] {
            try frame.spend(index)
            return false
        }
        return true
    }

    private static func lastIndexOf(
        _ text: Value, _ part: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .string(let string) = text, case .string = part else {
            throw .noSuchOverload("lastIndexOf", text, part)
        }
        return try lastIndexOfFrom([text, part, .int(Int64(string.codePointCount))], &frame)
    }

    private static func lastIndexOfFrom(
        _ arguments: [Value], _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .string(let text) = arguments[0], case .string(let part) = arguments[1],
            case .int(let end) = arguments[2]
        else { throw .noSuchOverload("lastIndexOf", arguments[0], arguments[1], arguments[2]) }
        let characters = try scalars(text, &frame)
        let wanted = try scalars(part, &frame)
        guard (0...Int64(characters.count)).contains(end) else { throw outOfRange(end) }
        var position = min(Int(end), characters.count - wanted.count)
        while position >= 0 {
            if try occurs(wanted, in: characters, at: position, &frame) { return .int(Int64(position)) }
            position -= 1
        }
        return .int(-1)
    }

    private static func substringFrom(
        _ text: Value, _ start: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .string(let string) = text, case .int(let start) = start else {
            throw .noSuchOverload("substring", text, start)
        }
        let characters = try scalars(string, &frame)
        guard (0...Int64(characters.count)).contains(start) else { throw outOfRange(start) }
        return .string(Self.string(characters[Int(start)...]))
    }

    private static func substring(_ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let text) = arguments[0], case .int(let start) = arguments[1],
            case .int(let end) = arguments[2]
        else { throw .noSuchOverload("substring", arguments[0], arguments[1], arguments[2]) }
        let characters = try scalars(text, &frame)
        let range = 0...Int64(characters.count)
        guard range.contains(start) else { throw outOfRange(start) }
        guard range.contains(end) else { throw outOfRange(end) }
        guard start <= end else {
            throw EvaluationError(.invalidArgument, "invalid substring range. start: \(start), end: \(end)")
        }
        return .string(string(characters[Int(start)..<Int(end)]))
    }

    // MARK: Changes

    private static func lowerAscii(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try mapAscii("lowerAscii", value, &frame) { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    }

    private static func upperAscii(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try mapAscii("upperAscii", value, &frame) { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
    }

    private static func mapAscii(
        _ name: String, _ value: Value, _ frame: inout Frame, _ change: (UInt8) -> UInt8
    ) throws(EvaluationError) -> Value {
        guard case .string(let text) = value else { throw .noSuchOverload(name, value) }
        try frame.spend(text.utf8.count)
        return .string(String(decoding: text.utf8.map(change), as: UTF8.self))
    }

    private static func trim(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let text) = value else { throw .noSuchOverload("trim", value) }
        var characters = try scalars(text, &frame)[...]
        while let first = characters.first, first.properties.isWhitespace { characters.removeFirst() }
        while let last = characters.last, last.properties.isWhitespace { characters.removeLast() }
        return .string(string(characters))
    }

    private static func replace(_ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let text) = arguments[0], case .string(let old) = arguments[1],
            case .string(let new) = arguments[2]
        else { throw .noSuchOverload("replace", arguments[0], arguments[1], arguments[2]) }
        var limit = Int64.max
        if arguments.count == 4 {
            guard case .int(let count) = arguments[3] else { throw .noSuchOverload("replace", arguments[3]) }
            limit = count < 0 ? .max : count
        }
        if old.isEmpty { return .string(try insert(new, between: text, limit, &frame)) }
        var result: [UInt8] = []
        var isFirst = true
        for part in try pieces(text, old, limit: limit == .max ? .max : limit + 1, &frame) {
            if !isFirst { result += new.utf8 }
            isFirst = false
            try frame.spend(part.count + new.utf8.count)
            result += part
        }
        return .string(String(decoding: result, as: UTF8.self))
    }

    // Replacing nothing puts the new text around every character.
    private static func insert(
        _ new: String, between text: String, _ limit: Int64, _ frame: inout Frame
    ) throws(EvaluationError) -> String {
        var result = ""
        var left = limit
        for scalar in try scalars(text, &frame) {
            if left > 0 {
                try frame.spend(new.utf8.count)
                result += new
                left -= 1
            }
            result.unicodeScalars.append(scalar)
        }
        return left > 0 ? result + new : result
    }

    // The parts of a text between occurrences of a separator, at most `limit` of them.
    private static func pieces(
        _ text: String, _ separator: String, limit: Int64, _ frame: inout Frame
    ) throws(EvaluationError) -> [[UInt8]] {
        try frame.spend(text.utf8.count)
        let bytes = Array(text.utf8)
        let wanted = Array(separator.utf8)
        var result: [[UInt8]] = []
        var start = 0
        while Int64(result.count) < limit - 1 {
            guard let found = bytes.span.firstIndex(of: wanted.span, from: start) else { break }
            result.append(Array(bytes[start..<found]))
            start = found + wanted.count
        }
        result.append(Array(bytes[start...]))
        return result
    }

    private static func split(
        _ text: Value, _ separator: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        try splitLimited([text, separator, .int(-1)], &frame)
    }

    private static func splitLimited(_ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let text) = arguments[0], case .string(let separator) = arguments[1],
            case .int(let count) = arguments[2]
        else { throw .noSuchOverload("split", arguments[0], arguments[1], arguments[2]) }
        if count == 0 { return .list([]) }
        // One part is the whole text, even of an empty text that has no characters to split into.
        if count == 1 { return .list([arguments[0]]) }
        let limit = count < 0 ? Int64.max : count
        guard separator.isEmpty else {
            let parts = try pieces(text, separator, limit: limit, &frame)
            return .list(parts.map { .string(String(decoding: $0, as: UTF8.self)) })
        }
        let characters = try scalars(text, &frame)
        let single = characters.count <= limit ? characters.count : Int(limit) - 1
        var parts = characters.prefix(single).map { Value.string(String($0)) }
        if single < characters.count { parts.append(.string(string(characters[single...]))) }
        return .list(parts)
    }

    private static func join(_ list: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        try joinSeparated(list, .string(""), &frame)
    }

    private static func joinSeparated(
        _ list: Value, _ separator: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        guard case .list(let elements) = list, case .string(let between) = separator else {
            throw .noSuchOverload("join", list, separator)
        }
        var result = ""
        for (position, element) in elements.enumerated() {
            guard case .string(let text) = element else { throw .noSuchOverload("join", element) }
            if position > 0 { result += between }
            try frame.spend(text.utf8.count + between.utf8.count + 1)
            result += text
        }
        return .string(result)
    }

    // MARK: Quoting

    private static func quote(_ value: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let text) = value else { throw .noSuchOverload("strings.quote", value) }
        try frame.spend(text.utf8.count)
        return .string(quoted(text))
    }

    /// A text in double quotes, with escapes for what would not show.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0B}": result += "\\v"
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
