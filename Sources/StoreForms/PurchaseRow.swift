import Engine
public import JSON
public import Loyalty
public import Rules

/// What of a purchase is JSON.
public enum PurchaseRow {
    /// Writes items as JSON: `[[sku, category, [tag, …], quantity, amount, tax], …]`.
    public static func write(_ items: [Purchase.Item], to json: inout JSONWriter) {
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
    public static func writeWords(of purchase: Purchase, to json: inout JSONWriter) {
        json.beginArray()
        for words in [purchase.tags, purchase.coupons] {
            json.beginArray()
            for word in words { json.string(word) }
            json.endArray()
        }
        json.endArray()
    }

    /// Reads tags and coupons.
    public static func words(_ text: [UInt8]) throws -> (tags: [String], coupons: [String]) {
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

    /// Reads items.
    public static func items(_ text: [UInt8]) throws -> [Purchase.Item] {
        if let items = PlainItems.read(text) { return items }
        return try StoredFields.rows(text, of: "items") { fields in
            try Purchase.Item(
                sku: fields.text(), category: fields.text(), tags: fields.texts(), quantity: fields.int(),
                amount: fields.int(), tax: fields.int())
        }
    }
}
