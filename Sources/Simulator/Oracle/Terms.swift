// What a program promises, as the model understands it: plain numbers, and what they mean in words of its own.

/// A length of time.
enum Span: Hashable, Sendable {
    case minutes(Int), hours(Int), days(Int), months(Int)

    var text: String {
        switch self {
        case .minutes(let count): "\(count) minutes"
        case .hours(let count): "\(count) hours"
        case .days(let count): "\(count) days"
        case .months(let count): "\(count) months"
        }
    }

    var isCalendar: Bool {
        switch self {
        case .minutes, .hours: false
        case .days, .months: true
        }
    }

    /// The instant so much later.
    func after(_ instant: Int, _ clock: WallClock) -> Int {
        switch self {
        case .minutes(let count): instant + count * minute
        case .hours(let count): instant + count * hour
        case .days(let count):
            clock.moved(instant, to: WallDay(number: clock.date(at: instant).number + count))
        case .months(let count): clock.moved(instant, to: clock.date(at: instant).plus(months: count))
        }
    }

    /// The day that it leads to.
    func day(after instant: Int, _ clock: WallClock) -> WallDay {
        let date = clock.date(at: instant)
        switch self {
        case .minutes, .hours: return clock.date(at: after(instant, clock))
        case .days(let count): return WallDay(number: date.number + count)
        case .months(let count): return date.plus(months: count)
        }
    }
}

/// A stretch of days over which something is counted.
enum Window: Hashable, Sendable {
    case day, week, month, lifetime
    case rolling(days: Int)

    var text: String {
        switch self {
        case .day: "calendar_day"
        case .week: "calendar_week"
        case .month: "calendar_month"
        case .lifetime: "lifetime"
        case .rolling(let days): "{ rolling: \(days) days }"
        }
    }

    /// Whether what was counted on a day still counts on another one.
    func counts(_ earlier: WallDay, on present: WallDay) -> Bool {
        switch self {
        case .lifetime: true
        case .day: earlier == present
        case .week: (earlier.number + 3) / 7 == (present.number + 3) / 7
        case .month: earlier.year == present.year && earlier.month == present.month
        case .rolling(let days): present.number - days < earlier.number && earlier.number <= present.number
        }
    }
}

/// When points lapse.
enum Lapse: Hashable, Sendable {
    enum Period: String, Sendable, CaseIterable { case month, quarter, year }

    case never
    case after(Span, endOf: Period?)
    /// With the end of the next of these days, at least so many days away.
    case dates([WallDate], atLeast: Int)
    case inactivity(Span)

    struct WallDate: Hashable, Sendable {
        let month: Int
        let day: Int
    }

    func instant(from start: Int, _ clock: WallClock) -> Int? {
        switch self {
        case .never: return nil
        case .after(let span, nil) where !span.isCalendar: return span.after(start, clock)
        case .after(let span, let period):
            var day = span.day(after: start, clock).next
            while let period, !isFirst(day, of: period) { day = day.next }
            return clock.start(of: day)
        case .dates(let dates, let atLeast):
            return clock.start(of: Lapse.next(of: dates, atLeast: atLeast, from: start, clock).next)
        case .inactivity(let span): return clock.start(of: span.day(after: start, clock).next)
        }
    }

    /// The first of some days that is at least so many days away.
    static func next(of dates: [WallDate], atLeast: Int, from start: Int, _ clock: WallClock) -> WallDay {
        var day = WallDay(number: clock.date(at: start).number + atLeast)
        while !dates.contains(where: { $0.month == day.month && $0.day == day.day }) { day = day.next }
        return day
    }

    private func isFirst(_ day: WallDay, of period: Period) -> Bool {
        switch period {
        case .month: day.day == 1
        case .quarter: day.day == 1 && [1, 4, 7, 10].contains(day.month)
        case .year: day.day == 1 && day.month == 1
        }
    }
}

