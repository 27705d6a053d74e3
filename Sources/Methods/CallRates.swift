import Synchronization

/// How many calls each caller has left: a bucket that fills steadily and from which every call takes.
///
/// A call that counts for more than a bucket holds is let through when the bucket is full, and the next one waits until
/// the debt is paid. A bucket that is full again is as good as none and is forgotten now and then, so there are not many
/// more than callers in the time that a bucket takes to fill.
public final class CallRates<Caller: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var calls: Double
        var at: ContinuousClock.Instant
    }

    private struct State {
        var buckets: [Caller: Bucket] = [:]
        /// With so many buckets those that are full are forgotten.
        var sweepCount = 1024
    }

    private let perSecond: Double
    private let burst: Double
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameters:
    ///   - perSecond: how many calls a caller may make in the long run; 0 for any number.
    ///   - burst: how many it may make at once after a pause.
    public init(perSecond: Int, burst: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        precondition(perSecond >= 0 && burst >= 0, "rates are not negative")
        self.perSecond = Double(perSecond)
        self.burst = Double(max(burst, perSecond, 1))
        self.now = now
    }

    /// How many callers it knows.
    public var callerCount: Int { state.withLock { $0.buckets.count } }

    /// Takes calls from a caller's bucket, or tells in how many milliseconds it has enough for them.
    public func take(_ calls: Int, of caller: Caller) -> Int64? {
        guard perSecond > 0 else { return nil }
        let needed = min(Double(calls), burst)
        let instant = now()
        return state.withLock { state in
            if state.buckets.count >= state.sweepCount { sweep(&state, at: instant) }
            var bucket = state.buckets[caller] ?? Bucket(calls: burst, at: instant)
            fill(&bucket, at: instant)
            defer { state.buckets[caller] = bucket }
            guard bucket.calls >= needed else {
                return Int64(((needed - bucket.calls) / perSecond * 1000).rounded(.up))
            }
            bucket.calls -= Double(calls)
            return nil
        }
    }

    private func fill(_ bucket: inout Bucket, at instant: ContinuousClock.Instant) {
        guard instant > bucket.at else { return }
        bucket.calls = min(burst, bucket.calls + (instant - bucket.at) / .seconds(1) * perSecond)
        bucket.at = instant
    }

    /// Forgets full buckets. The next sweep comes when there are twice as many as are left, so that it costs a call little.
    private func sweep(_ state: inout State, at instant: ContinuousClock.Instant) {
        state.buckets = state.buckets.filter { _, bucket in
            var bucket = bucket
            fill(&bucket, at: instant)
            return bucket.calls < burst
        }
        state.sweepCount = max(1024, 2 * state.buckets.count)
    }
}
