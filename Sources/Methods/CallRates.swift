import Synchronization

/// How many calls each client has left: a bucket that fills steadily and from which every call takes.
///
/// A call that counts for more than a bucket holds is let through when the bucket is full, and the next one waits until
/// the debt is paid. There is a bucket for each client that called, so their number is bounded by that of clients.
package final class CallRates: Sendable {
    private struct Bucket {
        var calls: Double
        var at: ContinuousClock.Instant
    }

    private let perSecond: Double
    private let burst: Double
    private let now: @Sendable () -> ContinuousClock.Instant
    private let buckets = Mutex<[Int64: Bucket]>([:])

    /// - Parameters:
    ///   - perSecond: how many calls a client may make in the long run; 0 for any number.
    ///   - burst: how many it may make at once after a pause.
    package init(perSecond: Int, burst: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        precondition(perSecond >= 0 && burst >= 0, "rates are not negative")
        self.perSecond = Double(perSecond)
        self.burst = Double(max(burst, perSecond, 1))
        self.now = now
    }

    /// Takes calls from a client's bucket, or tells in how many milliseconds it has enough for them.
    func take(_ calls: Int, of client: Int64) -> Int64? {
        guard perSecond > 0 else { return nil }
        let needed = min(Double(calls), burst)
        let instant = now()
        return buckets.withLock { buckets in
            var bucket = buckets[client] ?? Bucket(calls: burst, at: instant)
            if instant > bucket.at {
                bucket.calls = min(burst, bucket.calls + (instant - bucket.at) / .seconds(1) * perSecond)
                bucket.at = instant
            }
            defer { buckets[client] = bucket }
            guard bucket.calls >= needed else {
                return Int64(((needed - bucket.calls) / perSecond * 1000).rounded(.up))
            }
            bucket.calls -= Double(calls)
            return nil
        }
    }
}
