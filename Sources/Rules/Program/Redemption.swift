package import Time

/// How points are spent.
package struct RedemptionPolicy: Equatable, Sendable {
    /// How points pay money; `nil` where they do not.
    package let pay: PointsPayment?
    package let holds: HoldPolicy
    /// How points are reserved for tills that cannot ask; `nil` where they are not.
    package let allowances: AllowancePolicy?
    package let rewards: [Reward]

    /// What holds where a document does not say.
    package static let standard = RedemptionPolicy(
        pay: nil,
        holds: HoldPolicy(timeout: CalendarSpan(trusted: 15, .minute), longest: CalendarSpan(trusted: 24, .hour)),
        allowances: nil, rewards: [])
}

/// Points as a way to pay.
package struct PointsPayment: Hashable, Sendable {
    /// The index of the currency.
    package let currency: Int
    /// What a point is worth, in thousandths of a minor unit.
    package let worth: Int64
    /// The least number of points.
    package let minimum: Int64
    /// Points are spent in multiples of it.
    package let step: Int64
    /// The greatest share of a basket that can be paid with points, in thousandths.
    package let most: Int64
    /// Whether what is paid with points earns points.
    package let earns: Bool

    /// What points are worth in minor units, rounded down; `nil` where it does not fit 64 bits.
    package func money(for points: Int64) -> Int64? {
        Int64(exactly: Int128(points) * Int128(worth) / 1000)
    }

    /// The points that cover an amount of minor units, rounded up.
    package func points(for money: Int64) -> Int64? {
        Int64(exactly: (Int128(money) * 1000 + Int128(worth) - 1) / Int128(worth))
    }

    /// The most points that can be used on a basket.
    ///
    /// - Parameter amount: the basket, in minor units.
    package func mostPoints(on amount: Int64, available: Int64) -> Int64 {
        let payable = Int128(max(0, amount)) * Int128(most) / 1000
        let covering = (payable * 1000) / Int128(worth)
        let most = min(Int64(clamping: covering), available)
        let stepped = most - most % step
        return stepped < minimum ? 0 : stepped
    }
}

/// How long points can be reserved.
package struct HoldPolicy: Hashable, Sendable {
    /// Where the caller does not say.
    package let timeout: CalendarSpan
    package let longest: CalendarSpan
}

/// How points can be reserved for tills that cannot ask.
package struct AllowancePolicy: Hashable, Sendable {
    /// How long a till may use them where the caller does not say.
    package let valid: CalendarSpan
    package let longest: CalendarSpan
    /// How long after that they stay reserved, so that a till that comes back late can tell what it used in time.
    package let settleWithin: CalendarSpan
    /// The most points at a time; `nil` for any number.
    package let most: Int64?

    /// What holds where a document does not say.
    package static let standard = AllowancePolicy(
        valid: CalendarSpan(trusted: 24, .hour), longest: CalendarSpan(trusted: 72, .hour),
        settleWithin: CalendarSpan(trusted: 7, .day), most: nil)
}

/// Something that points are exchanged for.
package struct Reward: Equatable, Sendable {
    package let id: String
    package let title: LocalizedText
    /// The index of the currency.
    package let currency: Int
    /// In points; 0 for rewards that only stamp cards give.
    package let cost: Int64
    /// Other costs for levels by their index.
    package let tierCosts: [TierCost]
    /// How many there are for all members together; `nil` for any number.
    package let stock: Int64?
    /// How often one member may have it.
    package let limit: UsageLimit?
    /// The voucher that it is given as; `nil` where it is handed out at once.
    package let voucher: VoucherPolicy?
    package let effective: EffectivePeriod

    /// What a level pays instead.
    package struct TierCost: Hashable, Sendable {
        /// The index of the level.
        package let level: Int
        package let cost: Int64
    }

    /// What one costs a member of a level.
    package func cost(atLevel level: Int?) -> Int64 {
        tierCosts.first { $0.level == level }?.cost ?? cost
    }
}

/// From when and until when a voucher can be used.
package struct VoucherPolicy: Hashable, Sendable {
    /// From the start of the day that is so far away, or after so many hours; `nil` for at once.
    package let after: CalendarSpan?
    /// Not before this instant.
    package let from: Instant?
    /// From the day on which it begins to the end of the last day; `nil` for ever.
    package let valid: CalendarSpan?
    /// The first instant that is too late, however long it would live.
    package let until: Instant?

    /// The first instant at which a voucher can be used that is given at an instant, where that is later, and the first
    /// at which it no longer can.
    package func term(from given: Instant, in zone: Zone) -> (from: Instant?, until: Instant?) {
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
package struct ReturnPolicy: Hashable, Sendable {
    /// How what is taken back is found.
    package enum Clawback: String, Hashable, Sendable, CaseIterable {
        /// What was earned less what the kept goods would have earned.
        case recompute
        /// The share of the money that came back, rounded down.
        case proportional
    }

    /// How points that paid come back.
    package enum Restore: String, Hashable, Sendable, CaseIterable {
        /// With the lines that they paid.
        case byLine = "by_line"
    }

    /// When a level falls that the returned goods had reached.
    package enum TierFall: String, Hashable, Sendable, CaseIterable {
        case nextReview = "next_review"
        case immediately
    }

    package let clawback: Clawback
    package let restore: Restore
    /// Points that come back live at least so long.
    package let goodwill: CalendarSpan?
    package let tier: TierFall

    /// What holds where a document does not say.
    package static let standard = ReturnPolicy(
        clawback: .recompute, restore: .byLine, goodwill: nil, tier: .nextReview)
}

/// What members may give each other.
package struct TransferPolicy: Hashable, Sendable {
    package let isAllowed: Bool
    /// The most that a member may give away in a window.
    package let limit: UsageLimit?

    /// What holds where a document does not say.
    package static let standard = TransferPolicy(isAllowed: false, limit: nil)
}
