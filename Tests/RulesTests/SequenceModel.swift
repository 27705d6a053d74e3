// A shop in its plainest form, against which the engine is held over whole sequences of purchases. The model keeps a
// diary of what every rule paid to whom and when, and answers every question about limits, budgets and caps by reading
// the diary from the start with the calendar of Foundation; it knows no windows, keys or plans. Everything is in one
// point currency, in whole steps.

import Foundation
import Rules
import TestSupport
import Time

struct ModelShop {
    enum Kind {
        case earn(points: Int, per: Int, carry: Bool)
        case award(points: Int)
        /// Points for each line; times its quantity where computed.
        case items(points: Int, computed: Bool)
        /// Stamps for an order, or for each piece of the lines tagged `a`.
        case stamp(size: Int, points: Int, computed: Bool)
        case multiply(bases: [Int], thousandths: Int)
    }

    enum When: CaseIterable {
        case always, amount, eligibleAmount, evenPurchase
    }

    enum Window: CaseIterable {
        case day, week, month, quarter, year, lifetime, days, months
    }

    struct Rule {
        var kind: Kind
        var ofAmount = false
        /// The tag that counted lines must have.
        var tag: String?
        var when = When.always
        var inGroup = false
        var priority = 0
        var limit: (counts: Bool, most: Int, window: Window)?
        var inCampaign = false
        var roundsUp = false
    }

    struct Line {
        let amount: Int
        let tax: Int
        let quantity: Int
        let tags: [String]
    }

    struct Purchase {
        let member: Int
        let time: Date
        let lines: [Line]
    }

    /// What a rule paid.
    private struct Entry {
        let member: Int
        let time: Date
        let rule: Int
        let points: Int
    }

    var zone = "Asia/Tokyo"
    var taxIncluded = false
    var excludesTagX = false
    var mode = "all"
    var rules: [Rule] = []
    var budget: (points: Int, skips: Bool)?
    var caps: [(points: Int, window: Window, rules: [Int])] = []

    private var diary: [Entry] = []
    private var purchases: [Int: Int] = [:]
    private(set) var carried: [Int: [Int: Int]] = [:]
    private(set) var stamps: [Int: [Int: Int]] = [:]

    /// What each rule pays for a purchase; the shop remembers it.
    mutating func sell(_ purchase: Purchase) -> [Int] {
        let member = purchase.member
        var stands = rules.map { holds($0, purchase) }
        var points = rules.indices.map { stands[$0] ? figure($0, purchase) : 0 }
        var lost = rules.map { _ in false }

        // One of the group.
        if mode != "all" {
            let rivals = rules.indices.filter { rules[$0].inGroup && stands[$0] }
            var figures: [Int: Int] = [:]
            for rule in rivals { figures[rule] = isMultiplier(rule) ? bonus(rule, points, purchase) : points[rule] }
            let ranked = rivals.filter { (figures[$0] ?? 0) > 0 }.sorted { left, right in
                if mode == "best", figures[left] != figures[right] {
                    return (figures[left] ?? 0) > (figures[right] ?? 0)
                }
                let priorities = (rules[left].priority, rules[right].priority)
                return priorities.0 == priorities.1 ? left < right : priorities.0 > priorities.1
            }
            if let winner = ranked.first {
                for rule in rivals where rule != winner {
                    stands[rule] = false
                    lost[rule] = true
                    points[rule] = 0
                }
            }
        }

        // Limits and the budget, bases first.
        var spent = 0
        for rule in rules.indices where !isMultiplier(rule) && points[rule] > 0 {
            points[rule] = allowed(points[rule], rule, purchase, &spent)
            if points[rule] == 0 { lost[rule] = true }
        }
        let bases = points
        for rule in rules.indices where isMultiplier(rule) && stands[rule] {
            let wanted = bonus(rule, bases, purchase, after: points)
            points[rule] = wanted > 0 ? allowed(wanted, rule, purchase, &spent) : 0
        }

        for cap in caps {
            let before = diary.filter {
                $0.member == member && cap.rules.contains($0.rule) && isIn(cap.window, $0.time, purchase.time)
            }.reduce(0) { $0 + $1.points }
            var excess = cap.rules.reduce(0) { $0 + points[$1] } - max(0, cap.points - before)
            for rule in cap.rules.sorted().reversed() where excess > 0 {
                let cut = min(excess, points[rule])
                points[rule] -= cut
                excess -= cut
                if cut > 0, points[rule] == 0 { lost[rule] = true }
            }
        }

        for rule in rules.indices where holds(rules[rule], purchase) && !lost[rule] {
            switch rules[rule].kind {
            case .earn(_, let per, carry: true):
                carried[member, default: [:]][rule] = (counted(rule, purchase) + (carried[member]?[rule] ?? 0)) % per
            case .stamp(let size, _, _):
                stamps[member, default: [:]][rule] = (count(rule, purchase) + (stamps[member]?[rule] ?? 0)) % size
            default: break
            }
        }
        for rule in rules.indices where points[rule] > 0 {
            diary.append(Entry(member: member, time: purchase.time, rule: rule, points: points[rule]))
        }
        purchases[member, default: 0] += 1
        return points
    }

