public import Time

/// Points that came in together and lapse together.
///
/// Lots are spent in the order of their places (`LotPlace`). A pending lot has not vested: it is shown and cannot be spent.
public struct Lot: Hashable, Sendable {
    /// When the points of a lot can be spent.
    public enum Vesting: Hashable, Sendable {
        /// They can.
        case vested
        /// From an instant on.
        case at(Instant)
        /// Once the purchase is confirmed; until then the lot's expiry is when it is taken back.
        case onConfirmation
    }

    /// The place among the member's lots, from 1.
    public let number: Int64
    public let currency: CurrencyID
    /// The member's operation that brought the points in.
    public let origin: Int64
    public let ruleSetVersion: Int64
    public let original: Points
    /// What is left of `original`; a lot is closed when nothing is left.
    public var remaining: Points
    /// The part of `remaining` that holds have reserved.
    public var held: Points
    /// When the points were earned: the till's time.
    public let earnedAt: Instant
    public var vesting: Vesting
    /// The first instant at which the points can no longer be used; `nil` for never.
    public var expiresAt: Instant?

    public init(
        number: Int64, currency: CurrencyID, origin: Int64, ruleSetVersion: Int64, original: Points,
        remaining: Points, held: Points = .zero, earnedAt: Instant, vesting: Vesting = .vested, expiresAt: Instant?
    ) {
        precondition(
            .zero < original && .zero <= held && held <= remaining && remaining <= original,
            "a lot holds between nothing and what came in")
        self.number = number
        self.currency = currency
        self.origin = origin
        self.ruleSetVersion = ruleSetVersion
        self.original = original
        self.remaining = remaining
        self.held = held
        self.earnedAt = earnedAt
        self.vesting = vesting
        self.expiresAt = expiresAt
    }

    /// Whether nothing is left.
    public var isClosed: Bool { remaining == .zero }

    /// Whether the points have not vested yet.
    public var isPending: Bool { vesting != .vested }

    /// What is left and not reserved.
    public var free: Points { Points(remaining.count - held.count) }

    /// The member's account that the free points are on.
    var account: Account { isPending ? .pending : .available }

    /// Whether the points can no longer be used at an instant: the instant of expiry itself is already too late.
    public func hasLapsed(at instant: Instant) -> Bool {
        guard let expiresAt else { return false }
        return expiresAt <= instant
    }

    /// Appends the hashed form of a lot as it is opened.
    public func encodeOpening(into bytes: inout [UInt8]) {
        bytes.append(bigEndian: number)
        bytes.append(lengthPrefixed: currency.text)
        bytes.append(bigEndian: original.count)
        bytes.append(bigEndian: earnedAt.milliseconds)
        bytes.append(optional: expiresAt) { $0.append(bigEndian: $1.milliseconds) }
        switch vesting {
        case .vested: return
        case .at(let instant):
            bytes.append(lengthPrefixed: "vests")
            bytes.append(bigEndian: instant.milliseconds)
        case .onConfirmation:
            bytes.append(lengthPrefixed: "confirmed")
        }
    }
}

/// Some points of one lot.
public struct LotShare: Hashable, Sendable {
    /// The lot's number.
    public let lot: Int64
    /// Greater than zero.
    public var points: Points

    public init(lot: Int64, points: Points) {
        self.lot = lot
        self.points = points
    }
}

extension [LotShare] {
    /// The sum; the points of one currency of one member always fit.
    public var total: Points { Points(reduce(0) { $0 + $1.points.count }) }

    /// The first so many points of the shares, in their order, and what is left of them.
    public func split(at points: Points) -> (first: [LotShare], rest: [LotShare]) {
        var first: [LotShare] = []
        var rest: [LotShare] = []
        var wanted = points.count
        for share in self {
            let taken = Swift.min(wanted, share.points.count)
            wanted -= taken
            if taken > 0 { first.append(LotShare(lot: share.lot, points: Points(taken))) }
            if taken < share.points.count {
                rest.append(LotShare(lot: share.lot, points: Points(share.points.count - taken)))
            }
        }
        return (first, rest)
    }
}
