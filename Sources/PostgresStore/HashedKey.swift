import Engine
import Ledger
import Loyalty

// Idempotency keys, receipts and identifiers are texts of any length, which an index cannot hold. Their key comes from
// SHA-256 over their parts, each behind its length, and a word for what they are; whoever reads by it compares the
// parts, too.
//
// Tills count their receipts, and most clients their keys. So the keys of claims are not scattered: their first half is
// a number for everything in front of the last digits, and those digits, and only the second half is of SHA-256. What
// one till posts then goes into the same page of the index, one behind the other, instead of each into a page of its
// own, which would have to be found, read and logged as a whole once a checkpoint.

/// The key of something that is unique: 16 bytes, which PostgreSQL calls a uuid.
struct HashedKey: Hashable, Comparable, Sendable {
    let high: UInt64
    let low: UInt64

    init(_ key: IdempotencyKey) {
        self.init("key", countingIn: key.key) {
            $0.append(bigEndian: key.client)
            $0.append(lengthPrefixed: key.key.text)
        }
    }

    /// Not a key at all, but as long as one.
    init(_ salt: Salt) {
        self.init(high: salt.high, low: salt.low)
    }

    init(_ receipt: ReceiptNumber) {
        self.init("receipt", countingIn: receipt.number) {
            $0.append(lengthPrefixed: receipt.store.text)
            $0.append(lengthPrefixed: receipt.terminal.text)
            $0.append(lengthPrefixed: receipt.number.text)
        }
    }

    init(_ identifier: Identifier) {
        self.init("identifier") {
            $0.append(lengthPrefixed: identifier.kind.text)
            $0.append(lengthPrefixed: identifier.value.text)
        }
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    private init(_ word: String, _ append: (inout [UInt8]) -> Void) {
        let words = Digest(hashing: Self.parts(word, append)).words
        self.init(high: words.0, low: words.1)
    }

    /// - Parameter counted: the last part, which may end with a running number.
    private init(_ word: String, countingIn counted: ExactText, _ append: (inout [UInt8]) -> Void) {
        let parts = Self.parts(word, append)
        let length = min(9, counted.text.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count)
        var group = FNV1a()
        for byte in parts.dropLast(length) { group.add(byte) }
        let number = parts.suffix(length).reduce(UInt32(0)) { $0 * 10 + UInt32($1 - 0x30) }
        self.init(high: UInt64(group.value) << 32 | UInt64(number), low: Digest(hashing: parts).words.0)
    }

    private static func parts(_ word: String, _ append: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(96)
        bytes.append(lengthPrefixed: word)
        append(&bytes)
        return bytes
    }

    static func < (left: HashedKey, right: HashedKey) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// The hash of Fowler, Noll and Vo in 32 bits: it says where a key lies, never which one it is.
private struct FNV1a {
    private(set) var value: UInt32 = 0x811C_9DC5

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt32(byte)) &* 0x0100_0193
    }
}
