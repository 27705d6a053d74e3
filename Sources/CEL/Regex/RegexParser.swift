// Reads the RE2 syntax of regular expressions. What a linear-time machine cannot do (back-references,
// look-around) is refused with its place, as are repetitions beyond 1,000 and deep nesting.

/// Parses a pattern into a tree.
struct RegexParser {
    private static let maxRepetition = 1000
    private static let maxDepth = 200

    /// The flags `(?imsU)`.
    private struct Flags {
        var ignoresCase = false
        var isMultiLine = false
        var dotMatchesNewline = false
        var isUngreedy = false
    }

    private let pattern: [UInt32]
    private var position = 0
    private var flags = Flags()
    private(set) var groupCount = 0
    private var names: Set<String> = []
    private var depth = 0

    private init(_ pattern: String) { self.pattern = pattern.unicodeScalars.map(\.value) }

    /// The tree of a pattern and the number of its capturing groups.
    static func parse(_ pattern: String) throws(RegexError) -> (root: RegexNode, groupCount: Int) {
        var parser = RegexParser(pattern)
        let root = try parser.alternation()
        if parser.position < parser.pattern.count { throw RegexError("unexpected )", at: parser.position) }
        return (root, parser.groupCount)
    }

    // MARK: Structure

    private mutating func alternation() throws(RegexError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maxDepth { throw RegexError("expression nests too deeply", at: position) }
        let saved = flags
        var branches = [try concatenation()]
        while skip("|") { branches.append(try concatenation()) }
        flags = saved
        return branches.count == 1 ? branches[0] : .alternation(branches)
    }

