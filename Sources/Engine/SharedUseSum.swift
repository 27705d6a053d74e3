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
    /// The least that must have been used before the batch.
    private var leastBefore: Int64 = 0

    init(_ key: UsageKey) {
        self.key = key
    }

    /// Adds a use, decided under a limit. Giving back is always allowed.
    mutating func add(_ amount: Int64, limit: Int64) {
        change += amount
        guard amount > 0, limit != .max else { return }
        mostBefore = min(mostBefore ?? .max, limit - change)
    }

    /// Takes note that the next use may be less than it would be if less had been used.
    ///
    /// - Parameter used: what is used, with the uses so far.
    mutating func hang(on used: Int64) {
        leastBefore = max(leastBefore, used - change)
    }

    /// All of it as the store takes it; `nil` where there is nothing to write or to see to.
    var use: SharedUse? {
        guard change != 0 || mostBefore != nil || leastBefore > 0 else { return nil }
        return SharedUse(key: key, change: change, limit: mostBefore.map { $0 + change } ?? .max, least: leastBefore)
    }
}
