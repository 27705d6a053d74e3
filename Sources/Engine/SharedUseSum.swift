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

    /// Takes note of what the next use was decided by: that so much was left, and where that was too little, that no
    /// more was. What is used of it in the end may be less.
    ///
    /// - Parameters:
    ///   - used: what is used, with the uses so far.
    ///   - earlier: what the same command used of it before.
    mutating func hang(on draw: BudgetDraw, used: Int64, behind earlier: Int64) {
        if draw.isShort { leastBefore = max(leastBefore, used - change) }
        if draw.points > 0 { mostBefore = min(mostBefore ?? .max, draw.limit - draw.points - earlier - change) }
    }

    /// All of it as the store takes it; `nil` where there is nothing to write or to see to.
    var use: SharedUse? {
        guard change != 0 || mostBefore != nil || leastBefore > 0 else { return nil }
        return SharedUse(key: key, change: change, limit: mostBefore.map { $0 + change } ?? .max, least: leastBefore)
    }
}