    private mutating func concatenation() throws(RegexError) -> RegexNode {
        var parts: [RegexNode] = []
        while let code = peek(), code != char("|"), code != char(")") {
            let start = position
            guard let atom = try atom(into: &parts) else { continue }
            parts.append(try repeated(atom, from: start))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .concatenation(parts)
    }

    private mutating func repeated(_ atom: RegexNode, from start: Int) throws(RegexError) -> RegexNode {
        guard let (least, most) = try quantifier() else { return atom }
        var isGreedy = !flags.isUngreedy
        if skip("?") { isGreedy.toggle() }
        let end = position
        if try quantifier() != nil { throw RegexError("invalid nested repetition operator", at: end) }
        return .repetition(atom, least: least, most: most, isGreedy: isGreedy)
    }

    private mutating func quantifier() throws(RegexError) -> (Int, Int?)? {
        if skip("*") { return (0, nil) }
        if skip("+") { return (1, nil) }
        if skip("?") { return (0, 1) }
        guard peek() == char("{") else { return nil }
        let start = position
        position += 1
        guard let least = number() else { return notQuantifier(start) }
        var most: Int? = least
        if skip(",") { most = peek() == char("}") ? nil : number() ?? -1 }
        guard skip("}"), most != -1 else { return notQuantifier(start) }
        guard least <= Self.maxRepetition, (most ?? 0) <= Self.maxRepetition, most.map({ $0 >= least }) ?? true else {
            throw RegexError("invalid repetition size", at: start)
        }
        return (least, most)
    }

    // `{` that begins no repetition is a plain character.
    private mutating func notQuantifier(_ start: Int) -> (Int, Int?)? {
        position = start
        return nil
    }

    private mutating func number() -> Int? {
        let start = position
        var value = 0
        while let code = peek(), (0x30...0x39).contains(code) {
            value = min(value * 10 + Int(code - 0x30), 1_000_000)
            position += 1
        }
        return position > start ? value : nil
    }

    // MARK: Atoms

    // Nil after something that is no atom by itself, such as flags; literal runs go straight into `parts`.
    private mutating func atom(into parts: inout [RegexNode]) throws(RegexError) -> RegexNode? {
        let start = position
        guard let code = next() else { return nil }
        switch code {
        case char("("): return try group(start)
        case char("["): return .set(try bracket(start).prepared())
        case char("."):
            var set = CharacterSet(flags.dotMatchesNewline ? [] : [0x0A...0x0A])
            set.isNegated = true
            return .set(set.prepared())
        case char("^"): return .assertion(flags.isMultiLine ? .lineStart : .textStart)
        case char("$"): return .assertion(flags.isMultiLine ? .lineEnd : .textEnd)
        case char("*"), char("+"), char("?"):
            throw RegexError("missing argument to repetition operator", at: start)
        case char("{"):
            position = start
            if try quantifier() != nil { throw RegexError("missing argument to repetition operator", at: start) }
            position = start + 1
            return literal(code)
        case char("\\"): return try escape(start, into: &parts)
        default: return literal(code)
        }
    }

    private func literal(_ code: UInt32) -> RegexNode { .character(code, ignoresCase: flags.ignoresCase) }

    private mutating func group(_ start: Int) throws(RegexError) -> RegexNode? {
        guard skip("?") else { return try capture(start) }
        if skip("P") {
            guard skip("<") else { throw RegexError("invalid named capture", at: start) }
            return try named(start)
        }
        if peek() == char("<"), let after = peek(1), after != char("="), after != char("!") {
            position += 1
            return try named(start)
        }
        return try flagGroup(start)
    }

    private mutating func capture(_ start: Int) throws(RegexError) -> RegexNode {
        groupCount += 1
        let number = groupCount
        let inner = try alternation()
        guard skip(")") else { throw RegexError("missing closing )", at: start) }
        return .group(inner, number: number)
    }

    private mutating func named(_ start: Int) throws(RegexError) -> RegexNode {
        var name = ""
        while let code = peek(), code != char(">"), let scalar = Unicode.Scalar(code) {
            guard CharacterSet.word.prepared().contains(code) else {
                throw RegexError("invalid group name", at: position)
            }
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard skip(">"), !name.isEmpty else { throw RegexError("invalid named capture", at: start) }
        guard names.insert(name).inserted else { throw RegexError("duplicate group name", at: start) }
        return try capture(start)
    }

    private mutating func flagGroup(_ start: Int) throws(RegexError) -> RegexNode? {
        var changed = flags
        var value = true
        var isEmpty = true
        while let code = next() {
            switch code {
            case char("i"): changed.ignoresCase = value
            case char("m"): changed.isMultiLine = value
            case char("s"): changed.dotMatchesNewline = value
            case char("U"): changed.isUngreedy = value
            case char("-") where value:
                value = false
                isEmpty = true
                continue
            case char(":") where !isEmpty || value:
                let saved = flags
                flags = changed
                let inner = try alternation()
                flags = saved
                guard skip(")") else { throw RegexError("missing closing )", at: start) }
                return inner
            case char(")") where !isEmpty:
                flags = changed
                return nil
            default:
                throw RegexError("invalid or unsupported group (?…", at: start)
            }
            isEmpty = false
        }
        throw RegexError("missing closing )", at: start)
    }

    // MARK: Escapes

    private mutating func escape(_ start: Int, into parts: inout [RegexNode]) throws(RegexError) -> RegexNode? {
        guard let code = peek() else { throw RegexError("trailing backslash", at: start) }
        switch code {
        case char("A"): position += 1; return .assertion(.textStart)
        case char("z"): position += 1; return .assertion(.textEnd)
        case char("b"): position += 1; return .assertion(.wordBoundary)
        case char("B"): position += 1; return .assertion(.notWordBoundary)
        case char("Q"):
            position += 1
            return quotation(into: &parts)
        case char("E"): position += 1; return nil
        default: break
        }
        if var set = try perlOrUnicodeSet(start) {
            set.ignoresCase = flags.ignoresCase
            return .set(set.prepared())
        }
        return literal(try escapedCharacter(start))
    }

    // The characters up to `\E` stand for themselves; a repetition after it is one of the last of them.
    private mutating func quotation(into parts: inout [RegexNode]) -> RegexNode? {
        var literals: [RegexNode] = []
        while let code = next() {
            if code == char("\\"), peek() == char("E") {
                position += 1
                break
            }
            literals.append(literal(code))
        }
        let last = literals.popLast()
        parts += literals
        return last
    }

    private mutating func perlOrUnicodeSet(_ start: Int) throws(RegexError) -> CharacterSet? {
        guard let code = peek() else { return nil }
        let base: CharacterSet
        switch code {
        case char("d"), char("D"): base = .digits
        case char("s"), char("S"): base = .spaces
        case char("w"), char("W"): base = .word
        case char("p"), char("P"): return try unicodeSet(start)
        default: return nil
        }
        position += 1
        let isNegated = code < char("a")
        return isNegated ? CharacterSet(CharacterSet.complement(of: base.ranges)) : base
    }

    private mutating func unicodeSet(_ start: Int) throws(RegexError) -> CharacterSet {
        var isNegated = next() == char("P")
        var name = ""
        if skip("{") {
            if skip("^") { isNegated.toggle() }
            while let code = peek(), code != char("}"), let scalar = Unicode.Scalar(code) {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard skip("}") else { throw RegexError("invalid character class range", at: start) }
        } else if let code = next(), let scalar = Unicode.Scalar(code) {
            name.unicodeScalars.append(scalar)
        }
        var set = CharacterSet()
        if name == "Any" {
            set.insert(0...0x10FFFF)
            return isNegated ? CharacterSet() : set
        }
        if let bits = GeneralCategoryName.bits(name) {
            set.insert(categories: isNegated ? GeneralCategoryName.allBits & ~bits : bits)
            return set
        }
        guard let ranges = ScriptName.ranges(name) else {
            throw RegexError("unknown or unsupported character class \\p{\(name)}", at: start)
        }
        return CharacterSet(isNegated ? CharacterSet.complement(of: ranges) : ranges)
    }

    private mutating func escapedCharacter(_ start: Int) throws(RegexError) -> UInt32 {
        guard let code = next() else { throw RegexError("trailing backslash", at: start) }
        switch code {
        case char("a"): return 0x07
        case char("f"): return 0x0C
        case char("t"): return 0x09
        case char("n"): return 0x0A
        case char("r"): return 0x0D
        case char("v"): return 0x0B
        case char("x"): return try hexadecimal(start)
        case char("0")...char("7"):
            // One digit alone would be a back-reference; only \0 and octal numbers of two or more digits are.
            var value = code - 0x30
            var digits = 1
            while digits < 3, let digit = peek(), (0x30...0x37).contains(digit) {
                value = value * 8 + digit - 0x30
                position += 1
                digits += 1
            }
            if code != char("0"), digits == 1 { throw RegexError("back-references are not supported", at: start) }
            return value
        case char("8"), char("9"): throw RegexError("back-references are not supported", at: start)
        default:
            let isWord = CharacterSet.word.prepared().contains(code)
            guard code < 0x80, !isWord || code == char("_") else {
                throw RegexError("invalid escape sequence", at: start)
            }
            return code
        }
    }

    private mutating func hexadecimal(_ start: Int) throws(RegexError) -> UInt32 {
        var digits = ""
        if skip("{") {
            while let code = peek(), code != char("}"), let scalar = Unicode.Scalar(code) {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            guard skip("}") else { throw RegexError("invalid escape sequence", at: start) }
        } else {
            for _ in 0..<2 {
                if let code = next(), let scalar = Unicode.Scalar(code) { digits.unicodeScalars.append(scalar) }
            }
            guard digits.utf8.count == 2 else { throw RegexError("invalid escape sequence", at: start) }
        }
        guard digits.utf8.count <= 8, digits.utf8.first != UInt8(ascii: "+"), let value = UInt32(digits, radix: 16),
            value <= 0x10FFFF
        else { throw RegexError("invalid escape sequence", at: start) }
        return value
    }

    // MARK: Bracket expressions

    private mutating func bracket(_ start: Int) throws(RegexError) -> CharacterSet {
        var set = CharacterSet()
        set.ignoresCase = flags.ignoresCase
        set.isNegated = skip("^")
        var isFirst = true
        while true {
            guard let code = peek() else { throw RegexError("missing closing ]", at: start) }
            if code == char("]"), !isFirst {
                position += 1
                return set
            }
            isFirst = false
            if code == char("["), peek(1) == char(":"), let posix = try posixSet() {
                set.formUnion(posix)
                continue
            }
            if code == char("\\") {
                let escapeStart = position
                position += 1
                if let perl = try perlOrUnicodeSet(escapeStart) {
                    set.formUnion(perl)
                    continue
                }
                position = escapeStart
            }
            try insertRange(into: &set)
        }
    }

    private mutating func insertRange(into set: inout CharacterSet) throws(RegexError) {
        let start = position
        let low = try bracketCharacter()
        guard peek() == char("-"), let after = peek(1), after != char("]") else {
            set.insert(low...low)
            return
        }
        position += 1
        let high = try bracketCharacter()
        guard low <= high else { throw RegexError("invalid character class range", at: start) }
        set.insert(low...high)
    }

    private mutating func bracketCharacter() throws(RegexError) -> UInt32 {
        let start = position
        guard let code = next() else { throw RegexError("missing closing ]", at: start) }
        return code == char("\\") ? try escapedCharacter(start) : code
    }

    // Nil, and nothing read, if `[:` begins no name.
    private mutating func posixSet() throws(RegexError) -> CharacterSet? {
        let start = position
        position += 2
        let isNegated = skip("^")
        var name = ""
        while let code = peek(), code != char(":"), code < 0x80, let scalar = Unicode.Scalar(code) {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard skip(":"), skip("]") else {
            position = start
            return nil
        }
        guard let set = CharacterSet.posix(name) else {
            throw RegexError("invalid character class [:\(name):]", at: start)
        }
        return isNegated ? CharacterSet(CharacterSet.complement(of: set.ranges)) : set
    }

    // MARK: Characters

    private func char(_ scalar: Unicode.Scalar) -> UInt32 { scalar.value }

    private func peek(_ distance: Int = 0) -> UInt32? {
        position + distance < pattern.count ? pattern[position + distance] : nil
    }

    private mutating func next() -> UInt32? {
        guard let code = peek() else { return nil }
        position += 1
        return code
    }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar.value else { return false }
        position += 1
        return true
    }
}
