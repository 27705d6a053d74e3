// `format`: clauses %s %d %f %e %x %X %o %b and %%, with a precision for %f and %e. Doubles are rounded half
// to even on their exact value. Lists and maps print with their elements; maps in the order of their keys as
// text, so that the result does not depend on how the map was made.

/// The `format` function of strings.
enum StringFormat {
    private static let maxPrecision = 1000

    static func format(_ text: Value, _ list: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let pattern) = text, case .list(let arguments) = list else {
            throw .noSuchOverload("format", text, list)
        }
        let characters = try StringFunctions.scalars(pattern, &frame)
        var result = ""
        var position = 0
        var used = 0
        while position < characters.count {
            guard characters[position] == "%" else {
                result.unicodeScalars.append(characters[position])
                position += 1
                continue
            }
            position += 1
            guard position < characters.count else { throw failure("unexpected end of string") }
            if characters[position] == "%" {
                result += "%"
                position += 1
                continue
            }
            let precision = try precision(characters, &position)
            guard position < characters.count else { throw failure("unexpected end of string") }
            guard used < arguments.count else { throw failure("index \(used) out of range") }
            let piece = try clause(characters[position], precision, arguments[used], &frame)
            try frame.spend(piece.utf8.count)
            result += piece
            used += 1
            position += 1
        }
        return .string(result)
    }

    private static func failure(_ message: String) -> EvaluationError {
        EvaluationError(.invalidArgument, "could not format: \(message)")
    }

    // `.3`, if it stands here.
    private static func precision(
        _ characters: [Unicode.Scalar], _ position: inout Int
    ) throws(EvaluationError) -> Int? {
        guard characters[position] == "." else { return nil }
        position += 1
        var value = 0
        let start = position
        while position < characters.count, ("0"..."9").contains(characters[position]) {
            value = value * 10 + Int(characters[position].value - 0x30)
            if value > maxPrecision { throw failure("precision above \(maxPrecision)") }
            position += 1
        }
        if position == start { throw failure("no precision after the point") }
        return value
    }

    private static func clause(
        _ letter: Unicode.Scalar, _ precision: Int?, _ value: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> String {
        switch letter {
        case "s":
            var text = ""
            try write(value, to: &text, &frame)
            return text
        case "d": return try decimal(value)
        case "f", "e":
            let number = try number(value, letter)
            if let special = special(number) { return special }
            let places = precision ?? 6
            return letter == "f"
                ? NumberText.fixed(number, places: places) : NumberText.exponential(number, places: places)
        case "x", "X": return try hexadecimal(value, uppercase: letter == "X", &frame)
        case "o": return try integer(value, radix: 8, "octal")
        case "b":
            if case .bool(let flag) = value { return flag ? "1" : "0" }
            return try integer(value, radix: 2, "binary")
        default: throw failure("unrecognized clause \"\(letter)\"")
        }
    }

    private static func special(_ number: Double) -> String? {
        if number.isNaN { return "NaN" }
        return number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : nil
    }

    // Written into one text, so that lists within lists are not copied once for each level.
    private static func write(
        _ value: Value, to text: inout String, _ frame: inout Frame
    ) throws(EvaluationError) {
        try frame.spend(1)
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .int(let number): text += String(number)
        case .uint(let number): text += String(number)
        case .double(let number): text += special(number) ?? NumberText.text(number)
        case .string(let part):
            try frame.spend(part.utf8.count)
            text += part
        case .bytes(let bytes):
            try frame.spend(bytes.count)
            guard let part = String(validating: bytes, as: UTF8.self) else { throw failure("bytes are not UTF-8") }
            text += part
        case .timestamp(let moment): text += moment.text
        case .duration(let span): text += span.text
        case .type(let name): text += name
        case .list(let elements):
            text += "["
            for (position, element) in elements.enumerated() {
                if position > 0 { text += ", " }
                try write(element, to: &text, &frame)
            }
            text += "]"
        case .map(let map):
            var entries: [(key: String, value: Value)] = []
            for entry in map.entries {
                var key = ""
                try write(entry.key, to: &key, &frame)
                entries.append((key, entry.value))
            }
            entries.sort { $0.key.precedes($1.key) }
            text += "{"
            for (position, entry) in entries.enumerated() {
                text += position > 0 ? ", \(entry.key): " : "\(entry.key): "
                try write(entry.value, to: &text, &frame)
            }
            text += "}"
        case .optional, .record: throw failure("no text for a value of type \(value.typeName)")
        }
    }

    private static func decimal(_ value: Value) throws(EvaluationError) -> String {
        switch value {
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): if let special = special(number) { return special }
        default: break
        }
        throw failure("decimal clause can only be used on integers, was given \(value.typeName)")
    }

    private static func number(_ value: Value, _ letter: Unicode.Scalar) throws(EvaluationError) -> Double {
        switch value {
        case .double(let number): return number
        case .int(let number): return Double(number)
        case .uint(let number): return Double(number)
        default:
            let name = letter == "f" ? "fixed-point" : "scientific"
            throw failure("\(name) clause can only be used on doubles, was given \(value.typeName)")
        }
    }

    private static func integer(_ value: Value, radix: Int, _ name: String) throws(EvaluationError) -> String {
        switch value {
        case .int(let number): return String(number, radix: radix)
        case .uint(let number): return String(number, radix: radix)
        default: throw failure("\(name) clause can only be used on integers, was given \(value.typeName)")
        }
    }

    private static func hexadecimal(
        _ value: Value, uppercase: Bool, _ frame: inout Frame
    ) throws(EvaluationError) -> String {
        let bytes: [UInt8]
        switch value {
        case .int(let number): return String(number, radix: 16, uppercase: uppercase)
        case .uint(let number): return String(number, radix: 16, uppercase: uppercase)
        case .string(let text): bytes = Array(text.utf8)
        case .bytes(let raw): bytes = raw
        default:
            throw failure("only integers, bytes and strings can be formatted as hex, was given \(value.typeName)")
        }
        try frame.spend(bytes.count * 2)
        let digits = Array((uppercase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            result.append(digits[Int(byte >> 4)])
            result.append(digits[Int(byte & 15)])
        }
        return String(decoding: result, as: UTF8.self)
    }
}
