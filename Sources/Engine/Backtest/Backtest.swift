public import Loyalty
public import Time

// What a change of the rules would have cost: all of history, in the order in which it was recorded, decided twice in
// memory, once as it was and once with the draft in force during the period. Nothing is written.
//
// The price is memory: both courses keep every member, a few hundred bytes each and 80 more for every open lot. Time
// goes with the operations recorded, those before the period included, because the members' state at its beginning
// is what came of them.

/// A backtest of a draft on a store's history.
public struct Backtest {
    private var run: BacktestRun

    private static let pageSize = 250

    /// - Parameter book: every rule set of the store.
    public init(_ question: BacktestQuestion, book: RuleBook) throws(BacktestError) {
        run = try BacktestRun(question, book: book)
    }

    /// Reads the history and decides it.
    ///
    /// - Parameters:
    ///   - now: the instant up to which time passes at the end; nothing may have been recorded behind it.
    ///   - progress: called after each page with the number of operations done and how many there are.
    /// - Throws: `BacktestError`, and what the store or `progress` throws.
    public consuming func run(
        in reader: any StoreReader, at now: Instant,
        progress: (_ done: Int64, _ total: Int64) throws -> Void = { _, _ in }
    ) throws -> BacktestReport {
        let total = try reader.counts().operations
        let detail = run.question.comparesHistory ? HistoryDetail.consequences : .commands
        run.referredTo = try reader.operationsReferredTo()
        var position = HistoryPosition.start
        while true {
            let page = try reader.history(after: position, limit: Self.pageSize, detail)
            for entry in page { try run.take(entry) }
            guard let last = page.last, page.count == Self.pageSize else { break }
            position = last.position
            try progress(run.operations, total)
        }
        try run.finish(at: now)
        return run.report(at: now)
    }
}
