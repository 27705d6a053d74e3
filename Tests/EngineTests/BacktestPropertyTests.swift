import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// What holds of every history.
@Suite struct BacktestPropertyTests {
    private static let present = Programs.ruleSet(RandomHistory.program)

    private func backtest(
        _ draft: String, on store: any Store, from: Instant = .distantPast, until: Instant, compares: Bool = true
    ) throws -> BacktestReport {
        let question = BacktestQuestion(
            draft: Programs.load(draft), from: from, until: until, rows: .week, mostMembers: 3,
            comparesHistory: compares)
        let backtest = try Backtest(question, book: RuleBook([Self.present]))
        return try store.read { try backtest.run(in: $0, at: until) }
    }

    @Test(
        "the present document on its own history gives exactly what happened", arguments: 1...12 as ClosedRange<UInt64>)
    func identity(seed: UInt64) throws {
        let store = MemoryStore()
        let end = try RandomHistory.record(300, seed: seed, on: store, under: Self.present, from: EngineHarness.start)
        let report = try backtest(RandomHistory.program, on: store, until: end + 1)
        #expect(report.comparison?.differences == [])
        #expect(report.comparison?.differing == 0 && report.comparison?.compared == report.operations)
        for currency in report.currencies {
            #expect(currency.earned.change == 0 && currency.expired.change == 0 && currency.outstanding.change == 0)
            #expect(currency.gaining == 0 && currency.losing == 0)
            #expect(currency.earned.current > 0)
        }
        #expect(report.rules.allSatisfy { $0.points.change == 0 && $0.times.change == 0 })
        #expect(report.levels.allSatisfy { $0.ups.change == 0 && $0.downs.change == 0 && $0.members.change == 0 })
        #expect(report.campaigns.allSatisfy { $0.used.change == 0 } && report.refusals.isEmpty)
        try checkAgainstStore(report, store, at: end + 1)
    }

    /// The sums of the course as it was are those of the store's own rows.
    private func checkAgainstStore(_ report: BacktestReport, _ store: MemoryStore, at end: Instant) throws {
        try store.read { reader in
            let members = try reader.members(after: MemberNumber(0), limit: .max)
            let states = try members.compactMap {
                try reader.state(of: $0)?.advanced(to: end, under: RuleBook([Self.present]))
            }
            let operations = try members.flatMap { try reader.operations(of: $0, after: 0, limit: .max) }
                .map(\.sealed.operation)
            #expect(report.members == Int64(members.count) && report.operations == Int64(operations.count))
            for currency in report.currencies {
                let held = states.reduce(0) { $0 + $1.ledger.balance(of: currency.currency).available.count }
                #expect(currency.outstanding.current == held)
                let issued = operations.flatMap(\.movements.transfers)
                    .filter { $0.from == .issued && $0.currency == currency.currency }.reduce(0) {
                        $0 + $1.amount.count
                    }
                #expect(currency.earned.current == issued)
                #expect(
                    report.rows.reduce(0) { sum, row in
                        sum + zip(report.currencies, row.earned).reduce(0) { $1.0 == currency ? $0 + $1.1.current : $0 }
                    } == issued)
                #expect(
                    report.rules.filter { $0.currency == currency.currency }.reduce(0) { $0 + $1.points.current }
                        == issued)
            }
            for campaign in report.campaigns {
                let used = try reader.sharedUsages().first { $0.key.id == campaign.campaign }?.amount ?? 0
                #expect(campaign.used.current == used)
            }
            for level in report.levels {
                #expect(level.members.current == Int64(states.count { $0.tier?.current.level == level.level }))
            }
            let purchases = operations.compactMap(\.purchase)
            #expect(report.sales.purchases == Int64(purchases.count))
            #expect(report.sales.money == purchases.reduce(0) { $0 + ($1.amount ?? 0) })
        }
    }

    @Test("a draft that pays twice as much pays exactly twice", arguments: 1...6 as ClosedRange<UInt64>)
    func twice(seed: UInt64) throws {
        func document(_ factor: Int) -> String {
            """
            schema: kizuna.program/v1
            id: random
            money: { currency: JPY, base: tax_excluded }
            timezone: Asia/Tokyo
            enroll: { unknown_card: enroll }
            late_limit: 30 days
            points: { beans: { expiry: { after: 40 days } } }
            campaigns: [{ id: rush, budget: { points: \(500 * factor) } }]
            rules:
              - { id: base, event: purchase, earn: { points: \(factor), per: 100, carry: true } }
              - { id: fixed, campaign: rush, event: purchase, earn: { points: \(7 * factor) } }
              - { id: card, event: purchase, stamp: { card: lattes, size: 7, points: \(40 * factor) } }
            caps: [{ id: week, window: calendar_week, points: \(30 * factor), rules: [base] }]
            """
        }
        let store = MemoryStore()
        let present = Programs.ruleSet(document(1))
        let end = try RandomHistory.record(250, seed: seed, on: store, under: present, from: EngineHarness.start)
        let question = BacktestQuestion(
            draft: Programs.load(document(2)), from: .distantPast, until: end + 1, rows: .day)
        let backtest = try Backtest(question, book: RuleBook([present]))
        let report = try store.read { try backtest.run(in: $0, at: end + 1) }
        func isTwice(_ pair: BacktestPair<Int64>) -> Bool { pair.draft == 2 * pair.current }
        #expect(report.rules.count == 3 && report.rules.allSatisfy { isTwice($0.points) && $0.times.change == 0 })
        for currency in report.currencies {
            #expect(isTwice(currency.earned) && isTwice(currency.expired) && isTwice(currency.outstanding))
        }
        #expect(report.rows.allSatisfy { $0.earned.allSatisfy(isTwice) })
        #expect(report.campaigns.allSatisfy { isTwice($0.used) })
        #expect(report.currencies[0].gainers.allSatisfy { isTwice($0.earned) })
    }

    @Test(
        "a draft that is the present document changes nothing, whatever the period",
        arguments: 1...4 as ClosedRange<UInt64>)
    func anyPeriod(seed: UInt64) throws {
        let store = MemoryStore()
        let start = EngineHarness.start
        let end = try RandomHistory.record(250, seed: seed, on: store, under: Self.present, from: start)
        let length = end.milliseconds(since: start)
        for (from, until) in [(start + length / 3, start + length / 2), (start, start + 1), (end, end + 1_000_000)] {
            for compares in [true, false] {
                let report = try backtest(
                    RandomHistory.program, on: store, from: from, until: until, compares: compares)
                #expect(report.comparison?.differing ?? 0 == 0 && (report.comparison != nil) == compares)
                #expect(report.rules.allSatisfy { $0.points.change == 0 })
                #expect(report.currencies.allSatisfy { $0.earned.change == 0 && $0.outstanding.change == 0 })
                #expect(report.levels.allSatisfy { $0.members.change == 0 && $0.ups.change == 0 })
            }
        }
    }

    @Test("two backtests of parts of a period earn what one of the whole earns under the present document")
    func parts() throws {
        let store = MemoryStore()
        let start = EngineHarness.start
        let end = try RandomHistory.record(250, seed: 9, on: store, under: Self.present, from: start)
        let middle = start + end.milliseconds(since: start) / 2
        let reports = try [(Instant.distantPast, middle), (middle, end + 1), (.distantPast, end + 1)].map {
            try backtest(RandomHistory.program, on: store, from: $0.0, until: $0.1)
        }
        for index in reports[0].currencies.indices {
            let sums = reports.map { $0.currencies[index].earned.current }
            #expect(sums[0] + sums[1] == sums[2])
        }
    }
}
