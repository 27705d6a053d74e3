extension Terms {
    /// The program document that says the same.
    package var document: String {
        var lines = [
            "schema: kizuna.program/v1", "id: simulated", "money: { currency: JPY, base: tax_included }",
            "timezone: \(clock.rawValue)", "late_limit: \(lateLimit.text)",
        ]
        if let unclaimed { lines.append("unclaimed: { keep: \(unclaimed.text) }") }
        lines += [
            "enroll: { unknown_card: \(enrollsUnknown ? "enroll" : "refuse") }", "points:",
        ]
        for currency in currencies {
            lines.append(
                "  \(currency.name): { expiry: \(currency.lapse.text(fromEarning: currency.livesFromEarning)), vesting: \(currency.vesting.text), "
                    + "debt: \(currency.debt.text) }")
        }
        if let levels { lines += levels.lines(of: currencies[0].name) }
        if let bonus {
            lines += [
                "campaigns:",
                "  - { id: rush, budget: { points: \(bonus.budget), when_short: \(bonus.paysPart ? "partial" : "skip") } }",
            ]
        }
        lines.append("rules:")
        for currency in currencies {
            let rounding = currency.rounding.map { ", exact: true, rounding: \($0.rawValue)" } ?? ""
            lines.append(
                "  - { id: earn-\(currency.name), event: purchase, earn: { points: \(currency.points), "
                    + "per: \(currency.per), into: \(currency.name)\(rounding) } }")
        }
        if let bonus {
            lines.append(
                "  - { id: bonus, campaign: rush, event: purchase, when: order.amount >= \(bonus.least), "
                    + "earn: { points: \(bonus.points), into: \(currencies[0].name) }, "
                    + "limit: { count: \(bonus.limit), per: member, window: \(bonus.limitWindow.text) } }")
        }
        if bonus != nil, let points = referring?.fromBudget {
            lines.append(
                "  - { id: brought, campaign: rush, event: referral, "
                    + "earn: { points: \(points), into: \(currencies[0].name) } }")
        }
        if let extraAtLevel, let currency = currencies.last {
            lines.append(
                "  - { id: level, event: purchase, when: member.tier == \"l1\" && order.amount >= 1, "
                    + "earn: { points: \(extraAtLevel), into: \(currency.name) } }")
        }
        if let cap {
            let rules = ["earn-\(currencies[0].name)"] + (bonus == nil ? [] : ["bonus"])
            lines += [
                "caps:",
                "  - { id: most, per: member, window: \(cap.window.text), points: \(cap.points), "
                    + "rules: [\(rules.joined(separator: ", "))] }",
            ]
        }
        lines += [
            "redemption:",
            "  pay: { points: \(currencies[0].name), worth: \"\(decimal(payment.worth))\", minimum: \(payment.minimum), "
                + "step: \(payment.step), most: \"\(decimal(payment.most))\" }",
            "  holds: { timeout: \(holdTimeout.text), longest: \(longestHold.text) }",
        ]
        if let allowances {
            lines.append(
                "  allowances: { valid: \(allowances.valid.text), longest: \(allowances.longest.text), "
                    + "settle_within: \(allowances.settleWithin.text)"
                    + (allowances.most.map { ", most: \($0)" } ?? "") + " }")
        }
        if reward != nil || slip != nil { lines.append("  rewards:") }
        if let slip {
            lines.append(
                "    - { id: slip, title: { en: Slip }, points: \(currencies[0].name), cost: \(slip.cost), "
                    + "voucher: { "
                    + [slip.after.map { "after: \($0.text)" }, slip.valid.map { "valid: \($0.text)" }]
                    .compactMap { $0 }.joined(separator: ", ") + " } }")
        }
        if let reward {
            lines += [
                "    - { id: mug, title: { en: Mug }, points: \(currencies[0].name), cost: \(reward.cost), "
                    + (reward.costAtLevel.map { "tiers: { l1: \($0) }, " } ?? "")
                    + "stock: \(reward.stock), limit: { count: \(reward.limit), per: member, "
                    + "window: \(reward.limitWindow.text) } }"
            ]
        }
        let goodwill = goodwill.map { ", goodwill: \($0.text)" } ?? ""
        lines.append(
            "returns: { clawback: \(isProportional ? "proportional" : "recompute")\(goodwill)"
                + (fallsAtOnce ? ", tier: immediately }" : " }"))
        if let referring {
            lines += ["referral:", "  within: \(referring.within.text)", "  minimum: \(referring.minimum)"]
            for (name, side) in [("referrer", referring.referrer), ("referred", referring.referred)] {
                guard let side else { continue }
                lines.append(
                    "  \(name): { points: \(side.points), into: \(currencies[0].name), "
                        + "after: \(side.isAtOnce ? "claim" : "first_purchase") }")
            }
        }
        if let pools {
            let limit =
                pools.limit.map { ", limit: { points: \($0), per: member, window: \(pools.window.text) }" } ?? ""
            lines.append("pools: { kinds: [household], most_members: \(pools.most)\(limit) }")
        }
        if let giving {
            lines.append(
                "transfers: { allowed: true, limit: { points: \(giving.most), window: \(giving.window.text) } }")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func decimal(_ thousandths: Int) -> String {
        let digits = String(1000 + thousandths % 1000).dropFirst()
        return "\(thousandths / 1000).\(digits)"
    }
}

extension Terms.Levels {
    fileprivate func lines(of currency: String) -> [String] {
        let metric =
            switch metric {
            case .spend: "spend"
            case .visits: "visits"
            case .earned: "{ earned: \(currency) }"
            }
        let window =
            switch rules.window {
            case .month: "calendar_month"
            case .quarter: "calendar_quarter"
            case .year: "calendar_year"
            case .membershipYear: "membership_year"
            case .lifetime: "lifetime"
            case .rollingMonths(let months): "{ rolling: \(months) months }"
            case .rollingDays(let days): "{ rolling: \(days) days }"
            }
        let levels = rules.levels.enumerated().map { "{ id: l\($0), from: \($1) }" }.joined(separator: ", ")
        var lines = ["tiers:", "  metric: \(metric)", "  window: \(window)", "  levels: [\(levels)]"]
        if rules.window != .lifetime { lines.append("  downgrade: \(rules.downgrade.rawValue)") }
        if rules.grace > 0 { lines.append("  grace: \(rules.grace) days") }
        return lines
    }
}

extension Lapse {
    fileprivate func text(fromEarning: Bool) -> String {
        let from = fromEarning ? ", from: earning" : ""
        return switch self {
        case .never: "never"
        case .after(let span, nil): "{ after: \(span.text)\(from) }"
        case .after(let span, let period?): "{ after: \(span.text), end_of: \(period.rawValue)\(from) }"
        case .dates(let dates, let atLeast):
            "{ dates: \(Self.text(dates)), at_least: \(atLeast) days\(from) }"
        case .inactivity(let span): "{ inactivity: \(span.text) }"
        }
    }

    fileprivate static func text(_ dates: [WallDate]) -> String {
        "[" + dates.map { two($0.month) + "-" + two($0.day) }.joined(separator: ", ") + "]"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension Terms.Vesting {
    fileprivate var text: String {
        switch self {
        case .immediate: "immediate"
        case .after(let span): "{ after: \(span.text) }"
        case .dates(let dates, let atLeast): "{ dates: \(Lapse.text(dates)), at_least: \(atLeast) days }"
        case .confirmed(let span): "{ until_event: confirm, cancel_after: \(span.text) }"
        }
    }
}

extension Terms.Debt {
    fileprivate var text: String {
        switch self {
        case .allow(nil): "{ policy: allow }"
        case .allow(let most?): "{ policy: allow, limit: \(most) }"
        case .clamp: "{ policy: clamp }"
        case .refuse: "{ policy: refuse }"
        }
    }
}
