extension Terms {
    /// What the versions of one world have in common: the names of points, the zone, and over what is counted.
    package struct Frame: Sendable {
        let clock: WallClock
        let currencies: Int
        let bonusWindow: Window?
        let capWindow: Window?
        let rewardWindow: Window
        let givingWindow: Window
        let poolWindow: Window
        let levels: Levels?

        init(_ dice: inout Dice) {
            let windows: [Window] = [.day, .week, .month, .lifetime, .rolling(days: 3)]
            clock = dice.pick(WallClock.allCases)
            currencies = dice.roll(1...3)
            bonusWindow = dice.oneOf(3) ? nil : dice.pick(windows)
            capWindow = dice.oneOf(3) ? nil : dice.pick(windows)
            rewardWindow = dice.pick(windows)
            givingWindow = dice.pick(windows)
            poolWindow = dice.pick(windows)
            levels = dice.oneOf(4) ? nil : Levels(&dice)
        }
    }

    /// A program drawn by chance.
    init(_ frame: Frame, _ dice: inout Dice) {
        self.init(
            clock: frame.clock, lateLimit: dice.pick([.hours(12), .days(2), .days(30), .months(1)]),
            enrollsUnknown: dice.oneOf(2),
            currencies: ["a", "b", "c"].prefix(frame.currencies).map { Currency(name: $0, &dice) },
            bonus: frame.bonusWindow.map {
                Bonus(
                    points: dice.roll(1...9), least: dice.roll(1...60), budget: dice.roll(20...400),
                    paysPart: dice.oneOf(2), limit: dice.roll(1...4), limitWindow: $0)
            },
            cap: frame.capWindow.map { Cap(points: dice.roll(8...60), window: $0) },
            payment: Payment(
                worth: dice.pick([1000, 500, 1500, 2000, 333]), minimum: dice.pick([1, 1, 2, 5]), step: 1,
                most: dice.pick([1000, 500, 300])),
            holdTimeout: dice.pick([.minutes(15), .hours(2), .days(1)]),
            longestHold: dice.pick([.hours(24), .days(3), .months(1)]),
            reward: dice.oneOf(4)
                ? nil
                : Reward(
                    cost: dice.roll(2...9), stock: dice.roll(1...60), limit: dice.roll(1...5),
                    limitWindow: frame.rewardWindow),
            isProportional: dice.oneOf(3),
            goodwill: dice.oneOf(4) ? dice.pick([.days(3), .hours(30), .days(14)]) : nil,
            giving: dice.oneOf(5) ? nil : Giving(most: dice.roll(5...80), window: frame.givingWindow))
        if payment.minimum == 1, dice.oneOf(3) { payment.step = dice.roll(2...3) }
        if !dice.oneOf(4) {
            let valid = dice.pick([Span.hours(2), .hours(24), .days(1)])
            allowances = Allowances(
                valid: valid, longest: dice.pick([.hours(24), .days(3)]),
                settleWithin: dice.pick([.hours(3), .days(2), .days(7)]), most: dice.oneOf(2) ? nil : dice.roll(3...30))
        }
        if !dice.oneOf(4) {
            slip = Slip(
                cost: dice.roll(1...6), after: dice.oneOf(3) ? dice.pick([.hours(10), .days(1)]) : nil,
                valid: dice.oneOf(3) ? nil : dice.pick([.hours(30), .days(5), .months(2)]))
        }
        if !dice.oneOf(4) { referring = Referring(&dice) }
        if !dice.oneOf(4) {
            pools = Pools(
                most: dice.roll(2...4), limit: dice.oneOf(2) ? nil : dice.roll(5...60), window: frame.poolWindow)
        }
        if !dice.oneOf(4) { unclaimed = dice.oneOf(2) ? lateLimit : .hours(dice.roll(1...12)) }
        levels = frame.levels
        if levels != nil {
            fallsAtOnce = dice.oneOf(2)
            extraAtLevel = dice.oneOf(2) ? dice.roll(1...5) : nil
            if dice.oneOf(2), let cost = reward?.cost { reward?.costAtLevel = max(1, cost - dice.roll(1...4)) }
        }
    }
}

extension Terms.Levels {
    fileprivate init(_ dice: inout Dice) {
        let metric = dice.pick([Metric.spend, .visits, .earned])
        let window = dice.pick([
            ModelLevels.Window.month, .quarter, .year, .membershipYear, .lifetime, .rollingMonths(1), .rollingDays(5),
            .rollingDays(40),
        ])
        let step =
            switch metric {
            case .spend: dice.roll(40...200)
            case .visits: dice.roll(1...4)
            case .earned: dice.roll(4...30)
            }
        self.init(
            metric: metric,
            rules: ModelLevels.Rules(
                window: window, downgrade: dice.pick(ModelLevels.Downgrade.allCases),
                grace: window == .lifetime ? 0 : dice.pick([0, 0, 1, 6]), levels: [0, step, step * dice.roll(2...4)]))
    }
}

extension Terms.Referring {
    fileprivate init(_ dice: inout Dice) {
        func side(_ dice: inout Dice) -> Side { Side(points: dice.roll(1...12), isAtOnce: dice.oneOf(2)) }
        let one = side(&dice)
        let other = side(&dice)
        let both = dice.roll(0...2)
        self.init(
            referrer: both == 0 ? nil : one, referred: both == 1 ? nil : other,
            fromBudget: dice.oneOf(2) ? nil : dice.roll(1...15), within: dice.pick([.days(2), .days(30), .months(3)]),
            minimum: dice.roll(1...60))
    }
}

extension Terms.Currency {
    fileprivate init(name: String, _ dice: inout Dice) {
        let confirmed = Terms.Vesting.confirmed(within: dice.pick([.hours(40), .days(3), .days(20)]))
        self.init(
            name: name, points: dice.roll(1...3), per: dice.roll(2...25),
            rounding: dice.oneOf(2) ? nil : dice.pick(Terms.Rounding.allCases), lapse: Lapse(&dice),
            vesting: dice.pick([
                .immediate, .immediate, .after(dice.pick([.hours(10), .days(2), .days(7)])), confirmed,
                .dates(Lapse.days(&dice), atLeast: dice.roll(0...20)),
            ]),
            debt: dice.pick([.allow(most: nil), .allow(most: dice.roll(1...12)), .clamp, .refuse]))
        switch lapse {
        case .after, .dates: livesFromEarning = dice.oneOf(3)
        case .never, .inactivity: break
        }
    }
}

extension Lapse {
    fileprivate static func days(_ dice: inout Dice) -> [WallDate] {
        (0..<dice.roll(1...3)).map { _ in WallDate(month: dice.roll(1...12), day: dice.roll(1...28)) }
    }

    fileprivate init(_ dice: inout Dice) {
        switch dice.roll(0...7) {
        case 0: self = .never
        case 1: self = .after(.hours(dice.roll(5...100)), endOf: nil)
        case 2: self = .after(.days(dice.roll(1...20)), endOf: nil)
        case 3: self = .after(.months(dice.roll(1...5)), endOf: nil)
        case 4: self = .after(.days(dice.roll(1...40)), endOf: dice.pick(Period.allCases))
        case 5: self = .after(.months(dice.roll(1...3)), endOf: dice.pick(Period.allCases))
        case 6:
            self = .dates(Lapse.days(&dice), atLeast: dice.roll(0...40))
        default: self = .inactivity(dice.pick([.hours(50), .days(3), .days(12), .months(1)]))
        }
    }
}
