public import Ledger
public import Time

/// Points with which a purchase is paid in part or in whole.
public struct Payment: Hashable, Sendable {
    public let currency: CurrencyID
    /// Greater than zero.
    public let points: Points
    /// The hold that reserved them; they are taken from what is available without one.
    public let hold: OperationID?

    public init(currency: CurrencyID, points: Points, hold: OperationID? = nil) {
        self.currency = currency
        self.points = points
        self.hold = hold
    }
}

/// Points that shall be reserved.
public struct HoldRequest: Hashable, Sendable {
    public let currency: CurrencyID
    /// Greater than zero.
    public let points: Points
    /// How long, in milliseconds; the program's timeout where the caller does not say.
    public let timeoutMs: Int64?

    public init(currency: CurrencyID, points: Points, timeoutMs: Int64?) {
        self.currency = currency
        self.points = points
        self.timeoutMs = timeoutMs
    }
}

/// Points that are reserved.
public struct Hold: Hashable, Sendable {
    /// The number of the operation that reserved them; see `OperationID.reference`.
    public let operation: Int64
    public let currency: CurrencyID
    /// In the order in which they are spent.
    public let shares: [LotShare]
    /// The first instant at which they are free again.
    public let until: Instant
    /// The first instant at which the till that has them as an allowance may no longer use them; `nil` for a plain hold.
    public let validUntil: Instant?

    public init(
        operation: Int64, currency: CurrencyID, shares: [LotShare], until: Instant, validUntil: Instant? = nil
    ) {
        self.operation = operation
        self.currency = currency
        self.shares = shares
        self.until = until
        self.validUntil = validUntil
    }
}

/// Points that shall be spent without a purchase that is known here.
public enum RedemptionRequest: Hashable, Sendable {
    /// As money somewhere else.
    case points(CurrencyID, Points)
    /// For so many of a reward.
    case reward(String, quantity: Int64)
}

extension RedemptionRequest {
    /// Reads itself back from an operation.
    public init?(_ detail: Detail) {
        if let reward = detail.text("reward"), let quantity = detail.integer("quantity") {
            self = .reward(reward, quantity: quantity)
        } else if let currency = detail.text("currency"), let points = detail.integer("points") {
            self = .points(CurrencyID(currency), Points(points))
        } else {
            return nil
        }
    }

    var detail: Detail {
        var detail = Detail()
        switch self {
        case .points(let currency, let points):
            detail.add("currency", currency.text)
            detail.add("points", points.count)
        case .reward(let reward, let quantity):
            detail.add("reward", reward)
            detail.add("quantity", quantity)
        }
        return detail
    }
}

/// Something a member was given and can use once.
public struct Voucher: Hashable, Sendable {
    /// Unguessable; who knows it may use it.
    public let code: ExactText
    /// The id of the reward.
    public let reward: String
    /// The number of the operation that gave it; see `OperationID.reference`.
    public let operation: Int64
    /// The first instant at which it can be used; `nil` for when it was given.
    public let usableFrom: Instant?
    /// The first instant at which it can no longer be used; `nil` for never.
    public let expiresAt: Instant?
    /// The operation that used it, and when.
    public var used: Use?

    /// When a voucher was used.
    public struct Use: Hashable, Sendable {
        public let operation: Int64
        public let at: Instant

        public init(operation: Int64, at: Instant) {
            self.operation = operation
            self.at = at
        }
    }

    public init(
        code: ExactText, reward: String, operation: Int64, usableFrom: Instant? = nil, expiresAt: Instant?,
        used: Use? = nil
    ) {
        self.code = code
        self.reward = reward
        self.operation = operation
        self.usableFrom = usableFrom
        self.expiresAt = expiresAt
        self.used = used
    }
}

/// What is done with a voucher.
public enum VoucherUse: Int64, Hashable, Sendable {
    case redeem = 1
    /// A use that did not happen after all.
    case giveBack = 2
}

/// Points that someone corrects by hand.
public struct Adjustment: Hashable, Sendable {
    public let currency: CurrencyID
    /// Not 0; below it points are taken away.
    public let points: Int64
    public let reason: String

    public init(currency: CurrencyID, points: Int64, reason: String) {
        self.currency = currency
        self.points = points
        self.reason = reason
    }
}
