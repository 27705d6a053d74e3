package import Ledger
package import Time

/// Points that a till wants to have at hand when it cannot ask.
package struct AllowanceRequest: Hashable, Sendable {
    package let currency: CurrencyID
    /// Greater than zero.
    package let points: Points
    /// For how long the till may use them, in milliseconds; as long as the program says where the caller does not.
    package let validMs: Int64?
    /// The only till that may use them.
    package let till: Till

    /// A till: a store, and a terminal in it (empty where there is none).
    package struct Till: Hashable, Sendable {
        package let store: ExactText
        package let terminal: ExactText

        package init(store: ExactText, terminal: ExactText) {
            self.store = store
            self.terminal = terminal
        }
    }

    package init(currency: CurrencyID, points: Points, validMs: Int64?, till: Till) {
        self.currency = currency
        self.points = points
        self.validMs = validMs
        self.till = till
    }
}

extension AllowanceRequest {
    /// Reads itself back from an operation.
    package init(_ operation: Operation) {
        let detail = operation.detail ?? Detail()
        self.init(
            currency: CurrencyID(detail.text("currency") ?? ""), points: Points(detail.integer("points") ?? 0),
            validMs: (detail.integer("valid_until") ?? 0) - operation.postedAt.milliseconds,
            till: Till(
                store: ExactText(detail.text("store") ?? ""), terminal: ExactText(detail.text("terminal") ?? "")))
    }
}

/// Points that a till may let a member spend without asking.
package struct Allowance: Hashable, Sendable {
    package let operation: OperationID
    package let currency: CurrencyID
    package let points: Points
    package let till: AllowanceRequest.Till
    package let drawnAt: Instant
    /// The first instant at which the till may no longer use them.
    package let validUntil: Instant
    /// The first instant at which they are free again, should nobody settle.
    package let until: Instant

    package init(
        operation: OperationID, currency: CurrencyID, points: Points, till: AllowanceRequest.Till, drawnAt: Instant,
        validUntil: Instant, until: Instant
    ) {
        self.operation = operation
        self.currency = currency
        self.points = points
        self.till = till
        self.drawnAt = drawnAt
        self.validUntil = validUntil
        self.until = until
    }
}

/// What a till used of an allowance.
package struct Settlement: Hashable, Sendable {
    /// May be zero.
    package let used: Points
    /// When it used the last of it, or gave it back, by its clock.
    package let usedAt: Instant

    package init(used: Points, usedAt: Instant) {
        self.used = used
        self.usedAt = usedAt
    }
}
