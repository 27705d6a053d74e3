import Foundation
import Rules
import Time

/// How long rules take: twenty of them on a basket of ten lines, and loading a document of five hundred.
enum RulesBench {
    /// What an evaluation may take, and loading.
    private static let bound = 15_000
    private static let loadingBound = 200_000_000

    static func run() {
        let zone = Zone.fixed("Asia/Tokyo", offset: 9 * 3600)
        guard let program = Loader.load(document, file: "bench", zones: { _ in zone }).program,
            Loader.load(longDocument, file: "bench", zones: { _ in zone }).program != nil
        else { preconditionFailure("the documents of the benchmark load") }
        let used = [
            Usage(UsageKey(kind: .carry, id: "carried"), 30), Usage(UsageKey(kind: .stamps, id: "card"), 4),
            Usage(UsageKey(kind: .limitCount, id: "weekend", window: .distantPast), 1),
        ]
        let shared = [Usage(UsageKey(kind: .budget, id: "may"), 1000)]
        let basket = basket
        func evaluate(explaining: Bool) -> Int {
            let evaluation = try? program.evaluate(basket, used: used, shared: shared, explaining: explaining)
            return evaluation?.awards.count ?? 0
        }
        let plain = nanoseconds(best: 7, of: 2_000) { consume(evaluate(explaining: false)) }
        let explained = nanoseconds(best: 7, of: 2_000) { consume(evaluate(explaining: true)) }
        let loading = nanoseconds(best: 3, of: 1) {
            consume(Loader.load(longDocument, file: "bench", zones: { _ in zone }).program?.rules.count ?? 0)
        }
        print(
            "rules: \(program.rules.count) rules on \(basket.order?.lines.count ?? 0) lines take \(plain) ns, \(explained) ns with a trace, "
                + "\(share(plain, of: bound)) of the bound of \(bound / 1000) µs; a document of 500 rules loads in "
                + "\(loading / 1_000_000) ms, \(share(loading, of: loadingBound)) of the bound of \(loadingBound / 1_000_000) ms"
        )
    }

    private static func share(_ time: Int, of bound: Int) -> String {
        String(format: "%.2f", Double(time) / Double(bound))
    }

    private static let head = """
        schema: kizuna.program/v1
        id: bench
        money: { currency: JPY, base: tax_excluded }
        timezone: Asia/Tokyo
        points: { p: {}, s: { kind: status } }
        profile: { birthday: { type: date } }
        tiers: { metric: { earned: s }, levels: [{ id: regular, from: 0 }, { id: gold, from: 100 }] }
        eligible: item.category != "gift_card" && !("no_points" in item.tags)
        groups: [{ id: best, mode: best }, { id: first, mode: first }]
        campaigns: [{ id: may, budget: { points: 1000000 } }]
        """

    private static let document = """
        \(head)
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: status, event: purchase, earn: { points: 1, per: 100, into: s } }
          - { id: carried, event: purchase, earn: { points: 1, per: 500, carry: true } }
          - { id: exact, event: purchase, earn: { points: 3, per: 1000, exact: true } }
          - { id: gold, event: purchase, when: member.tier == "gold", multiply: { rules: [base], factor: "1.5" }, group: best }
          - { id: weekend, event: purchase, when: 'local.day_of_week in [0, 6]', multiply: { rules: [base], factor: "2" }, group: best,
              limit: { count: 3, window: calendar_month } }
          - { id: app, event: purchase, when: order.channel == "app", multiply: { rules: [base], factor: "1.25" }, group: best }
          - { id: drinks, event: purchase, multiply: { rules: [base, exact], factor: "2", where: item.category == "drink" } }
          - { id: beans, event: purchase, campaign: may, each_item: { where: item.category == "beans", points: 5 * item.quantity } }
          - { id: birthday, event: purchase, when: has(member.birth_month) && member.birth_month == local.month, earn: { points: 50 },
              limit: { count: 1, window: calendar_year } }
          - { id: combination, event: purchase, when: 'order.items.exists(i, i.category == "drink") && order.items.exists(i, i.category == "food")',
              earn: { points: 10 }, campaign: may }
          - { id: card, event: purchase, stamp: { card: card, size: 10, points: 100 } }
          - { id: big, event: purchase, when: order.eligible_amount >= 5000, earn: { points: 30 }, group: first }
          - { id: bigger, event: purchase, when: order.eligible_amount >= 10000, earn: { points: 90 }, group: first, priority: 1 }
          - { id: coupon, event: purchase, when: '"MAY" in order.coupons', earn: { points: 20 }, campaign: may }
          - { id: gift-1, event: purchase, earn: { points: 1 } }
          - { id: gift-2, event: purchase, earn: { points: 1 }, limit: { points: 100, window: lifetime } }
          - { id: gift-3, event: purchase, effective: { until: "2020-01-01T00:00:00Z" }, earn: { points: 1 } }
          - { id: gift-4, event: purchase, earn: { points: 1, where: item.category == "drink" } }
          - { id: gift-5, event: survey, earn: { points: 1 } }
        caps: [{ id: daily, window: calendar_day, points: 150, rules: [base, weekend, gold, app, drinks] }]
        tests: []
        """

    private static let longDocument: String = {
        let rules = (0..<250).map { index in
            """
              - id: base-\(index)
                event: purchase
                when: order.amount >= \(index) && order.store == "store-\(index)"
                earn: { points: 1, per: 100, where: 'item.category == "c-\(index)"' }
              - id: double-\(index)
                event: purchase
                when: >-
                  member.tier == "gold" && local.day_of_week in [\(index % 7)]
                multiply: { rules: [base-\(index)], factor: "2" }
                group: best

            """
        }
        return "\(head)\nrules:\n\(rules.joined())tests: []\n"
    }()

    private static let basket: Facts = {
        let categories = ["drink", "food", "beans", "goods", "gift_card"]
        let lines = (0..<10).map { (index: Int64) -> Facts.Line in
            let amount: Int64 = 220 + 330 * index
            return Facts.Line(
                sku: "sku-\(index)", category: categories[Int(index) % 5], tags: index == 3 ? ["no_points"] : [],
                quantity: index % 3 + 1, amount: amount, tax: amount / 11)
        }
        return Facts(
            occurredAt: Instant(milliseconds: 1_778_900_000_000),
            order: Facts.Order(id: "1", store: "tokyo-01", channel: "app", coupons: ["MAY"], lines: lines),
            member: Facts.Member(id: "m-1", tier: 1, purchaseCount: 3, daysSinceLast: 4, balances: [100]))
    }()

    @inline(never)
    private static func consume(_ value: Int) {
        precondition(value > 0, "the work was done")
    }

    /// The shortest of several averages of processor time, which other programs lengthen least.
    private static func nanoseconds(best tries: Int, of repetitions: Int, _ body: () -> Void) -> Int {
        (0..<tries).map { _ in
            let started = processorNanoseconds
            for _ in 0..<repetitions { body() }
            return (processorNanoseconds - started) / repetitions
        }.min() ?? 0
    }

    private static var processorNanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}
