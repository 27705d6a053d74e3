public import Ledger

/// A secret by which a client proves who it is: `kz_pos_` and 256 random bits in hexadecimal.
///
/// Only its digest is ever stored. The bits are random, so the digest needs neither salt nor slowness.
public struct APIKey: Sendable {
    /// The secret. It is shown once, when it is made.
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    /// A new key for a role.
    public init(for role: Role, using generator: inout some RandomNumberGenerator) {
        let words = (0..<4).map { _ in UInt64.random(in: .min ... .max, using: &generator) }
        let secret = Digest(words: (words[0], words[1], words[2], words[3]))
        self.init("kz_\(role.rawValue)_\(secret)")
    }

    /// What is stored of it.
    public var digest: Digest { Digest(hashing: Array(text.utf8)) }
}

extension Digest {
    /// Whether two digests are equal, in a time that does not depend on where they differ.
    public func equalsInConstantTime(_ other: Digest) -> Bool {
        let difference =
            (words.0 ^ other.words.0) | (words.1 ^ other.words.1) | (words.2 ^ other.words.2)
            | (words.3 ^ other.words.3)
        return difference == 0
    }
}
