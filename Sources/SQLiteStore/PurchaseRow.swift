import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

/// The columns of `purchase`: the sale that an operation recorded.
enum PurchaseRow {
    static let columns = "store, terminal, receipt, channel, occurred_at, currency, items, words, payment"

    /// Reads a member's purchase, whose first column is `first` of the statement's present row.
    static func purchase(_ row: RawStatement, of member: MemberNumber, first: Int32 = 0) throws -> Purchase {
        let words = row.isNull(first + 7) ? nil : try words(row.bytes(first + 7))
        return Purchase(
            receipt: ReceiptNumber(
                store: row.exactText(first), terminal: row.exactText(first + 1), number: row.exactText(first + 2)),
            channel: row.text(first + 3), occurredAt: row.instant(first + 4), currency: row.text(first + 5),
            tags: words?.tags ?? [], coupons: words?.coupons ?? [],
            items: try items(row.bytes(first + 6)),
            payment: row.isNull(first + 8) ? nil : try PaymentColumn.payment(row.bytes(first + 8), of: member))
    }

    static func write(_ items: [Purchase.Item], to json: inout JSONWriter) {
        json.beginArray()
        for item in items {
            json.beginArray()
            json.string(item.sku)
            json.string(item.category)
            json.beginArray()
            for tag in item.tags { json.string(tag) }
            json.endArray()
            json.int(item.quantity)
            json.int(item.amount)
            json.int(item.tax)
            json.endArray()
        }
        json.endArray()
    }

    /// Tags and coupons, `[[tag, …], [coupon, …]]`.
    static func writeWords(of purchase: Purchase, to json: inout JSONWriter) {
        json.beginArray()
        for words in [purchase.tags, purchase.coupons] {
            json.beginArray()
            for word in words { json.string(word) }
            json.endArray()
        }
        json.endArray()
    }

    private static func words(_ text: [UInt8]) throws -> (tags: [String], coupons: [String]) {
        var lists: [[String]] = []
        for list in try StoredFields.document(text, of: "words").elements {
            lists.append(
                try list.elements.map {
                    guard let word = $0.string else { throw StoredFields.corrupt("words") }
                    return word
                })
        }
        guard lists.count == 2 else { throw StoredFields.corrupt("words") }
        return (lists[0], lists[1])
    }

    private static func items(_ text: [UInt8]) throws -> [Purchase.Item] {
        try StoredFields.rows(text, of: "items") { fields in
            try Purchase.Item(
                sku: fields.text(), category: fields.text(), tags: fields.texts(), quantity: fields.int(),
                amount: fields.int(), tax: fields.int())
        }
    }
}
