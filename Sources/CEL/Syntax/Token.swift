/// One lexical unit of an expression.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case identifier(String)
        /// A field name in backticks.
        case quotedIdentifier(String)
        /// The digits of an integer, without sign, prefix and suffix.
        case integer(digits: String, radix: Int, isUnsigned: Bool)
        case double(String)
        case string(String)
        case bytes([UInt8])
        case keyword(Keyword)
        case symbol(Symbol)
        case end
    }

    enum Keyword: String, Hashable, Sendable {
        case `in`, `true`, `false`, `null`
    }

    enum Symbol: String, Hashable, Sendable, CaseIterable {
        case equal = "=="
        case notEqual = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case less = "<"
        case greater = ">"
        case and = "&&"
        case or = "||"
        case openBracket = "["
        case closeBracket = "]"
        case openBrace = "{"
        case closeBrace = "}"
        case openParenthesis = "("
        case closeParenthesis = ")"
        case dot = "."
        case comma = ","
        case minus = "-"
        case not = "!"
        case question = "?"
        case colon = ":"
        case plus = "+"
        case star = "*"
        case slash = "/"
        case percent = "%"
    }

    let kind: Kind
    /// The offset of the first scalar.
    let start: Int

    /// The token as people read it in a message.
    var description: String {
        switch kind {
        case .identifier(let name): "'\(name)'"
        case .quotedIdentifier(let name): "'`\(name)`'"
        case .integer, .double: "a number"
        case .string: "a string"
        case .bytes: "a bytes literal"
        case .keyword(let keyword): "'\(keyword.rawValue)'"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .end: "the end"
        }
    }
}
