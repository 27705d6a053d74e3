/// The regular expression extension: replacing and extracting.
enum RegexFunctions {
    static let all: [(String, Function.Form)] = [
        ("regex.replace", .variadic([3, 4], replace)), ("regex.extract", .binary(extract)),
        ("regex.extractAll", .binary(extractAll)),
    ]

    /// One part of a replacement: text, or what a group of the match holds.
    private enum Piece {
        case text([UInt8])
        case group(Int)
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Calls `body` with each match in turn, from left to right without overlap, until it returns false.
    private static func forEachMatch(
        of regex: Regex, in bytes: [UInt8], _ frame: inout Frame,
        _ body: (([Range<Int>?], Range<Int>, inout Frame) throws(EvaluationError) -> Bool)
    ) throws(EvaluationError) {
        var position = 0
        var lastEnd = -1
        while position <= bytes.count {
            guard let groups = try regex.firstMatch(in: bytes.span, from: position, &frame),
                let whole = groups[0]
            else { return }
            // An empty match directly after another match is none of its own.
            if !(whole.isEmpty && whole.lowerBound == lastEnd) {
                guard try body(groups, whole, &frame) else { return }
            }
            lastEnd = whole.upperBound
            position = whole.upperBound
            if whole.isEmpty {
                position += 1
                while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
            }
        }
    }

    private static func replace(_ arguments: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
        guard case .string(let target) = arguments[0], case .string(let pattern) = arguments[1],
            case .string(let replacement) = arguments[2]
        else { throw .noSuchOverload("regex.replace", arguments[0], arguments[1], arguments[2]) }
        var limit = Int64.max
        if arguments.count == 4 {
            guard case .int(let count) = arguments[3] else { throw .noSuchOverload("regex.replace", arguments[3]) }
            limit = count < 0 ? .max : count
        }
        if limit == 0 { return arguments[0] }
        let regex = try Regex.compiled(pattern, &frame)
        let pieces = try pieces(replacement, groupCount: regex.groupCount)
        let bytes = Array(target.utf8)
        var result: [UInt8] = []
        var copied = 0
        var count: Int64 = 0
        try forEachMatch(of: regex, in: bytes, &frame) {
            (groups: [Range<Int>?], whole: Range<Int>, frame: inout Frame) throws(EvaluationError) -> Bool in
            result += bytes[copied..<whole.lowerBound]
            for piece in pieces {
                switch piece {
                case .text(let text): result += text
                case .group(let number): if let range = groups[number] { result += bytes[range] }
                }
            }
            try frame.spend(replacement.utf8.count + whole.count * pieces.count + 1)
            copied = whole.upperBound
            count += 1
            return count < limit
        }
        result += bytes[copied...]
        return .string(String(decoding: result, as: UTF8.self))
    }

    // `\1` is a group, `\\` a backslash.
    private static func pieces(_ replacement: String, groupCount: Int) throws(EvaluationError) -> [Piece] {
        var result: [Piece] = []
        var text: [UInt8] = []
        var isEscaped = false
        for byte in replacement.utf8 {
            guard isEscaped else {
                if byte == UInt8(ascii: "\\") { isEscaped = true } else { text.append(byte) }
                continue
            }
            isEscaped = false
            switch byte {
            case UInt8(ascii: "\\"): text.append(byte)
            case 0x30...0x39:
                let number = Int(byte - 0x30)
                guard number <= groupCount else {
                    throw EvaluationError(.invalidArgument, "replacement names group \(number) of \(groupCount)")
                }
                result.append(.text(text))
                text = []
                result.append(.group(number))
            default:
                throw EvaluationError(.invalidArgument, "invalid replacement: \\ needs a digit or \\ after it")
            }
        }
        if isEscaped { throw EvaluationError(.invalidArgument, "invalid replacement: \\ at the end") }
        result.append(.text(text))
        return result
    }

    private static func extract(
        _ target: Value, _ pattern: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        var found: Value?
        try forEachExtract("regex.extract", target, pattern, &frame) { text in
            found = text.map { .string($0) }
            return false
        }
        return .optional(found)
    }

    private static func extractAll(
        _ target: Value, _ pattern: Value, _ frame: inout Frame
    ) throws(EvaluationError) -> Value {
        var found: [Value] = []
        try forEachExtract("regex.extractAll", target, pattern, &frame) { text in
            if let text { found.append(.string(text)) }
            return true
        }
        return .list(found)
    }

    // Calls `body` with what the only group holds (nil for nothing), or with the match when there is no group.
    private static func forEachExtract(
        _ name: String, _ target: Value, _ pattern: Value, _ frame: inout Frame, _ body: (String?) -> Bool
    ) throws(EvaluationError) {
        guard case .string(let string) = target, case .string(let pattern) = pattern else {
            throw .noSuchOverload(name, target, pattern)
        }
        let regex = try Regex.compiled(pattern, &frame)
        guard regex.groupCount <= 1 else {
            throw EvaluationError(.invalidArgument, "regular expression has more than one capturing group")
        }
        let bytes = Array(string.utf8)
        try forEachMatch(of: regex, in: bytes, &frame) {
            (groups: [Range<Int>?], whole: Range<Int>, frame: inout Frame) throws(EvaluationError) -> Bool in
            let range = groups.count > 1 ? groups[1] : whole
            try frame.spend(whole.count)
            return body(range.flatMap { $0.isEmpty && groups.count > 1 ? nil : text(bytes, $0) })
        }
    }
}
