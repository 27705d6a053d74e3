package import Ledger

/// Ids that nobody can guess and people can read out: 16 characters of Crockford's base 32, 80 random bits.
package enum RandomID {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Draws an id.
    package static func draw(using generator: inout some RandomNumberGenerator) -> ExactText {
        ExactText(
            String(
                decoding: (0..<16).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }, as: UTF8.self))
    }
}
