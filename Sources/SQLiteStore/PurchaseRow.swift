import Engine
import JSON
import Ledger
import Loyalty
import Rules
import Time

/// The columns of `purchase`: the sale that an operation recorded.
enum PurchaseRow {
    static let columns = "store, terminal, receipt, channel, occurred_at, currency, items"

    /// Reads the purchase whose first column is `first` of the statement's present row.
    static func purchase(_ row: RawStatement, first: Int32 = 0) throws -> Purchase {
        Purchase(
            receipt: ReceiptNumber(
                store: row.exactText(first), terminal: row.exactText(first + 1), number: row.exactText(first + 2)),
            channel: row.text(first + 3), occurredAt: row.instant(first + 4), currency: row.text(first + 5),
            items: try items(row.bytes(first + 6)))
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

    private static func items(_ text: [UInt8]) throws -> [Purchase.Item] {
        try StoredFields.rows(text, of: "items") { fields in
            try Purchase.Item(
                sku: fields.text(), category: fields.text(), tags: fields.texts(), quantity: fields.int(),
                amount: fields.int(), tax: fields.int())
        }
    }
}
