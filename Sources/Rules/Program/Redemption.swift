public import Time

/// How points are spent.
public struct RedemptionPolicy: Equatable, Sendable {
    /// How points pay money; `nil` where they do not.
    public let pay: PointsPayment?
    public let holds: HoldPolicy
    /// How points are reserved for tills that cannot ask; `nil` where they are not.
    public let allowances: AllowancePolicy?
    public let rewards: [Reward]

    /// What holds where a document does not say.
    public static let standard = RedemptionPolicy(
        pay: nil,
        holds: HoldPolicy(timeout: CalendarSpan(trusted: 15, .minute), longest: CalendarSpan(trusted: 24, .hour)),
        allowances: nil, rewards: [])
}

/// Points as a way to pay.
public struct PointsPayment: Hashable, Sendable {
    /// The index of the currency.
    public let currency: Int
    /// What a point is worth, in thousandths of a minor unit.
    public let worth: Int64
    /// The least number of points.
    public let minimum: Int64
    /// Points are spent in multiples of it.
    public let step: Int64
    /// The greatest share of a basket that can be paid with points, in thousandths.
    public let most: Int64
    /// Whether what is paid with points earns points.
    public let earns: Bool

    /// What points are worth in minor units, rounded down; `nil` where it does not fit 64 bits.
    public func money(for points: Int64) -> Int64? {
        Int64(exactly: Int128(points) * Int128(worth) / 1000)
    }

    /// The points that cover an amount of minor units, rounded up.
    public func points(for money: Int64) -> Int64? {
        Int64(exactly: (Int128(money) * 1000 + Int128(worth) - 1) / Int128(worth))
    }

    /// The most points that can be used on a basket.
    ///
    /// - Parameter amount: the basket, in minor units.
    public func mostPoints(on amount: Int64, available: Int64) -> Int64 {
        let payable = Int128(max(0, amount)) * Int128(most) / 1000
        let covering = (payable * 1000) / Int128(worth)
        let most = min(Int64(clamping: covering), available)
        let stepped = most - most % step
        return stepped < minimum ? 0 : stepped
    }
}

/// How long points can be reserved.
public struct HoldPolicy: Hashable, Sendable {
    /// Where the caller does not say.
    public let timeout: CalendarSpan
    public let longest: CalendarSpan
}

/// How points can be reserved for tills that cannot ask.
public struct AllowancePolicy: Hashable, Sendable {
    /// How long a till may use them where the caller does not say.
    public let valid: CalendarSpan
    public let longest: CalendarSpan
    /// How long after that they stay reserved, so that a till that comes back late can tell what it used in time.
    public let settleWithin: CalendarSpan
    /// The most points at a time; `nil` for any number.
    public let most: Int64?

    /// What holds where a document does not say.
    public static let standard = AllowancePolicy(
        valid: CalendarSpan(trusted: 24, .hour), longest: CalendarSpan(trusted: 72, .hour),
        settleWithin: CalendarSpan(trusted: 7, .day), most: nil)
}

/// Something that points are exchanged for.
public struct Reward: Equatable, Sendable {
    public let id: String
    public let title: LocalizedText
    /// The index of the currency.
    public let currency: Int
    /// In points; 0 for rewards that only stamp cards give.
    public let cost: Int64
    /// Other costs for levels by their index.
    public let tierCosts: [TierCost]
    /// How many there are for all members together; `nil` for any number.
    public let stock: Int64?
    /// How often one member may have it.
    public let limit: UsageLimit?
    /// The voucher that it is given as; `nil` where it is handed out at once.
    public let voucher: VoucherPolicy?
    public let effective: EffectivePeriod

    /// What a level pays instead.
    public struct TierCost: Hashable, Sendable {
        /// The index of the level.
        public let level: Int
        public let cost: Int64
    }

    /// What one costs a member of a level.
    public func cost(atLevel level: Int?) -> Int64 {
        tierCosts.first { $0.level == level }?.cost ?? cost
    }
}

/// From when and until when a voucher can be used.
public struct VoucherPolicy: Hashable, Sendable {
    /// From the start of the day that is so far away, or after so many hours; `nil` for at once.
    public let after: CalendarSpan?
    /// Not before this instant.
    public let from: Instant?
    /// From the day on which it begins to the end of the last day; `nil` for ever.
    public let valid: CalendarSpan?
    /// The first instant that is too late, however long it would live.
    public let until: Instant?

    /// The first instant at which a voucher can be used that is given at an instant, where that is later, and the first
    /// at which it no longer can.
    public func term(from given: Instant, in zone: Zone) -> (from: Instant?, until: Instant?) {
        let day = zone.date(at: given)
        let waited = after.map { $0.isCalendar ? zone.startOfDay(day.adding($0)) : zone.adding($0, to: given) }
        let start = [waited, from].compactMap { $0 }.max().flatMap { $0 > given ? $0 : nil }
        let begins = start ?? given
        let lived = valid.map {
            $0.isCalendar
                ? zone.startOfDay(zone.date(at: begins).adding($0).adding(days: 1)) : zone.adding($0, to: begins)
        }
        return (start, [lived, until].compactMap { $0 }.min())
    }
}

/// What returns do.
public struct ReturnPolicy: Hashable, Sendable {
    /// How what is taken back is found.
    public enum Clawback: String, Hashable, Sendable, CaseIterable {
        /// What was earned less what the kept goods would have earned.
        case recompute
        /// The share of the money that came back, rounded down.
        case proportional
    }

    /// How points that paid come back.
    public enum Restore: String, Hashable, Sendable, CaseIterable {
        /// With the lines that they paid.
        case byLine = "by_line"
    }

    /// When a level falls that the returned goods had reached.
    public enum TierFall: String, Hashable, Sendable, CaseIterable {
        case nextReview = "next_review"
        case immediately
    }

    public let clawback: Clawback
    public let restore: Restore
    /// Points that come back live at least so long.
    public let goodwill: CalendarSpan?
    public let tier: TierFall

    /// What holds where a document does not say.
    public static let standard = ReturnPolicy(
        clawback: .recompute, restore: .byLine, goodwill: nil, tier: .nextReview)
}

/// What members may give each other.
public struct TransferPolicy: Hashable, Sendable {
    public let isAllowed: Bool
    /// The most that a member may give away in a window.
    public let limit: UsageLimit?

    /// What holds where a document does not say.
    public static let standard = TransferPolicy(isAllowed: false, limit: nil)
}
