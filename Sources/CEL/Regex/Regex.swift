// Regular expressions in time linear in the text.
//
// The machine walks the text once and keeps the set of all instructions it could be at (Thompson, Pike): the
// time is at most text length × program size, whatever the pattern. Every step counts against the work
// budget. A pattern without special characters is a plain search; otherwise places where no match can begin
// are skipped by their first byte.

/// A compiled regular expression.
public struct Regex: Sendable {
    private static let maxPatternLength = 4096

    private let program: RegexProgram
    /// The whole pattern, when it is nothing but characters.
    private let literal: String?
    /// The ASCII characters a match can begin with; nil if it may be empty or begin with any character.
    private let firstCharacters: CharacterSet?

    /// Compiles a pattern of the RE2 syntax.
    public init(_ pattern: String) throws(RegexError) {
        guard pattern.utf8.count <= Self.maxPatternLength else { throw RegexError("pattern too long", at: 0) }
        let (root, groupCount) = try RegexParser.parse(pattern)
        program = try RegexProgram(root, groupCount: groupCount)
        literal = Self.literal(root)
        firstCharacters = Self.firstCharacters(program)
    }

    /// The number of capturing groups.
    public var groupCount: Int { program.groupCount }

    /// Compiles a pattern while an expression runs, as a failure of the expression.
    static func compiled(_ pattern: String, _ frame: inout Frame) throws(EvaluationError) -> Regex {
        try frame.spend(pattern.utf8.count)
        let regex: Regex
        do throws(RegexError) {
            regex = try Regex(pattern)
        } catch {
            throw EvaluationError(
                .invalidArgument, "invalid regular expression: \(error.message) at \(error.offset)")
        }
        try frame.spend(regex.program.instructions.count)
        return regex
    }

    private static func literal(_ root: RegexNode) -> String? {
        let parts: [RegexNode] = if case .concatenation(let parts) = root { parts } else { [root] }
        var text = ""
        for part in parts {
            guard case .character(let code, false) = part, let scalar = Unicode.Scalar(code) else { return nil }
            text.unicodeScalars.append(scalar)
        }
        return text
    }

    private static func firstCharacters(_ program: RegexProgram) -> CharacterSet? {
        var result = CharacterSet()
        var seen = Set<Int>()
        var pending = [0]
        while let at = pending.popLast() {
            guard seen.insert(at).inserted else { continue }
            switch program.instructions[at] {
            case .character(let code):
                result.insert(code...code)
            case .set(let index):
                for code in UInt32(0)..<128 where program.sets[index].contains(code) { result.insert(code...code) }
            case .split(let first, let second): pending += [first, second]
            case .jump(let target): pending.append(target)
            case .save: pending.append(at + 1)
            case .assertion, .match: return nil
            }
        }
        return result.prepared()
    }

    /// Whether the pattern matches anywhere in a text.
    func isFound(in text: String, _ frame: inout Frame) throws(EvaluationError) -> Bool {
        let span = text.utf8Span.span
        if let literal {
            try frame.spend(span.count)
            return span.firstIndex(of: literal.utf8Span.span) != nil
        }
        var machine = RegexMachine(program: program, workLeft: frame.workLeft)
        let result = machine.isFound(in: span, firstCharacters: firstCharacters)
        try frame.spend(machine.steps)
        return result
    }

    /// The byte ranges of the first match at or after a byte position and of its groups, and the work it took.
    func firstMatch(
        in text: Span<UInt8>, from start: Int, _ frame: inout Frame
    ) throws(EvaluationError) -> [Range<Int>?]? {
        var machine = RegexMachine(program: program, workLeft: frame.workLeft)
        let places = machine.firstMatch(in: text, from: start)
        try frame.spend(machine.steps)
        guard let places else { return nil }
        return (0...groupCount).map { group in
            let low = places[group * 2]
            let high = places[group * 2 + 1]
            return low >= 0 && high >= low ? low..<high : nil
        }
    }
}
