public import Ledger
import Rules
public import Time

/// Money that a member pays in, to be spent later.
public struct TopUp: Hashable, Sendable {
    /// A currency of stored value.
    public let currency: CurrencyID
    /// What the till reports of it: a sale of nothing but the value, so that its receipt is unique among all receipts.
    public let sale: Purchase

    /// - Parameters:
    ///   - amount: in minor units; greater than zero.
    ///   - money: the ISO 4217 code of the amount.
    public init(
        currency: CurrencyID, amount: Int64, money: String, receipt: ReceiptNumber, channel: String = "",
        occurredAt: Instant
    ) {
        self.currency = currency
        sale = Purchase(
            receipt: receipt, channel: channel, occurredAt: occurredAt, currency: money,
            items: [Purchase.Item(amount: amount)])
    }

    /// Reads itself back from an operation.
    public init?(_ operation: Operation) {
        guard operation.kind == .topUp, let sale = operation.purchase, let currency = operation.detail?.text("currency")
        else { return nil }
        self.currency = CurrencyID(currency)
        self.sale = sale
    }

    /// What is paid in.
    public var amount: Points { Points(sale.amount ?? 0) }

    var detail: Detail {
        var detail = Detail()
        detail.add("currency", currency.text)
        return detail
    }
}
