import Ledger
import Loyalty
import Rules

/// What a batch uses of one thing that members share, use by use.
///
/// Two versions of a program may limit the same budget differently, and each use must stay within the limit of the
/// version that decided it. What was used before the batch may therefore be at most the least of what each use left
/// room for, which is one limit for the sum again.
struct SharedUseSum {
    let key: UsageKey
    private var change: Int64 = 0
    /// The most that may have been used before the batch; `nil` where everything was given back.
    private var mostBefore: Int64?

    init(_ usage: Usage, limit: Int64) {
        key = usage.key
        add(usage.amount, limit: limit)
    }

    /// Adds a use, decided under a limit. Giving back is always allowed.
    mutating func add(_ amount: Int64, limit: Int64) {
        change += amount
        guard amount > 0, limit != .max else { return }
        mostBefore = min(mostBefore ?? .max, limit - change)
    }

    /// All of it as the store takes it.
    var use: SharedUse {
        SharedUse(key: key, change: change, limit: mostBefore.map { $0 + change } ?? .max)
    }
}
