import Metrics
import Time

/// Measures how far the writing of what is due lies behind.
struct DueMeter {
    private let lag: Gauge

    init(factory: any MetricsFactory) {
        lag = Gauge(label: "kizuna_due_lag_seconds", factory: factory)
    }

    /// How long the oldest thing that is not written down has been due; `nil` where there is none.
    func recordLag(since oldest: Instant?, at now: Instant) {
        lag.record(oldest.map { Double(max(0, now.milliseconds(since: $0))) / 1000 } ?? 0)
    }
}
