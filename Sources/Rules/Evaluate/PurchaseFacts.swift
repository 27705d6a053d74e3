package import Time

/// What rules may know of a purchase.
package struct PurchaseFacts: Hashable, Sendable {
    /// One line of the receipt.
    package struct Line: Hashable, Sendable {
        package let sku: String
        package let category: String
        package let tags: [String]
        package let quantity: Int64
        /// What the line cost after discounts, tax included, in minor units.
        package let amount: Int64
        /// The tax contained in `amount`, in minor units.
        package let tax: Int64

        package init(
            sku: String = "", category: String = "", tags: [String] = [], quantity: Int64 = 1, amount: Int64,
            tax: Int64 = 0
        ) {
            self.sku = sku
            self.category = category
            self.tags = tags
            self.quantity = quantity
            self.amount = amount
            self.tax = tax
        }
    }

    /// The till's time.
    package let occurredAt: Instant
    package let store: String
    /// Empty where the store has no terminals.
    package let terminal: String
    package let channel: String
    /// The index of the member's level, where the program has tiers.
    package let tier: Int?
    package let lines: [Line]

    package init(
        occurredAt: Instant, store: String = "", terminal: String = "", channel: String = "", tier: Int? = nil,
        lines: [Line]
    ) {
        self.occurredAt = occurredAt
        self.store = store
        self.terminal = terminal
        self.channel = channel
        self.tier = tier
        self.lines = lines
    }
}
