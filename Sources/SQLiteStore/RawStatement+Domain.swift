import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

// The domain's values as columns.

extension RawStatement {
    mutating func bind(_ text: ExactText) { bind(text.text) }
    mutating func bind(_ currency: CurrencyID) { bind(currency.text) }
    mutating func bind(_ points: Points) { bind(points.count) }
    mutating func bind(_ instant: Instant) { bind(instant.milliseconds) }
    mutating func bind(_ instant: Instant?) { bind(instant?.milliseconds) }
    mutating func bind(_ member: MemberNumber) { bind(member.value) }
    mutating func bind(_ writer: WriterID) { bind(writer.value) }
    mutating func bind(_ digest: Digest) { bind(words: digest.words) }
    mutating func bind(_ account: Account) { bind(Int64(account.rawValue)) }

    /// Binds JSON text; the writer only lends its buffer.
    mutating func bind(by json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
        json.reset()
        body(&json)
        bind(utf8: json.bytes)
    }

    /// Binds JSON text, or nothing where there is nothing to say.
    mutating func bindUnless(_ isEmpty: Bool, by json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
        if isEmpty { bindNull() } else { bind(by: &json, body) }
    }

    mutating func bind(_ key: UsageKey) {
        bind(Int64(key.kind.rawValue))
        bind(key.id)
        bind(key.window)
    }

    mutating func bind(_ use: SharedUse) {
        bind(use.key)
        bind(use.change)
        bind(use.limit)
        bind(use.least)
    }

    mutating func bind(_ identifier: Identifier) {
        bind(identifier.kind.text)
        bind(identifier.value)
    }

    mutating func bind(_ receipt: ReceiptNumber) {
        bind(receipt.store)
        bind(receipt.terminal)
        bind(receipt.number)
    }

    func exactText(_ column: Int32) -> ExactText { ExactText(text(column)) }
    func currency(_ column: Int32) -> CurrencyID { CurrencyID(text(column)) }
    func points(_ column: Int32) -> Points { Points(int64(column)) }
    func instant(_ column: Int32) -> Instant { Instant(milliseconds: int64(column)) }
    func optionalInstant(_ column: Int32) -> Instant? { optionalInt64(column).map(Instant.init(milliseconds:)) }
    func member(_ column: Int32) -> MemberNumber { MemberNumber(int64(column)) }

    func digest(_ column: Int32) throws -> Digest {
        guard let words = words(column) else { throw StoreError(.corrupt, "a digest does not have 32 bytes") }
        return Digest(words: words)
    }

    func account(_ column: Int32) throws -> Account {
        guard let account = UInt8(exactly: int64(column)).flatMap(Account.init(rawValue:)) else {
            throw StoreError(.corrupt, "there is no account \(int64(column))")
        }
        return account
    }
}
