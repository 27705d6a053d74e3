public import Ledger
import Rules
import Time

/// What was counted toward levels by one measure, in buckets of time.
///
/// A bucket is as coarse as the windows allow, and what no window can reach any more is forgotten, so that the member's
/// row stays small: one number a year for calendar years, one a day on which something counted for rolling windows and for years of
/// membership.
public struct TierTally: Hashable, Sendable {
    /// What is counted.
    public enum Metric: Hashable, Sendable {
        case earned(CurrencyID)
        case spend
        case visits
    }

    /// How long a bucket is. The raw value is stored.
    public enum Grain: String, Hashable, Sendable, CaseIterable {
        case day, month, quarter, year, lifetime
    }

    /// What is counted, and in which buckets.
    public struct Measure: Hashable, Sendable {
        /// `nil` for what was counted before this was written down.
        public let metric: Metric?
        public let grain: Grain

        public init(_ metric: Metric?, by grain: Grain) {
            self.metric = metric
            self.grain = grain
        }

        /// How a policy of a program counts.
        init(_ policy: TierPolicy, in program: Program) {
            metric =
                switch policy.metric {
                case .earned(let index): .earned(CurrencyID(program.currencies[index].id))
                case .spend: .spend
                case .visits: .visits
                }
            grain =
                switch policy.window {
                case .calendar(.month): .month
                case .calendar(.quarter): .quarter
                case .calendar(.year): .year
                // The years of members begin on different days, and two members may become one.
                case .calendar(.day), .calendar(.week), .rolling, .membershipYear: .day
                case .lifetime: .lifetime
                }
        }

        /// Whether what was counted by one counts for the other.
        func fits(_ other: Measure) -> Bool {
            grain == other.grain && (metric == other.metric || metric == nil)
        }
    }

    /// What was counted in one stretch of time.
    public struct Bucket: Hashable, Sendable {
        /// Days since 1970, or months, quarters or years of the calendar, by the grain.
        public let number: Int
        public var total: Int64

        public init(number: Int, total: Int64) {
            self.number = number
            self.total = total
        }
    }

    public internal(set) var measure: Measure
    /// By number, ascending; none of them 0.
    public private(set) var buckets: [Bucket]

    public init(_ measure: Measure, buckets: [Bucket] = []) {
        self.measure = measure
        self.buckets = buckets
    }

    /// What was counted in one bucket.
    func total(of number: Int) -> Int64 {
        buckets.first { $0.number == number }?.total ?? 0
    }

    /// What was counted from one bucket up to another one, which does not belong to it.
    func total(from first: Int, to end: Int) -> Int64 {
        var sum: Int128 = 0
        for bucket in buckets where bucket.number >= first && bucket.number < end { sum += Int128(bucket.total) }
        return Int64(clamping: sum)
    }

    /// Adds to a bucket, or takes out of it; `false`, and nothing has changed, where it would not fit 64 bits.
    mutating func add(_ amount: Int64, to number: Int) -> Bool {
        let index = buckets.firstIndex { $0.number >= number } ?? buckets.count
        let isThere = index < buckets.count && buckets[index].number == number
        let (total, overflow) = (isThere ? buckets[index].total : 0).addingReportingOverflow(amount)
        if overflow { return false }
        if isThere { buckets.remove(at: index) }
        if total != 0 { buckets.insert(Bucket(number: number, total: total), at: index) }
        return true
    }

    /// Takes so much out of the newest buckets, as far as there is any.
    mutating func take(_ amount: Int64) {
        var left = amount
        for bucket in buckets.reversed() where left > 0 && bucket.total > 0 {
            let taken = min(left, bucket.total)
            guard add(-taken, to: bucket.number) else { return }
            left -= taken
        }
    }

    /// Forgets the buckets before one.
    mutating func forget(before number: Int) {
        buckets.removeAll { $0.number < number }
    }
}
