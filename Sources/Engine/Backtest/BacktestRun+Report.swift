import Ledger
import Loyalty
import Rules
import Time

// From two courses of history to one report.

extension BacktestRun {
    /// What both courses came to; time must have passed to the end.
    func report(at end: Instant) -> BacktestReport {
        let draft = draft
        let (now, then) = (current.tally, draft.tally)
        return BacktestReport(
            from: question.from, until: question.until, end: end, rowPeriod: question.rows, operations: operations,
            members: Int64(members.count), sales: rows.total, currencies: currencies(draft, at: end),
            rules: rules(now, then),
            campaigns: campaigns(now, then), rewards: rewards(now, then), levels: levels(draft),
            rows: reportedRows(now, then),
            refusals: Set(now.refusals.keys).union(then.refusals.keys).sorted().map { reason in
                BacktestReport.Refusals(
                    reason: reason,
                    times: BacktestPair(current: now.refusals[reason] ?? 0, draft: then.refusals[reason] ?? 0))
            },
            failures: then.failures.sorted { ($0.key.path, $0.key.message) < ($1.key.path, $1.key.message) }
                .map { BacktestReport.Failure(failure: $0.key, times: $0.value) },
            comparison: question.comparesHistory ? comparison : nil)
    }

    private func pair(_ current: Int128, _ draft: Int128) -> BacktestPair<Int64> {
        BacktestPair(current: Int64(clamping: current), draft: Int64(clamping: draft))
    }

    /// The document in force at the end.
    private var present: Program { books.all[books.all.newestVersion]?.program ?? question.draft }

    private func rules(_ now: BacktestTally, _ then: BacktestTally) -> [BacktestReport.Rule] {
        let width = terms.currencies.count
        return terms.rules.enumerated().flatMap { rule, id in
            terms.currencies.enumerated().compactMap { currency, name in
                let (a, b) = (now.awards[rule * width + currency], then.awards[rule * width + currency])
                guard a.times > 0 || b.times > 0 else { return nil }
                return BacktestReport.Rule(
                    rule: id, currency: name, points: pair(a.points, b.points),
                    times: BacktestPair(current: a.times, draft: b.times))
            }
        }
    }

    // MARK: Currencies

    private func currencies(_ draft: BacktestCourse, at end: Instant) -> [BacktestReport.Currency] {
        let (before, after) = (outstanding(current), outstanding(draft))
        let (recorded, tried) = (books.present.recorded.inForce(at: end), books.present.tried.inForce(at: end))
        let stored = Set(
            [present, question.draft].flatMap { $0.currencies.filter { $0.kind == .storedValue }.map(\.id) })
        // Money that was paid in is owed as money, and no rule changes it.
        return terms.currencies.indices.filter { !stored.contains(terms.currencies[$0].text) }.map { currency in
            let changes = changes(in: currency, draft)
            let gains = changes.filter { $0.earned.change > 0 }
            let losses = changes.filter { $0.earned.change < 0 }
            return BacktestReport.Currency(
                currency: terms.currencies[currency],
                earned: pair(current.tally.earned[currency], draft.tally.earned[currency]),
                expired: pair(current.tally.expired[currency], draft.tally.expired[currency]),
                takenBack: pair(current.tally.takenBack[currency], draft.tally.takenBack[currency]),
                outstanding: pair(before[currency], after[currency]),
                liability: BacktestPair(
                    current: recorded.program.worth(of: before[currency], in: terms.currencies[currency]),
                    draft: tried.program.worth(of: after[currency], in: terms.currencies[currency])),
                gaining: Int64(gains.count), losing: Int64(losses.count), gainers: greatest(gains),
                losers: greatest(losses))
        }
    }

    /// What all members together have of each currency.
    private func outstanding(_ course: BacktestCourse) -> [Int128] {
        var sums = [Int128](repeating: 0, count: terms.currencies.count)
        for state in course.states {
            for balance in state?.ledger.balances ?? [] {
                sums[terms.index(of: balance.currency)] +=
                    Int128(balance.available.count) + Int128(balance.pending.count) + Int128(balance.held.count)
            }
        }
        return sums
    }

    /// The members who earned another number of points of a currency.
    private func changes(in currency: Int, _ draft: BacktestCourse) -> [BacktestReport.Member] {
        let width = terms.currencies.count
        return members.enumerated().compactMap { slot, member in
            let earned = BacktestPair(
                current: current.tally.members[slot * width + currency],
                draft: draft.tally.members[slot * width + currency])
            guard earned.change != 0 else { return nil }
            return BacktestReport.Member(number: member.number, id: member.id, earned: earned)
        }
    }

