import Ledger
package import Loyalty
import Rules
package import Time

extension Instant {
    /// A time of RFC 3339 that must be right.
    package init(_ text: String) {
        do throws(RFC3339Error) {
            try self.init(rfc3339: text)
        } catch {
            preconditionFailure("\(text): \(error)")
        }
    }
}

extension Purchase {
    /// A sale of one line.
    package static func sale(
        _ amount: Int64, tax: Int64 = 0, at time: String, receipt: String = "1", store: String = "tokyo-01",
        currency: String = "JPY", tags: [String] = []
    ) -> Purchase {
        Purchase(
            receipt: ReceiptNumber(
                store: ExactText(store), terminal: "t1", number: ExactText(receipt)),
            channel: "pos", occurredAt: Instant(time), currency: currency,
            items: [Item(sku: "latte", category: "drink", tags: tags, quantity: 1, amount: amount, tax: tax)])
    }
}

extension Identifier {
    /// A card.
    package static func card(_ number: String) -> Identifier { Identifier(.card, ExactText(number)) }
    /// A member's id.
    package static func member(_ id: String) -> Identifier { Identifier(.member, ExactText(id)) }
}
