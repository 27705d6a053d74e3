// A recursive descent parser for the CEL grammar, with precedence climbing for binary operators.
//
// Node ids follow the order in which the grammar's reference parser assigns them, so that trees can be compared
// node by node. Chains of `&&` and of `||` become balanced trees, because they are the long ones.
//
// Problems accumulate. A token that does not fit throws `Skip`, which the nearest enclosing list catches to go on
// after the next comma or closing bracket; everything else is reported in passing. Depth is bounded twice: by
// counting calls of `expression` (brackets and parentheses) and by the depth of finished nodes (chains).

/// Parses expressions.
public struct Parser {
    private let source: Source
    private let options: ParserOptions
    private let tokens: [Token]
    private var index = 0
    private var nesting = 0
    private var builder = TreeBuilder()
    private var diagnostics: [Diagnostic]
    private var isExhausted = false

    /// Thrown after a problem that leaves nothing to go on with has been reported.
    private struct Skip: Error {}

    /// Parses an expression; all problems are reported at once.
    public static func parse(
        _ text: String, options: ParserOptions = ParserOptions()
    ) throws(Diagnostics) -> ParsedExpression {
        try parse(Source(text), options: options)
    }

    /// Parses an expression; all problems are reported at once.
    public static func parse(
        _ source: Source, options: ParserOptions = ParserOptions()
    ) throws(Diagnostics) -> ParsedExpression {
        guard source.scalars.count <= options.limits.sourceLength else {
            let message =
                "the expression is \(source.scalars.count) characters long; "
                + "\(options.limits.sourceLength) are allowed"
            throw Diagnostics(source: source, all: [Diagnostic(at: nil, of: source, message)])
        }
        var parser = Parser(source, options)
        let root = parser.run()
        guard let root, parser.diagnostics.isEmpty else {
            let sorted = parser.diagnostics.sorted { ($0.offset ?? -1) < ($1.offset ?? -1) }
            throw Diagnostics(source: source, all: Array(sorted.prefix(parser.options.limits.diagnostics)))
        }
        var offsets: [Expression.ID: Int] = [:]
        for (id, offset) in parser.builder.offsets.enumerated().dropFirst() { offsets[id] = offset }
        return ParsedExpression(
            source: source, root: root, offsets: offsets, macroCalls: parser.builder.macroCalls)
    }

    private init(_ source: Source, _ options: ParserOptions) {
        self.source = source
        var options = options
        options.limits.diagnostics = max(1, options.limits.diagnostics)
        self.options = options
        (tokens, diagnostics) = Lexer.tokens(of: source, mostDiagnostics: options.limits.diagnostics)
    }

    private mutating func run() -> Expression? {
        do {
            let root = try expression()
            guard token.kind == .end else { throw unexpected("the end") }
            return root
        } catch {
            return nil
        }
    }

    // MARK: Tokens

    private var token: Token { tokens[index] }

    private func peek(_ ahead: Int) -> Token.Kind {
        index + ahead < tokens.count ? tokens[index + ahead].kind : .end
    }

    @discardableResult
    private mutating func advance() -> Token {
        let current = tokens[index]
        if index + 1 < tokens.count { index += 1 }
        return current
    }

    private mutating func accept(_ symbol: Token.Symbol) -> Token? {
        token.kind == .symbol(symbol) ? advance() : nil
    }

    private mutating func expect(_ symbol: Token.Symbol) throws(Skip) {
        guard token.kind == .symbol(symbol) else { throw unexpected("'\(symbol.rawValue)'") }
        advance()
    }

    private mutating func report(_ message: String, at offset: Int?, hint: String? = nil) {
        if diagnostics.count < options.limits.diagnostics {
            diagnostics.append(Diagnostic(at: offset, of: source, message, hint: hint))
        } else {
            isExhausted = true
        }
    }

