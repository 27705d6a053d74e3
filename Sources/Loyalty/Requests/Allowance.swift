public import Ledger
public import Time

/// Points that a till wants to have at hand when it cannot ask.
public struct AllowanceRequest: Hashable, Sendable {
    public let currency: CurrencyID
    /// Greater than zero.
    public let points: Points
    /// For how long the till may use them, in milliseconds; as long as the program says where the caller does not.
    public let validMs: Int64?
    /// The only till that may use them.
    public let till: Till

    /// A till: a store, and a terminal in it (empty where there is none).
    public struct Till: Hashable, Sendable {
        public let store: ExactText
        public let terminal: ExactText

        public init(store: ExactText, terminal: ExactText) {
            self.store = store
            self.terminal = terminal
        }
    }

    public init(currency: CurrencyID, points: Points, validMs: Int64?, till: Till) {
        self.currency = currency
        self.points = points
        self.validMs = validMs
        self.till = till
    }
}

extension AllowanceRequest {
    /// Reads itself back from an operation.
    public init(_ operation: Operation) {
        let detail = operation.detail ?? Detail()
        self.init(
            currency: CurrencyID(detail.text("currency") ?? ""), points: Points(detail.integer("points") ?? 0),
            validMs: (detail.integer("valid_until") ?? 0) - operation.postedAt.milliseconds,
            till: Till(
                store: ExactText(detail.text("store") ?? ""), terminal: ExactText(detail.text("terminal") ?? "")))
    }
}

/// Points that a till may let a member spend without asking.
public struct Allowance: Hashable, Sendable {
    public let operation: OperationID
    public let currency: CurrencyID
    public let points: Points
    public let till: AllowanceRequest.Till
    public let drawnAt: Instant
    /// The first instant at which the till may no longer use them.
    public let validUntil: Instant
    /// The first instant at which they are free again, should nobody settle.
    public let until: Instant

    public init(
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
public struct Settlement: Hashable, Sendable {
    /// May be zero.
    public let used: Points
    /// When it used the last of it, or gave it back, by its clock.
    public let usedAt: Instant

    public init(used: Points, usedAt: Instant) {
        self.used = used
        self.usedAt = usedAt
    }
}
