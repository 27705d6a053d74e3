public import Ledger
public import Rules
public import Time

/// What a till or a shop reports of one sale. It holds no personal data. A class, because it goes through many hands and
/// a copy would cost one reference for each of its texts.
public final class Purchase: Sendable {
    /// One line of the receipt.
    public typealias Item = Facts.Line

    public let receipt: ReceiptNumber
    public let channel: String
    /// The till's time.
    public let occurredAt: Instant
    /// The ISO 4217 code of the amounts.
    public let currency: String
    /// Words about the sale as a whole that rules can ask for.
    public let tags: [String]
    /// The codes of the coupons that were used.
    public let coupons: [String]
    public let items: [Item]
    /// The points that paid a part of it; `nil` for money alone.
    public let payment: Payment?
    /// The stored value that paid a part of it, as money would have.
    public let value: Payment?

    public init(
        receipt: ReceiptNumber, channel: String, occurredAt: Instant, currency: String, tags: [String] = [],
        coupons: [String] = [], items: [Item], payment: Payment? = nil,
        value: Payment? = nil
    ) {
        self.receipt = receipt
        self.channel = channel
        self.occurredAt = occurredAt
        self.currency = currency
        self.tags = tags
        self.coupons = coupons
        self.items = items
        self.payment = payment
        self.value = value
    }

    /// Whether neither points nor stored value paid for it.
    public var isPaidWithMoney: Bool { payment == nil && value == nil }

    /// The holds from which it was paid.
    public var holds: [OperationID] { [payment?.hold, value?.hold].compactMap { $0 } }

    /// The sum of the items' amounts, or `nil` where it does not fit 64 bits.
    public var amount: Int64? {
        var sum: Int64 = 0
        for item in items {
            let (next, overflow) = sum.addingReportingOverflow(item.amount)
            if overflow { return nil }
            sum = next
        }
        return sum
    }
}

extension Purchase: CustomStringConvertible {
    /// Everything that was sold, and how it was paid.
    public var description: String {
        "Purchase(\(receipt), \(channel), \(occurredAt), \(currency), \(tags), \(coupons), \(items), \(payment as Any), "
            + "\(value as Any))"
    }
}

extension Purchase: Hashable {
    public static func == (left: Purchase, right: Purchase) -> Bool {
        left === right
            || (left.receipt == right.receipt && left.channel == right.channel && left.occurredAt == right.occurredAt
                && left.currency == right.currency && left.tags == right.tags && left.coupons == right.coupons
                && left.items == right.items && left.payment == right.payment
                && left.value == right.value)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(receipt)
        hasher.combine(occurredAt)
        hasher.combine(items)
        hasher.combine(payment)
    }
}

/// What makes a sale unique: a store, a terminal in it (empty where there is none) and the receipt's number there.
public struct ReceiptNumber: Hashable, Sendable {
    public let store: ExactText
    public let terminal: ExactText
    public let number: ExactText

    public init(store: ExactText, terminal: ExactText, number: ExactText) {
        self.store = store
        self.terminal = terminal
        self.number = number
    }
}
