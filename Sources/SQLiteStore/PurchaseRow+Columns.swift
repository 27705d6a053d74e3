import Engine
import Ledger
import Loyalty
import Rules
import StoreForms
import Time

extension PurchaseRow {
    /// The columns of `purchase`: the sale that an operation recorded.
    static let columns = "store, terminal, receipt, channel, occurred_at, currency, items, words, payment"

    /// Reads a member's purchase, whose first column is `first` of the statement's present row.
    static func purchase(_ row: RawStatement, of member: MemberNumber, first: Int32 = 0) throws -> Purchase {
        let words = row.isNull(first + 7) ? nil : try words(row.bytes(first + 7))
        let paid = row.isNull(first + 8) ? nil : try PaymentColumn.payments(row.bytes(first + 8), of: member)
        return Purchase(
            receipt: ReceiptNumber(
                store: row.exactText(first), terminal: row.exactText(first + 1), number: row.exactText(first + 2)),
            channel: row.text(first + 3), occurredAt: row.instant(first + 4), currency: row.text(first + 5),
            tags: words?.tags ?? [], coupons: words?.coupons ?? [],
            items: try items(row.bytes(first + 6)),
            payment: paid?.points, value: paid?.value)
    }
}