    /// Reports that the present token does not fit.
    private mutating func unexpected(_ expected: String) -> Skip {
        let previous = index > 0 ? tokens[index - 1].kind : .end
        let hint: String? =
            switch token.kind {
            case _ where previous == .identifier("not") || previous == .identifier("NOT"): "write ! for 'not'"
            case .identifier("and"), .identifier("AND"): "write && for 'and'"
            case .identifier("or"), .identifier("OR"): "write || for 'or'"
            case .end: "something is missing after the last word"
            default: nil
            }
        report("expected \(expected), found \(token.description)", at: token.start, hint: hint)
        return Skip()
    }

    /// Refuses trees that are too large or too deep, so that later walks over them are safe.
    private mutating func bounded(_ expression: Expression) throws(Skip) -> Expression {
        let limits = options.limits
        if builder.count > limits.nodes {
            isExhausted = true
            report("the expression has more than \(limits.nodes) parts", at: nil)
            throw Skip()
        }
        // Macros add a few levels for each level that was written.
        if builder.depth(of: expression) - 6 * builder.macroDepth(of: expression) > limits.depth {
            isExhausted = true
            report(
                "the expression nests more than \(limits.depth) levels deep", at: builder.offset(of: expression))
            throw Skip()
        }
        return expression
    }

    // MARK: Operators

    private mutating func expression() throws(Skip) -> Expression {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= options.limits.depth else {
            isExhausted = true
            report("the expression nests more than \(options.limits.depth) levels deep", at: token.start)
            throw Skip()
        }
        let condition = try logical(.or)
        guard let question = accept(.question) else { return condition }
        let id = builder.reserve(at: question.start)
        let then = try logical(.or)
        try expect(.colon)
        let otherwise = try expression()
        return try call(Operator.conditional, [condition, then, otherwise], id: id)
    }

    private mutating func logical(_ symbol: Token.Symbol) throws(Skip) -> Expression {
        var terms = [try symbol == .or ? logical(.and) : relation()]
        var operators: [Expression.ID] = []
        while let token = accept(symbol) {
            terms.append(try symbol == .or ? logical(.and) : relation())
            operators.append(builder.reserve(at: token.start))
        }
        let function = symbol == .or ? Operator.or : Operator.and
        return try balanced(function, terms, operators, 0, operators.count)
    }

    /// The tree of the terms `low...high` with the operators `low..<high` between them.
    private mutating func balanced(
        _ function: String, _ terms: [Expression], _ operators: [Expression.ID], _ low: Int, _ high: Int
    ) throws(Skip) -> Expression {
        guard low < high else { return terms[low] }
        let middle = (low + high) / 2
        let left = try balanced(function, terms, operators, low, middle)
        let right = try balanced(function, terms, operators, middle + 1, high)
        return try call(function, [left, right], id: operators[middle])
    }

    private mutating func relation() throws(Skip) -> Expression {
        var left = try sum()
        while let function = relationFunction {
            let id = builder.reserve(at: advance().start)
            left = try call(function, [left, try sum()], id: id)
        }
        return left
    }

    private var relationFunction: String? {
        switch token.kind {
        case .symbol(.less): Operator.less
        case .symbol(.lessOrEqual): Operator.lessOrEqual
        case .symbol(.greater): Operator.greater
        case .symbol(.greaterOrEqual): Operator.greaterOrEqual
        case .symbol(.equal): Operator.equal
        case .symbol(.notEqual): Operator.notEqual
        case .keyword(.in): Operator.in
        default: nil
        }
    }

    private mutating func sum() throws(Skip) -> Expression {
        var left = try product()
        while true {
            let function: String
            switch token.kind {
            case .symbol(.plus): function = Operator.add
            case .symbol(.minus): function = Operator.subtract
            default: return left
            }
            let id = builder.reserve(at: advance().start)
            left = try call(function, [left, try product()], id: id)
        }
    }

    private mutating func product() throws(Skip) -> Expression {
        var left = try unary()
        while true {
            let function: String
            switch token.kind {
            case .symbol(.star): function = Operator.multiply
            case .symbol(.slash): function = Operator.divide
            case .symbol(.percent): function = Operator.modulo
            default: return left
            }
            let id = builder.reserve(at: advance().start)
            left = try call(function, [left, try unary()], id: id)
        }
    }