    /// How often a member has bought.
    func purchaseCount(_ member: Int) -> Int { purchases[member] ?? 0 }

    private func isMultiplier(_ rule: Int) -> Bool {
        if case .multiply = rules[rule].kind { true } else { false }
    }

    private func worth(_ line: Line) -> Int { taxIncluded ? line.amount : line.amount - line.tax }

    private func mayEarn(_ line: Line) -> Bool { !excludesTagX || !line.tags.contains("x") }

    private func holds(_ rule: Rule, _ purchase: Purchase) -> Bool {
        switch rule.when {
        case .always: true
        case .amount: purchase.lines.reduce(0) { $0 + worth($1) } >= 1000
        case .eligibleAmount: purchase.lines.filter(mayEarn).reduce(0) { $0 + worth($1) } >= 1000
        case .evenPurchase: purchaseCount(purchase.member) % 2 == 0
        }
    }

    private func lines(_ rule: Int, _ purchase: Purchase, also tag: String? = nil) -> [Line] {
        purchase.lines.filter { line in
            (rules[rule].ofAmount || mayEarn(line)) && (rules[rule].tag.map(line.tags.contains) ?? true)
                && (tag.map(line.tags.contains) ?? true)
        }
    }

    private func counted(_ rule: Int, _ purchase: Purchase) -> Int {
        lines(rule, purchase).reduce(0) { $0 + worth($1) }
    }

    private func count(_ rule: Int, _ purchase: Purchase) -> Int {
        guard case .stamp(_, _, let computed) = rules[rule].kind else { return 0 }
        return computed ? purchase.lines.filter { $0.tags.contains("a") }.reduce(0) { $0 + $1.quantity } : 1
    }

    /// What a rule that is no multiplier comes to by itself.
    private func figure(_ rule: Int, _ purchase: Purchase) -> Int {
        switch rules[rule].kind {
        case .earn(let points, let per, let carry):
            let before = carry ? carried[purchase.member]?[rule] ?? 0 : 0
            return (counted(rule, purchase) + before) / per * points
        case .award(let points): return rules[rule].tag == nil || !lines(rule, purchase).isEmpty ? points : 0
        case .items(let points, let computed):
            return lines(rule, purchase).reduce(0) { $0 + points * (computed ? $1.quantity : 1) }
        case .stamp(let size, let points, _):
            return (count(rule, purchase) + (stamps[purchase.member]?[rule] ?? 0)) / size * points
        case .multiply: return 0
        }
    }

    /// What a multiplier adds to those of its bases that are paid.
    private func bonus(_ rule: Int, _ paid: [Int], _ purchase: Purchase, after points: [Int]? = nil) -> Int {
        guard case .multiply(let bases, let thousandths) = rules[rule].kind else { return 0 }
        return bases.reduce(0) { sum, base in
            guard paid[base] > 0, case .earn(let each, let per, _) = rules[base].kind else { return sum }
            let tag = rules[rule].tag
            let steps =
                tag == nil
                ? figure(base, purchase)
                : lines(base, purchase, also: tag).reduce(0) { $0 + worth($1) } / per * each
            let more = steps * (thousandths - 1000)
            return sum + (rules[base].roundsUp ? (more + 999) / 1000 : more / 1000)
        }
    }

    private func allowed(_ wanted: Int, _ rule: Int, _ purchase: Purchase, _ spent: inout Int) -> Int {
        var allowed = wanted
        if let limit = rules[rule].limit {
            let before = diary.filter {
                $0.member == purchase.member && $0.rule == rule && isIn(limit.window, $0.time, purchase.time)
            }
            if limit.counts {
                if before.count >= limit.most { return 0 }
            } else {
                allowed = min(allowed, max(0, limit.most - before.reduce(0) { $0 + $1.points }))
            }
        }
        guard allowed > 0, rules[rule].inCampaign, let budget else { return allowed }
        let left = budget.points - spent - diary.filter { rules[$0.rule].inCampaign }.reduce(0) { $0 + $1.points }
        if left < allowed { allowed = budget.skips ? 0 : max(0, left) }
        spent += allowed
        return allowed
    }