/// One program version.
package struct Terms: Hashable, Sendable {
    enum Vesting: Hashable, Sendable {
        case immediate
        case after(Span)
        /// When the next of these days begins, at least so many days away.
        case dates([Lapse.WallDate], atLeast: Int)
        case confirmed(within: Span)
    }

    enum Debt: Hashable, Sendable {
        case allow(most: Int?)
        case clamp, refuse
    }

    enum Rounding: String, Hashable, Sendable, CaseIterable {
        case floor, ceiling
        case halfUp = "half_up"
        case halfEven = "half_even"
    }

    /// A kind of points and how purchases earn them: so many for every so much money.
    struct Currency: Hashable, Sendable {
        var name: String
        var points: Int
        var per: Int
        /// `nil` counts whole steps.
        var rounding: Rounding?
        var lapse: Lapse
        /// Their life counts from the purchase, and not from when they can be spent.
        var livesFromEarning = false
        var vesting: Vesting
        var debt: Debt
    }

    /// Points once for a purchase of at least so much, from a budget of all members and within a limit of each.
    struct Bonus: Hashable, Sendable {
        var points: Int
        var least: Int
        var budget: Int
        var paysPart: Bool
        var limit: Int
        var limitWindow: Window
    }

    struct Cap: Hashable, Sendable {
        var points: Int
        var window: Window
    }

    struct Payment: Hashable, Sendable {
        /// In thousandths of a minor unit.
        var worth: Int
        var minimum: Int
        var step: Int
        /// In thousandths of the basket.
        var most: Int
    }

    struct Reward: Hashable, Sendable {
        var cost: Int
        var stock: Int
        var limit: Int
        var limitWindow: Window
        /// What it costs at the second level, where that is another figure.
        var costAtLevel: Int?
    }

    /// What gives levels, `l0` and on. All versions of a program agree on it.
    struct Levels: Hashable, Sendable {
        enum Metric: Hashable, Sendable {
            case spend, visits
            /// What is earned of the first currency.
            case earned
        }

        var metric: Metric
        var rules: ModelLevels.Rules
    }

    struct Giving: Hashable, Sendable {
        var most: Int
        var window: Window
    }

    /// What tills may let members spend that cannot ask.
    struct Allowances: Hashable, Sendable {
        var valid: Span
        var longest: Span
        var settleWithin: Span
        var most: Int?
    }

    /// A voucher for points.
    struct Slip: Hashable, Sendable {
        var cost: Int
        var after: Span?
        var valid: Span?
    }

    /// What is paid for bringing others, into the first currency.
    struct Referring: Hashable, Sendable {
        /// What one side gets.
        struct Side: Hashable, Sendable {
            var points: Int
            /// At once, and not at the first purchase that qualifies.
            var isAtOnce: Bool
        }

        var referrer: Side?
        var referred: Side?
        /// What who brought somebody gets besides, from the budget of the bonus.
        var fromBudget: Int?
        var within: Span
        var minimum: Int

        var waitsForPurchase: Bool { referrer?.isAtOnce == false || referred?.isAtOnce == false }
    }

    struct Pools: Hashable, Sendable {
        var most: Int
        var limit: Int?
        var window: Window
    }

    var clock: WallClock
    var lateLimit: Span
    var enrollsUnknown: Bool
    /// The first one pays.
    var currencies: [Currency]
    /// What the first one is given besides.
    var bonus: Bonus?
    /// What the first one is bounded by.
    var cap: Cap?
    var payment: Payment
    var holdTimeout: Span
    var longestHold: Span
    var reward: Reward?
    var isProportional: Bool
    var goodwill: Span?
    var giving: Giving?
    var allowances: Allowances?
    var slip: Slip?
    var referring: Referring?
    var pools: Pools?
    /// How long a sale without a member waits to be claimed.
    var unclaimed: Span?
    var levels: Levels?
    /// A return that takes away what gave a level takes the level at once.
    var fallsAtOnce = false
    /// What a purchase at the second level earns besides, of the last currency.
    var extraAtLevel: Int?

    func index(of currency: String) -> Int? { currencies.firstIndex { $0.name == currency } }
}