    private mutating func unary() throws(Skip) -> Expression {
        let symbol: Token.Symbol
        switch token.kind {
        case .symbol(.not): symbol = .not
        case .symbol(.minus): symbol = .minus
        default: return try member()
        }
        let start = token.start
        if symbol == .minus, case .integer(_, _, false) = peek(1) { return try member() }
        if symbol == .minus, case .double = peek(1) { return try member() }
        var count = 0
        while accept(symbol) != nil { count += 1 }
        // Pairs of signs cancel out.
        guard count % 2 == 1 else { return try member() }
        let id = builder.reserve(at: start)
        return try call(symbol == .not ? Operator.not : Operator.negate, [try member()], id: id)
    }

    private mutating func call(
        _ function: String, _ arguments: [Expression], id: Expression.ID
    ) throws(Skip) -> Expression {
        try bounded(builder.make(.call(.init(function: function, arguments: arguments)), id: id))
    }

    // MARK: Members

    private mutating func member() throws(Skip) -> Expression {
        var operand = try primary()
        while true {
            if let dot = accept(.dot) {
                operand = try select(from: operand, dot: dot)
            } else if let bracket = accept(.openBracket) {
                operand = try element(of: operand, bracket: bracket)
            } else {
                return operand
            }
        }
    }

    private mutating func select(from operand: Expression, dot: Token) throws(Skip) -> Expression {
        let isOptional = accept(.question) != nil
        let name = try fieldName()
        if !isOptional, case .identifier = name.kind, let open = accept(.openParenthesis) {
            let id = builder.reserve(at: open.start)
            let arguments = try arguments(until: .closeParenthesis)
            return try callOrMacro(name.name, target: operand, arguments, id: id)
        }
        guard isOptional else {
            return try bounded(
                builder.make(.select(.init(operand: operand, field: name.name)), at: dot.start))
        }
        guard options.acceptsOptionals else {
            report("optional selection '.?' is not enabled", at: dot.start)
            return operand
        }
        let field = builder.make(.constant(.string(name.name)), at: name.start)
        let id = builder.reserve(at: dot.start)
        return try call(Operator.optionalSelect, [operand, field], id: id)
    }

    private mutating func fieldName() throws(Skip) -> (name: String, kind: Token.Kind, start: Int) {
        switch token.kind {
        case .identifier(let name):
            let token = advance()
            return (name, token.kind, token.start)
        case .quotedIdentifier(let name):
            let token = advance()
            if !options.acceptsQuotedIdentifiers {
                report("names in backticks are not enabled", at: token.start)
            }
            return (name, token.kind, token.start)
        case .keyword(let keyword):
            report(
                "'\(keyword.rawValue)' is a word of the language and no field name", at: token.start,
                hint: options.acceptsQuotedIdentifiers ? "write `\(keyword.rawValue)`" : nil)
            throw Skip()
        default: throw unexpected("a field name")
        }
    }

    private mutating func element(of operand: Expression, bracket: Token) throws(Skip) -> Expression {
        let isOptional = accept(.question) != nil
        if isOptional, !options.acceptsOptionals {
            report("optional indexing '[?' is not enabled", at: bracket.start)
        }
        let id = builder.reserve(at: bracket.start)
        let index = try expression()
        try expect(.closeBracket)
        return try call(isOptional ? Operator.optionalIndex : Operator.index, [operand, index], id: id)
    }

    // MARK: Primaries

    private mutating func primary() throws(Skip) -> Expression {
        switch token.kind {
        case .symbol(.dot), .identifier: return try named()
        case .symbol(.openParenthesis):
            advance()
            return try nested()
        case .symbol(.openBracket): return try list()
        case .symbol(.openBrace): return try map()
        default: return try literal()
        }
    }

    private mutating func nested() throws(Skip) -> Expression {
        let start = token.start
        do throws(Skip) {
            let inner = try expression()
            try expect(.closeParenthesis)
            return inner
        } catch {
            guard skip(to: .closeParenthesis, stopsAtComma: false) else { throw error }
            advance()
            return builder.make(.constant(.null), at: start)
        }
    }