    private func greatest(_ changes: [BacktestReport.Member]) -> [BacktestReport.Member] {
        let sorted = changes.sorted {
            ($1.earned.change.magnitude, $0.number.value) < ($0.earned.change.magnitude, $1.number.value)
        }
        return Array(sorted.prefix(question.mostMembers))
    }

    // MARK: Campaigns, levels and rows

    private func campaigns(_ now: BacktestTally, _ then: BacktestTally) -> [BacktestReport.Campaign] {
        func budget(_ id: String, _ program: Program) -> Int64? {
            program.campaigns.first { $0.id == id }?.budget?.points
        }
        var ids = question.draft.campaigns.map(\.id)
        ids += present.campaigns.map(\.id).filter { !ids.contains($0) }
        ids += Set(now.budgets.keys).union(then.budgets.keys).subtracting(ids).sorted()
        return ids.compactMap { id in
            let budget = BacktestPair(current: budget(id, present), draft: budget(id, question.draft))
            let used = BacktestPair(current: now.budgets[id] ?? 0, draft: then.budgets[id] ?? 0)
            guard budget.current != nil || budget.draft != nil || !used.isZero else { return nil }
            return BacktestReport.Campaign(campaign: id, used: used, budget: budget)
        }
    }

    private func rewards(_ now: BacktestTally, _ then: BacktestTally) -> [BacktestReport.Reward] {
        func stock(_ id: String, _ program: Program) -> Int64? {
            program.redemption.rewards.first { $0.id == id }?.stock
        }
        var ids = question.draft.redemption.rewards.map(\.id)
        ids += present.redemption.rewards.map(\.id).filter { !ids.contains($0) }
        ids += Set(now.rewards.keys).union(then.rewards.keys).subtracting(ids).sorted()
        return ids.compactMap { id in
            let stock = BacktestPair(current: stock(id, present), draft: stock(id, question.draft))
            let (a, b) = (now.rewards[id], then.rewards[id])
            guard a != nil || b != nil || stock.current != nil || stock.draft != nil else { return nil }
            return BacktestReport.Reward(
                reward: id, given: BacktestPair(current: a?.given ?? 0, draft: b?.given ?? 0),
                redeemed: BacktestPair(current: a?.redeemed ?? 0, draft: b?.redeemed ?? 0),
                used: BacktestPair(current: a?.stock ?? 0, draft: b?.stock ?? 0), stock: stock)
        }
    }

    private func levels(_ draft: BacktestCourse) -> [BacktestReport.Level] {
        let (before, after) = (members(by: current), members(by: draft))
        var levels = question.draft.tiers?.levels.map(\.id) ?? []
        levels += (present.tiers?.levels.map(\.id) ?? []).filter { !levels.contains($0) }
        levels += Set(before.keys).union(after.keys).subtracting(levels).sorted()
        return levels.map { level in
            let (now, then) = (current.tally.moves[level], draft.tally.moves[level])
            return BacktestReport.Level(
                level: level, ups: BacktestPair(current: now?.ups ?? 0, draft: then?.ups ?? 0),
                downs: BacktestPair(current: now?.downs ?? 0, draft: then?.downs ?? 0),
                members: BacktestPair(current: before[level] ?? 0, draft: after[level] ?? 0))
        }
    }

    private func members(by course: BacktestCourse) -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for state in course.states {
            if let level = state?.tier?.current.level { counts[level, default: 0] += 1 }
        }
        return counts
    }

    private func reportedRows(_ now: BacktestTally, _ then: BacktestTally) -> [BacktestReport.Row] {
        let width = terms.currencies.count
        func sum(_ sums: [Int128], _ index: Int) -> Int128 { sums.indices.contains(index) ? sums[index] : 0 }
        let reported = rows.rows.enumerated().map { index, row in
            BacktestReport.Row(
                start: max(row.start, question.from), sales: row.sales,
                earned: terms.currencies.indices.map {
                    pair(sum(now.rows, index * width + $0), sum(then.rows, index * width + $0))
                })
        }
        return reported.sorted { $0.start < $1.start }
    }
}

extension Program {
    /// What points are worth as payment, in minor units; `nil` where they do not pay.
    fileprivate func worth(of points: Int128, in currency: CurrencyID) -> Int64? {
        guard let pay = redemption.pay, currencies[pay.currency].id == currency.text else { return nil }
        return pay.money(for: Int64(clamping: points)) ?? .max
    }
}
