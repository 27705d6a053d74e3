import Engine
import Foundation
import Ledger
import Loyalty
import Rules
import SQLiteStore
import Synchronization
import Time

/// How long a backtest takes: a year of a supermarket's purchases, read from a database and decided twice.
enum BacktestBench {
    /// What a backtest has to reach on one core.
    private static let bound = 50_000.0

    static func run(in folder: URL, purchases: Int) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        print("\nrecording \(purchases) purchases …")
        let path = folder.appending(path: "kizuna.sqlite").path
        let present = RuleBook([RuleSet(version: 1, effectiveFrom: .distantPast, program: try program(base: 1))])
        let draft = try program(base: 2)
        let store = try SQLiteStore(path: path)
        let now = Startup.clock()
        let members = max(1, purchases / 20)
        // The clock goes with the sales, so that lots live as long as they would.
        let year: Int64 = 365 * 86_400_000
        let start = now - year
        _ = try Publisher(store: store, clock: { start }, file: "bench").publish(
            document(base: 1), start: .after(0), note: "the bench", by: .commandLine)
        let elapsed = Atomic<Int64>(0)
        let feeder = try EngineFeeder(
            store: store, rules: RuleDirectory(present), clock: { start + elapsed.load(ordering: .relaxed) })
        feeder.feed(
            (-members..<purchases).lazy.map { number in
                guard number >= 0 else {
                    return .enroll(Enrollment(id: nil, name: nil, identifiers: [card(number + members)]))
                }
                elapsed.store(year * Int64(number) / Int64(purchases), ordering: .relaxed)
                let instant = start + elapsed.load(ordering: .relaxed)
                return .purchase(member: card(member(number, of: members)), sale(number, at: instant))
            })
        feeder.finish()
        for compares in [true, false] {
            let question = BacktestQuestion(
                draft: draft, from: .distantPast, until: now, rows: .month, comparesHistory: compares)
            var best = Double.infinity
            for _ in 0..<3 {
                let started = processorSeconds
                let backtest = try Backtest(question, book: present)
                let report = try store.read { try backtest.run(in: $0, at: now) }
                best = min(best, processorSeconds - started)
                guard report.sales.purchases == purchases, report.comparison?.differing ?? 0 == 0 else {
                    let first =
                        report.comparison?.differences.first.map { "; operation \($0.operation) \($0.reason)" } ?? ""
                    throw CommandFailure("the backtest of the bench does not give what was recorded\(first)")
                }
            }
            let rate = Double(purchases) / best
            print(
                String(
                    format: "backtest: %.0f purchases/s on one core, %@; %.2f × the bound of %.0f", rate,
                    compares ? "compared with what was recorded" : "not compared", rate / bound, bound))
        }
        try store.close()
    }

    private static func program(base: Int) throws -> Program {
        let zone = Zone.fixed("America/New_York", offset: -5 * 3600)
        guard let program = Loader.load(document(base: base), file: "bench", zones: { _ in zone }).program else {
            throw CommandFailure("the document of the bench does not load")
        }
        return program
    }

    private static func document(base: Int) -> String {
        """
        schema: kizuna.program/v1
        id: bench
        money: { currency: USD, base: tax_excluded }
        timezone: America/New_York
        late_limit: 2 years
        points: { points: { expiry: { after: 6 months, end_of: quarter } } }
        tiers:
          metric: spend
          downgrade: recompute
          levels: [{ id: member, from: 0 }, { id: plus, from: 100000 }, { id: premier, from: 500000 }]
        eligible: '!(item.category in ["TOBACCO", "LOTTERY", "GIFT CARD"])'
        rules:
          - { id: base, event: purchase, earn: { points: \(base), per: 100 } }
          - { id: produce-double, event: purchase, multiply: { rules: [base], factor: "2", where: item.category == "PRODUCE" } }
          - { id: store-brand, event: purchase, earn: { points: 5, per: 1000, where: '"STORE BRAND" in item.tags' } }
          - id: big-shop
            event: purchase
            when: member.tier in ["plus", "premier"] && order.eligible_amount >= 15000
            earn: { points: 100 }
            limit: { count: 1, per: member, window: calendar_week }
          - id: double-tuesday
            event: purchase
            when: local.day_of_week == 2
            multiply: { rules: [base], factor: "2", where: item.category != "PRODUCE" }
          - id: four-cereals
            event: purchase
            when: order.items.exists(i, i.category == "CEREAL")
            earn: { points: 'order.items.filter(i, i.category == "CEREAL").map(i, i.quantity).sum() / 4 * 10' }
        caps:
          - { id: bonus, window: calendar_month, points: 2000, rules: [produce-double, store-brand, big-shop, double-tuesday, four-cereals] }
        tests: []
        """
    }

    private static func card(_ member: Int) -> Identifier { Identifier(.card, ExactText("\(10_000_000 + member)")) }

    /// Members come by in no order, each as often as the others.
    private static func member(_ number: Int, of members: Int) -> Int { number * 7919 % members }

    /// A basket of one to eight lines.
    private static func sale(_ number: Int, at instant: Instant) -> Purchase {
        let categories = ["PRODUCE", "DAIRY", "BAKERY", "CEREAL", "HOUSEHOLD", "TOBACCO", "FROZEN", "DELI"]
        let items = (0...number % 8).map { line -> Purchase.Item in
            let amount = Int64(99 + (number * 131 + line * 977) % 2400)
            return Purchase.Item(
                sku: "0\(41_303_000_000 + number % 977 * 8 + line)", category: categories[(number + line * 3) % 8],
                tags: line == 2 ? ["STORE BRAND"] : [], quantity: Int64(line % 3 + 1), amount: amount,
                tax: line == 4 ? amount / 12 : 0)
        }
        return Purchase(
            receipt: ReceiptNumber(
                store: ExactText("store-\(number % 40)"), terminal: "1", number: ExactText("\(number)")),
            channel: "pos", occurredAt: instant, currency: "USD",
            items: items)
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