    private mutating func named() throws(Skip) -> Expression {
        if let length = messageNameLength() { return try message(nameLength: length) }
        let start = token.start
        let prefix = accept(.dot) == nil ? "" : "."
        guard case .identifier(let name) = token.kind else { throw unexpected("a name") }
        let nameToken = advance()
        if Self.reservedWords.contains(name) {
            report("reserved identifier: \(name)", at: nameToken.start, hint: "choose another name")
        }
        if let open = accept(.openParenthesis) {
            let id = builder.reserve(at: open.start)
            let arguments = try arguments(until: .closeParenthesis)
            return try callOrMacro(prefix + name, target: nil, arguments, id: id)
        }
        return builder.make(.identifier(prefix + name), at: prefix.isEmpty ? nameToken.start : start)
    }

    private static let reservedWords: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    /// The number of tokens of a name that an opening brace follows, as in `a.b{`.
    private func messageNameLength() -> Int? {
        var length = peek(0) == .symbol(.dot) ? 1 : 0
        while true {
            guard case .identifier = peek(length) else { return nil }
            length += 1
            if peek(length) == .symbol(.openBrace) { return length }
            guard peek(length) == .symbol(.dot) else { return nil }
            length += 1
        }
    }

    private mutating func message(nameLength: Int) throws(Skip) -> Expression {
        var name = ""
        for _ in 0..<nameLength {
            switch advance().kind {
            case .identifier(let part): name += part
            default: name += "."
            }
        }
        let id = builder.reserve(at: advance().start)
        let fields = try elements(until: .closeBrace) { parser throws(Skip) in
            let isOptional = parser.optionalMark()
            let field = try parser.fieldName()
            let colon = parser.token.start
            try parser.expect(.colon)
            let fieldID = parser.builder.reserve(at: colon)
            let value = try parser.expression()
            return Expression.MessageField(id: fieldID, name: field.name, value: value, isOptional: isOptional)
        }
        return try bounded(builder.make(.message(.init(typeName: name, fields: fields)), id: id))
    }

    private mutating func list() throws(Skip) -> Expression {
        let id = builder.reserve(at: advance().start)
        var optionalIndices: [Int] = []
        var count = 0
        let elements = try elements(until: .closeBracket) { parser throws(Skip) in
            if parser.optionalMark() { optionalIndices.append(count) }
            count += 1
            return try parser.expression()
        }
        return try bounded(
            builder.make(.list(.init(elements: elements, optionalIndices: optionalIndices)), id: id))
    }

    private mutating func map() throws(Skip) -> Expression {
        let id = builder.reserve(at: advance().start)
        let entries = try elements(until: .closeBrace) { parser throws(Skip) in
            // The entry's id comes before those of its parts and stands at the colon, which is read later.
            let entryID = parser.builder.reserve(at: parser.token.start)
            let isOptional = parser.optionalMark()
            let key = try parser.expression()
            let colon = parser.token.start
            try parser.expect(.colon)
            parser.builder.move(entryID, to: colon)
            let value = try parser.expression()
            return Expression.MapEntry(id: entryID, key: key, value: value, isOptional: isOptional)
        }
        return try bounded(builder.make(.map(entries), id: id))
    }

    private mutating func optionalMark() -> Bool {
        guard let mark = accept(.question) else { return false }
        if !options.acceptsOptionals { report("optional elements '?' are not enabled", at: mark.start) }
        return true
    }

    private mutating func arguments(until close: Token.Symbol) throws(Skip) -> [Expression] {
        if accept(close) != nil { return [] }
        return try elements(until: close, allowsTrailingComma: false) { parser throws(Skip) in
            try parser.expression()
        }
    }

