import Ledger
import Loyalty
import Metrics

/// Counts what a lane does: batches, conflicts, and the points that they moved.
///
/// Only the deciding thread counts, once a batch. There are as many series of points as the program has currencies.
struct LaneMeter {
    /// Ways of points in and out of members' hands.
    private enum Flow: String, CaseIterable {
        case earned, redeemed, expired
        case takenBack = "taken_back"
        case restored

        init?(_ transfer: Transfer) {
            switch (transfer.from, transfer.to) {
            case (.issued, let to) where to.isMembers: self = .earned
            case (let from, .issued) where from.isMembers: self = .takenBack
            case (let from, .redeemed) where from.isMembers: self = .redeemed
            case (.redeemed, let to) where to.isMembers: self = .restored
            case (let from, .expired) where from.isMembers: self = .expired
            default: return nil
            }
        }
    }

    private struct Key: Hashable {
        let currency: CurrencyID
        let flow: Flow
    }

    private let factory: any MetricsFactory
    private let batchSize: Recorder
    private let conflicts: Counter
    private let failures: Counter
    private let hits: Counter
    private let misses: Counter
    private let due: Counter
    private var points: [Key: Counter] = [:]
    private var sums: [Key: Int64] = [:]

    init(factory: any MetricsFactory) {
        self.factory = factory
        batchSize = Recorder(label: "kizuna_batch_operations", factory: factory)
        conflicts = Counter(label: "kizuna_commit_conflicts_total", factory: factory)
        failures = Counter(label: "kizuna_commit_failures_total", factory: factory)
        hits = Counter(label: "kizuna_cache_hits_total", factory: factory)
        misses = Counter(label: "kizuna_cache_misses_total", factory: factory)
        due = Counter(label: "kizuna_due_operations_total", factory: factory)
    }

    /// Counts how a batch ended.
    mutating func count(_ outcome: Committer.Outcome, of batch: Batch) {
        switch outcome {
        case .committed: count(batch)
        case .conflict: conflicts.increment()
        case .failed: failures.increment()
        }
    }

    /// Counts what the cache was asked.
    func count(_ use: CacheUse) {
        if use.hits > 0 { hits.increment(by: use.hits) }
        if use.misses > 0 { misses.increment(by: use.misses) }
    }

    private mutating func count(_ batch: Batch) {
        batchSize.record(batch.operations.count)
        var dueOperations = 0
        for sealed in batch.operations {
            if sealed.operation.kind == .due { dueOperations += 1 }
            for transfer in sealed.operation.movements.transfers {
                guard let flow = Flow(transfer) else { continue }
                sums[Key(currency: transfer.currency, flow: flow), default: 0] &+= transfer.amount.count
            }
        }
        if dueOperations > 0 { due.increment(by: dueOperations) }
        for (key, sum) in sums where sum > 0 {
            counter(key).increment(by: sum)
            sums[key] = 0
        }
    }

    private mutating func counter(_ key: Key) -> Counter {
        if let known = points[key] { return known }
        let made = Counter(
            label: "kizuna_points_\(key.flow.rawValue)_total", dimensions: [("currency", key.currency.text)],
            factory: factory)
        points[key] = made
        return made
    }
}

/// How often a cache was asked for a member since it was last told.
struct CacheUse {
    var hits = 0
    var misses = 0
}
