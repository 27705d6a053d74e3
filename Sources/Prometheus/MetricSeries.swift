import CoreMetrics
import Synchronization

// One series each: the values of a metric under one set of labels. Writing is a few atomic additions, because commands are
// counted on the way; reading is rare and may see an observation half counted, which the next reading mends.

/// A number that only grows.
final class CounterSeries: CounterHandler {
    private let count = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        // A counter never falls, and would rather stop than begin anew below 0.
        guard amount > 0, count.load(ordering: .relaxed) <= .max - amount else { return }
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() { count.store(0, ordering: .relaxed) }

    var value: Int64 { count.load(ordering: .relaxed) }
}

/// A number that goes up and down.
final class GaugeSeries: MeterHandler, RecorderHandler {
    private let bits = Atomic<UInt64>(0)

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func increment(by amount: Double) { change(by: amount) }

    func decrement(by amount: Double) { change(by: -amount) }

    func record(_ value: Int64) { set(value) }

    func record(_ value: Double) { set(value) }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    private func change(by amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, original) = bits.compareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}

/// Observations by size.
///
/// Sizes are kept as integers of a small unit (nanoseconds, or pieces), so that the sum is one atomic addition.
final class HistogramSeries: TimerHandler, RecorderHandler {
    /// How many units of what is observed make one of what is told.
    private let scale: Double
    /// Upper bounds in the small unit.
    private let bounds: [Int64]
    private let buckets: AtomicCounts
    private let total = Atomic<Int64>(0)

    init(bounds: [Double], scale: Double) {
        self.scale = scale
        self.bounds = bounds.map { Int64(($0 * scale).rounded()) }
        self.buckets = AtomicCounts(bounds.count + 1)
    }

    func recordNanoseconds(_ duration: Int64) { observe(duration) }

    func record(_ value: Int64) { observe(value) }

    func record(_ value: Double) { observe(Int64(value.rounded())) }

    private func observe(_ value: Int64) {
        // So few bounds are found faster one after the other than by halving.
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets.increment(index)
        total.wrappingAdd(max(0, value), ordering: .relaxed)
    }

    /// How many observations there are up to each bound, all of them last; and their sum.
    var snapshot: (cumulative: [Int64], sum: Double) {
        var count: Int64 = 0
        let cumulative = (0...bounds.count).map { index in
            count += buckets[index]
            return count
        }
        return (cumulative, Double(total.load(ordering: .relaxed)) / scale)
    }
}

/// A fixed number of counters side by side.
///
/// `@unchecked Sendable` because the memory is allocated once, holds only atomics, and is freed with the last reference.
private final class AtomicCounts: @unchecked Sendable {
    private let counts: UnsafeMutablePointer<Atomic<Int64>>
    private let size: Int

    init(_ size: Int) {
        self.size = size
        counts = .allocate(capacity: size)
        for index in 0..<size { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: size)
        counts.deallocate()
    }

    func increment(_ index: Int) { counts[index].wrappingAdd(1, ordering: .relaxed) }

    subscript(index: Int) -> Int64 { counts[index].load(ordering: .relaxed) }
}

/// Takes what nobody will read.
final class DiscardedSeries: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    func increment(by amount: Int64) {}
    func reset() {}
    func set(_ value: Int64) {}
    func set(_ value: Double) {}
    func increment(by amount: Double) {}
    func decrement(by amount: Double) {}
    func record(_ value: Int64) {}
    func record(_ value: Double) {}
    func recordNanoseconds(_ duration: Int64) {}
}