    /// Reads elements between commas up to and including the closing bracket.
    private mutating func elements<Element>(
        until close: Token.Symbol, allowsTrailingComma: Bool = true,
        _ element: (inout Parser) throws(Skip) -> Element
    ) throws(Skip) -> [Element] {
        var elements: [Element] = []
        if allowsTrailingComma {
            if accept(close) != nil { return [] }
            // The grammar allows a comma alone: `[,]`.
            if accept(.comma) != nil {
                try expect(close)
                return []
            }
        }
        while true {
            do throws(Skip) {
                elements.append(try element(&self))
                guard token.kind == .symbol(.comma) || token.kind == .symbol(close) else {
                    throw unexpected("',' or '\(close.rawValue)'")
                }
            } catch {
                guard skip(to: close) else { throw error }
            }
            guard accept(.comma) != nil else { break }
            if allowsTrailingComma, token.kind == .symbol(close) { break }
        }
        try expect(close)
        return elements
    }

    /// Goes on to the next comma or closing bracket of the same list; false when there is none.
    private mutating func skip(to close: Token.Symbol, stopsAtComma: Bool = true) -> Bool {
        guard !isExhausted else { return false }
        var open = 0
        while true {
            switch token.kind {
            case .end: return false
            case .symbol(.openBracket), .symbol(.openBrace), .symbol(.openParenthesis): open += 1
            case .symbol(.comma) where open == 0 && stopsAtComma: return true
            case .symbol(close) where open == 0: return true
            case .symbol(.closeBracket), .symbol(.closeBrace), .symbol(.closeParenthesis):
                if open == 0 { return false }
                open -= 1
            default: break
            }
            advance()
        }
    }

    // MARK: Literals

    private mutating func literal() throws(Skip) -> Expression {
        let start = token.start
        let isNegative = accept(.minus) != nil
        let constant: Constant
        switch token.kind {
        case .integer(let digits, let radix, let isUnsigned):
            if isNegative && isUnsigned { throw unexpected("an expression") }
            constant = integer(digits, radix: radix, isUnsigned: isUnsigned, isNegative: isNegative, at: start)
        case .double(let digits):
            let value = Double(digits) ?? .infinity
            if !value.isFinite {
                report("invalid double literal", at: start, hint: "the largest double is about 1.8e308")
            }
            constant = .double(isNegative ? -value : value)
        case _ where isNegative: throw unexpected("an expression")
        case .string(let text): constant = .string(text)
        case .bytes(let bytes): constant = .bytes(bytes)
        case .keyword(.true): constant = .bool(true)
        case .keyword(.false): constant = .bool(false)
        case .keyword(.null): constant = .null
        default: throw unexpected("an expression")
        }
        advance()
        return builder.make(.constant(constant), at: start)
    }

    private mutating func integer(
        _ digits: String, radix: Int, isUnsigned: Bool, isNegative: Bool, at offset: Int
    ) -> Constant {
        if isUnsigned {
            if let value = UInt64(digits, radix: radix) { return .uint(value) }
            report("invalid uint literal", at: offset, hint: "the largest uint is \(UInt64.max)u")
            return .uint(0)
        }
        if let value = Int64(isNegative ? "-" + digits : digits, radix: radix) { return .int(value) }
        report("invalid int literal", at: offset, hint: "integers lie between \(Int64.min) and \(Int64.max)")
        return .int(0)
    }

    // MARK: Macros

    private mutating func callOrMacro(
        _ function: String, target: Expression?, _ arguments: [Expression], id: Expression.ID
    ) throws(Skip) -> Expression {
        let call = Expression.Call(function: function, target: target, arguments: arguments)
        if options.expandsMacros {
            let outcome = MacroExpander.expand(
                call, at: builder.offsets[id], libraries: options.libraries, accumulator: options.accumulatorName,
                into: &builder)
            switch outcome {
            case .notAMacro: break
            case .failed(let message, let offset):
                report(message, at: offset)
                return builder.make(.call(call), id: id)
            case .expanded(let expansion):
                builder.record(call, expandedTo: expansion)
                if builder.macroDepth(of: expansion) > options.limits.macroDepth {
                    isExhausted = true
                    report(
                        "macros nest more than \(options.limits.macroDepth) levels deep", at: builder.offsets[id])
                    throw Skip()
                }
                return try bounded(expansion)
            }
        }
        return try bounded(builder.make(.call(call), id: id))
    }
}