    /// Whether an earlier time still counts at a later one.
    private func isIn(_ window: Window, _ earlier: Date, _ now: Date) -> Bool {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(identifier: zone) ?? .gmt
        func quarter(_ date: Date) -> [Int] {
            [calendar.component(.year, from: date), (calendar.component(.month, from: date) - 1) / 3]
        }
        switch window {
        case .day: return calendar.isDate(earlier, equalTo: now, toGranularity: .day)
        case .week: return calendar.isDate(earlier, equalTo: now, toGranularity: .weekOfYear)
        case .month: return calendar.isDate(earlier, equalTo: now, toGranularity: .month)
        case .quarter: return quarter(earlier) == quarter(now)
        case .year: return calendar.isDate(earlier, equalTo: now, toGranularity: .year)
        case .lifetime: return true
        case .days, .months:
            let unit: Calendar.Component = window == .days ? .day : .month
            let today = calendar.startOfDay(for: now)
            guard let edge = calendar.date(byAdding: unit, value: window == .days ? -10 : -2, to: today) else {
                return false
            }
            return calendar.startOfDay(for: earlier) > edge
        }
    }
}

// The same shop as a document.
extension ModelShop {
    var document: String {
        let eligible = excludesTagX ? "\neligible: '!(\"x\" in item.tags)'" : ""
        let campaign =
            budget.map {
                "\ncampaigns: [{ id: c, budget: { points: \($0.points), when_short: \($0.skips ? "skip" : "partial") } }]"
            } ?? ""
        let caps = caps.enumerated().map { index, cap in
            "  - { id: cap-\(index), window: \(cap.window.text), points: \(cap.points), rules: [\(names(cap.rules))] }"
        }
        return """
            schema: kizuna.program/v1
            id: shop
            money: { currency: JPY, base: \(taxIncluded ? "tax_included" : "tax_excluded") }
            timezone: \(zone)
            points: { p: {} }
            groups: [{ id: g, mode: \(mode) }]\(eligible)\(campaign)
            rules:
            \(rules.indices.map(text).joined(separator: "\n"))
            caps:\(caps.isEmpty ? " []" : "\n" + caps.joined(separator: "\n"))
            tests: []
            """
    }

    private func names(_ rules: [Int]) -> String { rules.map { "r\($0)" }.joined(separator: ", ") }

    private func text(_ index: Int) -> String {
        let rule = rules[index]
        let choice = rule.tag.map { ", where: '\"\($0)\" in item.tags'" } ?? ""
        var text = "  - { id: r\(index), event: purchase, "
        switch rule.when {
        case .always: break
        case .amount: text += "when: order.amount >= 1000, "
        case .eligibleAmount: text += "when: order.eligible_amount >= 1000, "
        case .evenPurchase: text += "when: member.purchase_count % 2 == 0, "
        }
        if rule.inGroup { text += "group: g, priority: \(rule.priority), " }
        if rule.inCampaign { text += "campaign: c, " }
        if let limit = rule.limit {
            text += "limit: { \(limit.counts ? "count" : "points"): \(limit.most), window: \(limit.window.text) }, "
        }
        switch rule.kind {
        case .earn(let points, let per, let carry):
            let figure = rule.ofAmount ? "order.amount" : "order.eligible_amount"
            text += "earn: { points: \(points), per: \(per), of: \(figure), carry: \(carry)\(choice), "
            text += "rounding: \(rule.roundsUp ? "ceiling" : "floor") }"
        case .award(let points): text += "earn: { points: \(points)\(choice) }"
        case .items(let points, let computed):
            text += "each_item: { points: \(computed ? "\(points) * item.quantity" : "\(points)")\(choice) }"
        case .stamp(let size, let points, let computed):
            let count = "order.items.filter(i, \"a\" in i.tags).map(i, i.quantity).sum()"
            text +=
                "stamp: { card: card-\(index), size: \(size), points: \(points)\(computed ? ", count: '\(count)'" : "") }"
        case .multiply(let bases, let thousandths):
            let places = String(String(thousandths % 1000 + 1000).dropFirst())
            text += "multiply: { rules: [\(names(bases))], factor: \"\(thousandths / 1000).\(places)\"\(choice) }"
        }
        return text + " }"
    }
}

extension ModelShop.Window {
    var text: String {
        switch self {
        case .lifetime: "lifetime"
        case .days: "{ rolling: 10 days }"
        case .months: "{ rolling: 2 months }"
        default: "calendar_\(self)"
        }
    }
}

extension ModelShop.Purchase {
    /// The same purchase for the engine.
    func facts(purchaseCount: Int) -> Facts {
        Facts(
            occurredAt: Instant(milliseconds: Int64((time.timeIntervalSince1970 * 1000).rounded())),
            order: Facts.Order(
                lines: lines.map {
                    Facts.Line(
                        tags: $0.tags, quantity: Int64($0.quantity), amount: Int64($0.amount), tax: Int64($0.tax))
                }), member: Facts.Member(id: "m\(member)", purchaseCount: Int64(purchaseCount)))
    }
}
