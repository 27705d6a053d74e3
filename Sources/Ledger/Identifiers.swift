/// The number of a member inside one database: 1, 2, 3 … with holes. Never shown to people.
public struct MemberNumber: Hashable, Comparable, Sendable {
    public let value: Int64

    public init(_ value: Int64) {
        self.value = value
    }

    public static func < (left: MemberNumber, right: MemberNumber) -> Bool {
        left.value < right.value
    }
}

/// The name of a point currency in its program, such as `beans`.
public struct CurrencyID: Hashable, Comparable, Sendable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public static func < (left: CurrencyID, right: CurrencyID) -> Bool {
        left.text < right.text
    }
}

/// A text from outside that is compared byte by byte.
///
/// Swift compares strings by canonical equivalence, databases and tills compare bytes: a card number written with
/// `é` in one code point and one written with two are two cards everywhere or nowhere. Keys, identifiers, receipts,
/// stores and terminals are of this type.
public struct ExactText: Hashable, Sendable, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public init(stringLiteral text: String) {
        self.text = text
    }

    public static func == (left: ExactText, right: ExactText) -> Bool {
        let (left, right) = (left.text.utf8, right.text.utf8)
        let (bytes, others) = (left.span, right.span)
        guard bytes.count == others.count else { return false }
        // From the end: keys and numbers of one shop begin alike.
        for index in bytes.indices.reversed() where bytes[index] != others[index] { return false }
        return true
    }

    /// Feeds the hasher eight bytes at a time: one at a time is several times slower, and every call hashes a few texts.
    public func hash(into hasher: inout Hasher) {
        let utf8 = text.utf8
        let bytes = utf8.span
        var word: UInt64 = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            if index & 7 == 7 { hasher.combine(word) }
        }
        hasher.combine(word)
        hasher.combine(bytes.count)
    }
}

/// A SHA-256 digest: 32 bytes kept as four big-endian words, so that a digest needs no allocation.
public struct Digest: Hashable, Sendable {
    public let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest in front of the first operation of a member and the first block of a writer.
    public static let zero = Digest(words: (0, 0, 0, 0))

    public init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Reads 32 bytes; `nil` for any other number of them.
    public init?(_ bytes: some Sequence<UInt8>) {
        var words: [4 of UInt64] = [0, 0, 0, 0]
        var count = 0
        for byte in bytes {
            guard count < 32 else { return nil }
            words[count >> 3] = words[count >> 3] << 8 | UInt64(byte)
            count += 1
        }
        guard count == 32 else { return nil }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// Appends the 32 bytes.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: words.0)
        bytes.append(bigEndian: words.1)
        bytes.append(bigEndian: words.2)
        bytes.append(bigEndian: words.3)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        append(to: &bytes)
        return bytes
    }

    public static func == (left: Digest, right: Digest) -> Bool {
        left.words == right.words
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

extension Digest {
    /// Reads 64 hexadecimal digits; `nil` for any other text.
    public init?(hexadecimal text: String) {
        guard text.utf8.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for (index, digit) in text.unicodeScalars.enumerated() {
            guard digit.isASCII, let value = Character(digit).hexDigitValue else { return nil }
            if index & 1 == 0 { bytes.append(UInt8(value) << 4) } else { bytes[bytes.count - 1] |= UInt8(value) }
        }
        self.init(bytes)
    }
}

extension Digest: CustomStringConvertible {
    /// 64 hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
