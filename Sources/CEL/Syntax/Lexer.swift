// Takes a source apart into tokens, following the lexical rules of the CEL grammar.
//
// The lexer never gives up: what it cannot read is reported and skipped, so that one run reports every
// lexical error. The last token is always `end`.

/// Reads tokens from a source.
struct Lexer {
    private let source: Source
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var tokens: [Token] = []
    private(set) var diagnostics: [Diagnostic] = []

    private let mostDiagnostics: Int

    /// Reads all tokens of a source; the first lexical errors come beside them.
    static func tokens(
        of source: Source, mostDiagnostics: Int
    ) -> (tokens: [Token], diagnostics: [Diagnostic]) {
        var lexer = Lexer(source, mostDiagnostics)
        lexer.run()
        return (lexer.tokens, lexer.diagnostics)
    }

    private init(_ source: Source, _ mostDiagnostics: Int) {
        self.source = source
        self.mostDiagnostics = mostDiagnostics
        scalars = source.scalars
    }

    private func scalar(_ ahead: Int = 0) -> Unicode.Scalar? {
        let index = position + ahead
        return index < scalars.count ? scalars[index] : nil
    }

    private mutating func report(_ message: String, at offset: Int, hint: String? = nil) {
        guard diagnostics.count < mostDiagnostics else { return }
        diagnostics.append(Diagnostic(at: offset, of: source, message, hint: hint))
    }

    private mutating func run() {
        while let next = scalar() {
            switch next {
            case " ", "\t", "\n", "\r", "\u{0C}": position += 1
            case "/" where scalar(1) == "/": skipComment()
            case "0"..."9": number()
            case "." where scalar(1)?.isDigit == true: number()
            case "\"", "'": text(at: position, raw: false, bytes: false)
            case "`": quotedIdentifier()
            case _ where next.isIdentifierStart: word()
            default: symbol(next)
            }
        }
        tokens.append(Token(kind: .end, start: scalars.count))
    }

    private mutating func skipComment() {
        while let next = scalar(), next != "\n" { position += 1 }
    }

    private mutating func symbol(_ first: Unicode.Scalar) {
        let start = position
        if let second = scalar(1), let symbol = Token.Symbol(rawValue: String(first) + String(second)) {
            position += 2
            tokens.append(Token(kind: .symbol(symbol), start: start))
        } else if let symbol = Token.Symbol(rawValue: String(first)) {
            position += 1
            tokens.append(Token(kind: .symbol(symbol), start: start))
        } else {
            position += 1
            report("'\(first)' is not part of the language", at: start, hint: Self.hint(for: first))
            // Reading goes on as if the right thing had been written, so that one mistake is reported once.
            switch first {
            case "&": tokens.append(Token(kind: .symbol(.and), start: start))
            case "|": tokens.append(Token(kind: .symbol(.or), start: start))
            case "=": tokens.append(Token(kind: .symbol(.equal), start: start))
            case _ where Self.isCurlyQuote(first): curlyText(start)
            default: break
            }
        }
    }

