import Engine
import Ledger
import Loyalty

// Idempotency keys, receipts and identifiers are texts of any length, which an index cannot hold. Their key is the
// first half of SHA-256 over their parts, each behind its length, and a word for what they are; whoever reads by it
// compares the parts, too.

/// The key of something that is unique: 16 bytes, which PostgreSQL calls a uuid.
struct HashedKey: Hashable, Comparable, Sendable {
    let high: UInt64
    let low: UInt64

    init(_ key: IdempotencyKey) {
        self.init("key") {
            $0.append(bigEndian: key.client)
            $0.append(lengthPrefixed: key.key.text)
        }
    }

    init(_ receipt: ReceiptNumber) {
        self.init("receipt") {
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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(96)
        bytes.append(lengthPrefixed: word)
        append(&bytes)
        let words = Digest(hashing: bytes).words
        self.init(high: words.0, low: words.1)
    }

    static func < (left: HashedKey, right: HashedKey) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
