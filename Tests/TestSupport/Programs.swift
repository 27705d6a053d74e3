package import Engine
import Ledger
package import Loyalty
package import Rules
package import Time

/// Programs for tests, written as their authors would write them.
package enum Programs {
    /// Knows a few zones without daylight saving time, so that tests give the same on every machine.
    package static let zones: ZoneProvider = { name in
        switch name {
        case "UTC": .utc
        case "Asia/Tokyo": .fixed("Asia/Tokyo", offset: 9 * 3600)
        case "America/New_York": .fixed("America/New_York", offset: -5 * 3600)
        default: nil
        }
    }

    /// Loads a document that must be without errors.
    package static func load(_ source: String) -> Program {
        let outcome = Loader.load(source, file: "test.yaml", zones: zones)
        guard let program = outcome.program else {
            preconditionFailure(outcome.diagnostics.map(\.description).joined(separator: "\n"))
        }
        return program
    }

    /// A rule set of one document, in force since ever unless a time says otherwise.
    package static func ruleSet(_ source: String, version: Int64 = 1, from time: String? = nil) -> RuleSet {
        RuleSet(
            version: version, effectiveFrom: time.map { Instant($0) } ?? .distantPast, program: load(source))
    }

    /// A book with one rule set of one document.
    package static func book(_ source: String) -> RuleBook {
        RuleBook([ruleSet(source)])
    }

    /// A document to be published, at once unless a time says otherwise.
    package static func publication(_ source: String, from time: String? = nil) -> NewRuleSet {
        NewRuleSet(
            source: source, digest: Digest(hashing: Array(source.utf8)),
            start: time.map { .at(Instant($0)) } ?? .after(0), note: "a test", author: .commandLine)
    }

    /// 1 bean per 100 yen, expiring at the end of the month a year later; 1 status point per 100 yen; three levels.
    package static let coffee = """
        schema: kizuna.program/v1
        id: coffee
        money: { currency: JPY, base: tax_excluded }
        timezone: Asia/Tokyo
        late_limit: 30 days
        points:
          beans: { expiry: { after: 12 months, end_of: month } }
          status: { kind: status, expiry: never }
        tiers:
          metric: { earned: status }
          window: calendar_year
          downgrade: one_level
          levels:
            - { id: regular, from: 0 }
            - { id: silver, from: 300 }
            - { id: gold, from: 1000 }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.eligible_amount, into: beans } }
          - { id: status, event: purchase, earn: { points: 1, per: 100, of: order.eligible_amount, into: status } }
        """

    /// Rules that remember: a budget that all share, a limit, a cap, carried money, stamps, traits and events.
    package static let remembering = """
        schema: kizuna.program/v1
        id: remembering
        money: { currency: JPY, base: tax_excluded }
        timezone: Asia/Tokyo
        points: { beans: {}, extra: {} }
        profile:
          birthday: { type: date }
          cup: { type: string, values: [small, large] }
        campaigns:
          - { id: rush, budget: { points: 1000, when_short: partial } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, carry: true } }
          - id: rush
            campaign: rush
            event: purchase
            earn: { points: 30, into: extra }
          - id: first-of-day
            event: purchase
            earn: { points: 5 }
            limit: { count: 1, per: member, window: calendar_day }
          - id: own-cup
            event: purchase
            when: member.attrs.cup == "large" && "newsletter" in member.tags
            earn: { points: 7 }
          - id: app
            event: purchase
            when: '"app" in order.tags && "SPRING" in order.coupons'
            earn: { points: 11 }
          - id: card
            event: purchase
            stamp: { card: lattes, count: 'order.items.map(i, i.quantity).sum()', size: 10, points: 100 }
          - { id: welcome, event: enroll, earn: { points: 50 } }
          - id: survey
            event: survey
            when: event.attrs.score >= 8
            earn: { points: 20 }
          - id: late
            event: purchase
            when: member.days_since_last >= 90
            earn: { points: 3 }
          - { id: back, event: purchase, when: '"lapsed" in member.segments', earn: { points: 13 } }
        caps:
          - { id: daily, per: member, window: calendar_day, points: 60, rules: [base, first-of-day] }
        """

    /// 1 point per dollar, for ever; unknown cards join; purchases may be many years late.
    package static let grocery = """
        schema: kizuna.program/v1
        id: grocery
        money: { currency: USD, base: tax_included }
        timezone: America/New_York
        late_limit: 30 years
        enroll: { unknown_card: enroll }
        points:
          points: { expiry: never }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount } }
        """
}
