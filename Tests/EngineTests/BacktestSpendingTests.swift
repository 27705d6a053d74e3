import Engine
import Ledger
import Loyalty
import MemoryStore
import Rules
import TestSupport
import Testing
import Time

/// Backtests of what happens to points behind earning.
@Suite("Backtests of spending") struct BacktestSpendingTests {
    private func backtest(
        _ draft: String, on twin: SpendingTwin, from: Instant = .distantPast, at end: Instant
    ) throws -> BacktestReport {
        let question = BacktestQuestion(
            draft: Programs.load(draft), from: from, until: .distantFuture, rows: .month)
        let backtest = try Backtest(question, book: twin.harness.book)
        return try twin.store.read { try backtest.run(in: $0, at: end) }
    }

    @Test("the present document gives exactly what happened", arguments: 1...10 as ClosedRange<UInt64>)
    func identity(seed: UInt64) throws {
        let (twin, steps) = try SpendingHistory.record(550, seed: seed, tills: true, on: MemoryStore())
        let kinds = Set(
            try twin.store.read { reader in
                try reader.members(after: MemberNumber(0), limit: .max).flatMap {
                    try reader.operations(of: $0, after: 0, limit: .max).map(\.sealed.operation.kind)
                }
            })
        let rare: Set<OperationKind> = [
            .enroll, .link, .event, .cancel, .voucher, .confirm, .capture, .grant, .revoke, .merge, .surrender,
            .unlink, .status, .refund, .refer, .settle, .referral, .referralBack, .lend, .borrow, .consent, .erase,
        ]
        #expect(kinds.union(rare) == Set(OperationKind.allCases), "the history has some of everything")
        #expect(try Verifier(store: twin.store, book: twin.harness.book).run().findings.isEmpty)
        let middle = steps[steps.count / 2].1.at
        let end = twin.harness.now + 40_000_000_000
        for from in [Instant.distantPast, middle] {
            let report = try backtest(SpendingHistory.document, on: twin, from: from, at: end)
            #expect(report.comparison?.differences == [])
            #expect(report.comparison?.compared == report.operations && report.refusals.isEmpty)
            for currency in report.currencies {
                #expect(currency.earned.change == 0 && currency.expired.change == 0)
                #expect(currency.takenBack.change == 0 && currency.outstanding.change == 0)
            }
            #expect(report.rules.allSatisfy { $0.points.change == 0 && $0.times.change == 0 })
            #expect(report.levels.allSatisfy { $0.ups.change == 0 && $0.downs.change == 0 && $0.members.change == 0 })
            #expect(report.campaigns.allSatisfy { $0.used.change == 0 })
            guard from == .distantPast else { continue }
            try check(report, \.current, twin, at: end)
        }
    }

    /// Drafts that change numbers of operations, what can be paid, and what is allowed at all.
    private static let drafts: [(String, String)] = [
        ("{ id: base, event: purchase, earn: { points: 1,", "{ id: base, event: purchase, earn: { points: 3,"),
        ("expiry: { after: 12 months, end_of: month }", "expiry: { after: 45 days }"),
        ("worth: 1, minimum: 10", "worth: 2, minimum: 50"),
        ("transfers: { allowed: true,", "transfers: { allowed: false,"),
        ("clawback: recompute", "clawback: proportional"),
        ("event: birthday, earn: { points: 90 }", "event: birthday, earn: { points: 500 }"),
        ("unknown_card: enroll", "unknown_card: refuse"),
        ("size: 10, reward: free-latte", "size: 3, reward: free-latte"),
        ("card: hello, size: 1,", "card: hello, size: 2,"),
        ("policy: allow, limit: 5000", "policy: refuse"),
        ("stock: 3", "stock: 1"),
        ("vesting: { after: 7 days }", "vesting: { after: 40 days }"),
        ("referrer: { points: 150 }", "referrer: { points: 900, after: claim }"),
        ("minimum: 800", "minimum: 5000"),
        ("pools: { kinds: [household], most_members: 4", "pools: { kinds: [household], most_members: 2"),
    ]

    @Test(
        "a draft gives what an engine gives that carries the same out under it", arguments: 0..<15,
        [21, 22] as [UInt64])
    func twins(index: Int, seed: UInt64) throws {
        let (before, after) = Self.drafts[index]
        let draft = SpendingHistory.document.replacing(before, with: after)
        #expect(draft != SpendingHistory.document)
        // Where the draft would not have let somebody join, nobody knows whose a card was that went to another member.
        let (twin, steps) = try SpendingHistory.record(
            350, seed: seed, renames: !before.hasPrefix("worth") && !before.hasPrefix("unknown_card"),
            on: MemoryStore())
        let other = try SpendingTwin(draft, on: MemoryStore())
        for (number, step) in steps { try other.carryOut(number, step) }
        other.harness.engine.drain()
        let end = twin.harness.now + 40_000_000_000
        let report = try backtest(draft, on: twin, at: end)
        #expect(report.comparison?.differing == 0)
        #expect(report.refusals.reduce(0) { $0 + $1.times.draft } == Int64(other.refused))
        try check(report, \.current, twin, at: end)
        try check(report, \.draft, other, at: end)
    }

    /// One column of a report is what a store holds.
    private func check(
        _ report: BacktestReport, _ column: KeyPath<BacktestPair<Int64>, Int64>, _ twin: SpendingTwin, at end: Instant
    ) throws {
        for currency in report.currencies {
            let (outstanding, moved) = try twin.sums(of: currency.currency, at: end)
            #expect(currency.outstanding[keyPath: column] == outstanding)
            #expect(currency.earned[keyPath: column] == moved(.issued, nil))
            #expect(currency.takenBack[keyPath: column] == moved(.issued, .issued))
            #expect(currency.expired[keyPath: column] == moved(.expired, .expired))
            let byRule = report.rules.filter { $0.currency == currency.currency }
            #expect(byRule.reduce(0) { $0 + $1.points[keyPath: column] } == moved(.issued, nil))
        }
        let used = try twin.store.read { try $0.sharedUsages() }
        for campaign in report.campaigns {
            #expect(campaign.used[keyPath: column] == used.first { $0.key.id == campaign.campaign }?.amount ?? 0)
        }
    }
}
