public import Ledger

/// Ids that nobody can guess and people can read out: 16 characters of Crockford's base 32, 80 random bits.
public enum RandomID {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Draws an id.
    public static func draw(using generator: inout some RandomNumberGenerator) -> ExactText {
        ExactText(
            String(
                decoding: (0..<16).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }, as: UTF8.self))
    }
}

/// Codes of vouchers, which nobody can guess and people can type: 15 random characters of Crockford's base 32, 75 bits,
/// and one that checks them.
public enum VoucherCode {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Draws a code.
    public static func draw(using generator: inout some RandomNumberGenerator) -> ExactText {
        let values = (0..<15).map { _ in Int.random(in: 0..<32, using: &generator) }
        return ExactText(
            String(decoding: (values + [check(values)]).map { alphabet[$0] }, as: UTF8.self))
    }

    /// The code that someone typed: without spaces and hyphens, in lower case; `nil` where a character must be wrong.
    public static func read(_ text: String) -> ExactText? {
        let typed = text.lowercased().utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
        let values = typed.compactMap { alphabet.firstIndex(of: $0) }
        guard typed.count == 16, values.count == 16, check(values.dropLast()) == values[15] else { return nil }
        return ExactText(String(decoding: typed, as: UTF8.self))
    }

    /// Luhn's formula for an alphabet of 32: it finds every wrong character and nearly every pair that was swapped.
    private static func check(_ values: some BidirectionalCollection<Int>) -> Int {
        var factor = 2
        var sum = 0
        for value in values.reversed() {
            let addend = value * factor
            factor = 3 - factor
            sum += addend / 32 + addend % 32
        }
        return (32 - sum % 32) % 32
    }
}
