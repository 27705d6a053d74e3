/// What a text without quotes means, where it means more than its letters (the core schema of YAML 1.2).
enum PlainScalar: Hashable {
    /// `null`, `~` or nothing at all.
    case null
    /// `true` or `false`; other words are texts.
    case boolean(Bool)
    /// A decimal integer that fits 64 bits, without leading zeros.
    case integer(Int64)
    /// One that does not fit.
    case integerBeyondRange
    /// Any other way to write a number.
    case otherNumber
    case text

    init(_ text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true": self = .boolean(true)
        case "false": self = .boolean(false)
        default: self = PlainScalar.number(text) ?? .text
        }
    }

    /// Whether YAML takes the text for a number.
    var isNumber: Bool {
        switch self {
        case .integer, .integerBeyondRange, .otherNumber: true
        case .null, .boolean, .text: false
        }
    }

    private static func number(_ text: String) -> PlainScalar? {
        let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        guard let first = unsigned.first, first.isASCII, first.isNumber || first == "." else { return nil }
        if isDigits(unsigned), text.first != "+", unsigned == "0" || first != "0" {
            return Int64(text).map { .integer($0) } ?? .integerBeyondRange
        }
        if isDigits(unsigned) || isDigits(unsigned.filter { $0 != "_" }) { return .otherNumber }
        let lowercased = unsigned.lowercased()
        if lowercased == ".inf" || lowercased == ".nan" { return .otherNumber }
        if lowercased.hasPrefix("0x") || lowercased.hasPrefix("0o") {
            return lowercased.dropFirst(2).allSatisfy(\.isHexDigit) && lowercased.count > 2 ? .otherNumber : nil
        }
        return isDecimal(lowercased) ? .otherNumber : nil
    }

    private static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether a text is digits with a point, an exponent or both.
    private static func isDecimal(_ text: String) -> Bool {
        let parts = text.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard isDigits(mantissa.joined()) else { return false }
        guard parts.count == 2 else { return true }
        let exponent = parts[1]
        return isDigits(exponent.first == "-" || exponent.first == "+" ? exponent.dropFirst() : exponent)
    }
}