    private static func hint(for scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "&": "write && for 'and'"
        case "|": "write || for 'or'"
        case "=": "write == to compare"
        case _ where isCurlyQuote(scalar): "strings stand in plain quotes: \" or '"
        case "\u{3000}", "\u{00A0}": "use a plain space"
        default: nil
        }
    }

    private static func isCurlyQuote(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}", "\u{300C}", "\u{300D}", "\u{FF02}": true
        default: false
        }
    }

    /// Passes over a text in typographic quotation marks.
    private mutating func curlyText(_ start: Int) {
        let content = position
        while let next = scalar(), next != "\n", !Self.isCurlyQuote(next) { position += 1 }
        tokens.append(Token(kind: .string(slice(content, position)), start: start))
        if scalar() != nil { position += 1 }
    }

    // MARK: Words

    private mutating func word() {
        let start = position
        if let prefix = literalPrefix() {
            position += prefix.length
            text(at: start, raw: prefix.raw, bytes: prefix.bytes)
            return
        }
        while scalar()?.isIdentifierPart == true { position += 1 }
        let name = slice(start, position)
        let kind: Token.Kind = Token.Keyword(rawValue: name).map { .keyword($0) } ?? .identifier(name)
        tokens.append(Token(kind: kind, start: start))
    }

    /// The `r`, `b` or `br` before a quotation mark.
    private func literalPrefix() -> (length: Int, raw: Bool, bytes: Bool)? {
        func isQuote(_ scalar: Unicode.Scalar?) -> Bool { scalar == "\"" || scalar == "'" }
        let first = scalar()
        let second = scalar(1)
        let isRaw = first == "r" || first == "R"
        let isBytes = first == "b" || first == "B"
        if isRaw, isQuote(second) { return (1, true, false) }
        if isBytes, isQuote(second) { return (1, false, true) }
        if isBytes, second == "r" || second == "R", isQuote(scalar(2)) { return (2, true, true) }
        return nil
    }

    private mutating func quotedIdentifier() {
        let start = position
        position += 1
        while let next = scalar(), next.isIdentifierPart || next == "." || next == "-" || next == "/" || next == " " {
            position += 1
        }
        guard scalar() == "`", position > start + 1 else {
            report("a name in backticks holds letters, digits, '_', '.', '-', '/' and spaces", at: start)
            if scalar() == "`" { position += 1 }
            return
        }
        tokens.append(Token(kind: .quotedIdentifier(slice(start + 1, position)), start: start))
        position += 1
    }

    private func slice(_ start: Int, _ end: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[start..<end])
        return String(view)
    }

    // MARK: Numbers

    private mutating func number() {
        let start = position
        if scalar() == "0", scalar(1) == "x", scalar(2)?.isHexDigit == true {
            position += 2
            while scalar()?.isHexDigit == true { position += 1 }
            integer(start, digits: slice(start + 2, position), radix: 16)
            return
        }
        while scalar()?.isDigit == true { position += 1 }
        var isDouble = false
        if scalar() == ".", scalar(1)?.isDigit == true {
            isDouble = true
            position += 1
            while scalar()?.isDigit == true { position += 1 }
        }
        if scalar() == "e" || scalar() == "E" {
            let signed = scalar(1) == "+" || scalar(1) == "-"
            if scalar(signed ? 2 : 1)?.isDigit == true {
                isDouble = true
                position += signed ? 2 : 1
                while scalar()?.isDigit == true { position += 1 }
            }
        }
        if isDouble {
            tokens.append(Token(kind: .double(slice(start, position)), start: start))
        } else {
            integer(start, digits: slice(start, position), radix: 10)
        }
    }

    private mutating func integer(_ start: Int, digits: String, radix: Int) {
        let isUnsigned = scalar() == "u" || scalar() == "U"
        if isUnsigned { position += 1 }
        let kind = Token.Kind.integer(digits: digits, radix: radix, isUnsigned: isUnsigned)
        tokens.append(Token(kind: kind, start: start))
    }

    // MARK: Strings

    /// Reads a string or bytes literal whose opening quotation mark is at `position`.
    private mutating func text(at start: Int, raw: Bool, bytes: Bool) {
        guard let quote = scalar() else { return }
        let isTriple = scalar(1) == quote && scalar(2) == quote
        position += isTriple ? 3 : 1
        var content = LiteralContent(bytes: bytes)
        var problem: String?
        while true {
            guard let next = scalar(), isTriple || (next != "\n" && next != "\r") else {
                report("the string that begins here has no end", at: start, hint: "close it with \(quote)")
                return
            }
            if next == quote, !isTriple || (scalar(1) == quote && scalar(2) == quote) {
                position += isTriple ? 3 : 1
                break
            }
            if next == "\\", !raw {
                let escape = position
                if let message = self.escape(into: &content) {
                    // A wrong escape ends where its first wrong character is; reading goes on from there.
                    problem = problem ?? message
                    if position == escape { position += 1 }
                }
            } else {
                position += 1
                // Line ends inside a literal are the same whatever system wrote the text.
                if next == "\r" {
                    if scalar() == "\n" { position += 1 }
                    content.append("\n")
                } else {
                    content.append(next)
                }
            }
        }
        if let problem {
            report(problem, at: start)
        }
        let kind: Token.Kind = bytes ? .bytes(content.bytes) : .string(String(content.text))
        tokens.append(Token(kind: kind, start: start))
    }

    /// Reads one escape sequence; a message says what is wrong with it.
    private mutating func escape(into content: inout LiteralContent) -> String? {
        guard let letter = scalar(1) else { return "a backslash stands at the end of a string" }
        if let plain = Self.plainEscapes[letter] {
            position += 2
            content.append(plain)
            return nil
        }
        switch letter {
        case "x", "X": return code(skip: 2, digits: 2, radix: 16, isByte: true, into: &content)
        case "0"..."3": return code(skip: 1, digits: 3, radix: 8, isByte: true, into: &content)
        case "u": return code(skip: 2, digits: 4, radix: 16, isByte: false, into: &content)
        case "U": return code(skip: 2, digits: 8, radix: 16, isByte: false, into: &content)
        default: return "'\\\(letter)' is no escape sequence"
        }
    }

    private static let plainEscapes: [Unicode.Scalar: Unicode.Scalar] = [
        "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}",
        "\"": "\"", "'": "'", "\\": "\\", "?": "?", "`": "`",
    ]

    private mutating func code(
        skip: Int, digits: Int, radix: Int, isByte: Bool, into content: inout LiteralContent
    ) -> String? {
        var value: UInt32 = 0
        for index in 0..<digits {
            guard let digit = scalar(skip + index)?.digitValue, digit < radix else {
                return "an escape sequence needs \(digits) \(radix == 16 ? "hexadecimal" : "octal") digits"
            }
            value = value &* UInt32(radix) &+ UInt32(digit)
        }
        position += skip + digits
        if content.isBytes {
            guard isByte else { return "\\u and \\U are not allowed in bytes" }
            content.append(byte: UInt8(truncatingIfNeeded: value))
            return nil
        }
        guard let scalar = Unicode.Scalar(value) else { return "invalid unicode code point" }
        content.append(scalar)
        return nil
    }
}

/// What a string or bytes literal has held so far.
private struct LiteralContent {
    let isBytes: Bool
    private(set) var text = String.UnicodeScalarView()
    private(set) var bytes: [UInt8] = []

    init(bytes: Bool) {
        isBytes = bytes
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        if isBytes { bytes.append(contentsOf: UTF8.encode(scalar) ?? .init()) } else { text.append(scalar) }
    }

    mutating func append(byte: UInt8) {
        bytes.append(byte)
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isHexDigit: Bool { (digitValue ?? 16) < 16 }
    fileprivate var isIdentifierStart: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_"
    }
    fileprivate var isIdentifierPart: Bool { isIdentifierStart || isDigit }
    /// The value of a hexadecimal digit.
    fileprivate var digitValue: Int? {
        switch self {
        case "0"..."9": Int(value) - 48
        case "a"..."f": Int(value) - 87
        case "A"..."F": Int(value) - 55
        default: nil
        }
    }
}
