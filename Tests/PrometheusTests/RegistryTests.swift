import CoreMetrics
import Foundation
import Prometheus
import Testing

/// The registry between swift-metrics and Prometheus.
@Suite struct RegistryTests {
    private static let families: [MetricFamily] = [
        .init("calls_total", .counter, "Calls."), .init("depth", .gauge, "How deep."),
        .init("call_seconds", .histogram([0.001, 0.01, 0.1]), "How long."),
        .init("batch_size", .histogram([1, 2, 4]), "How many."),
    ]

    private static func text(_ registry: PrometheusRegistry) -> [String] {
        String(decoding: registry.exposition(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("counters, gauges and histograms are told as Prometheus reads them")
    func exposition() {
        let registry = PrometheusRegistry(Self.families)
        let calls = Counter(
            label: "calls_total", dimensions: [("outcome", "ok"), ("method", "a.b")], factory: registry)
        calls.increment(by: 3)
        Meter(label: "depth", factory: registry).set(2.5)
        let latency = CoreMetrics.Timer(label: "call_seconds", factory: registry)
        for milliseconds in [0.5, 1, 5, 50, 500] { latency.recordNanoseconds(Int64(milliseconds * 1_000_000)) }
        let sizes = Recorder(label: "batch_size", factory: registry)
        for size in [1, 2, 3, 9] { sizes.record(size) }
        #expect(
            Self.text(registry) == [
                "# HELP calls_total Calls.", "# TYPE calls_total counter",
                #"calls_total{method="a.b",outcome="ok"} 3"#,
                "# HELP depth How deep.", "# TYPE depth gauge", "depth 2.5",
                "# HELP call_seconds How long.", "# TYPE call_seconds histogram",
                #"call_seconds_bucket{le="0.001"} 2"#, #"call_seconds_bucket{le="0.01"} 3"#,
                #"call_seconds_bucket{le="0.1"} 4"#, #"call_seconds_bucket{le="+Inf"} 5"#,
                "call_seconds_sum 0.5565", "call_seconds_count 5",
                "# HELP batch_size How many.", "# TYPE batch_size histogram",
                #"batch_size_bucket{le="1"} 1"#, #"batch_size_bucket{le="2"} 2"#, #"batch_size_bucket{le="4"} 3"#,
                #"batch_size_bucket{le="+Inf"} 4"#, "batch_size_sum 15", "batch_size_count 4",
                "# HELP kizuna_metrics_dropped_series_total Series that were not kept, because their metric has too many or is not in the catalogue.",
                "# TYPE kizuna_metrics_dropped_series_total counter", "kizuna_metrics_dropped_series_total 0",
            ])
    }

    @Test("the same name and labels are the same series, whatever the order of the labels")
    func sameSeries() {
        let registry = PrometheusRegistry(Self.families)
        Counter(label: "calls_total", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "calls_total", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(Self.text(registry).contains(#"calls_total{a="1",b="2"} 2"#))
    }

    @Test("labels are escaped")
    func escaping() {
        let registry = PrometheusRegistry(Self.families)
        Counter(label: "calls_total", dimensions: [("a", "\"x\"\\\n")], factory: registry).increment()
        #expect(Self.text(registry).contains(#"calls_total{a="\"x\"\\\n"} 1"#))
    }

    @Test("a metric gets only so many series, and one that is not in the catalogue none")
    func bounded() {
        let registry = PrometheusRegistry(Self.families)
        for number in 0..<(PrometheusRegistry.mostSeries + 5) {
            Counter(label: "calls_total", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        Counter(label: "invented_total", factory: registry).increment()
        // One of the wrong kind is as good as none.
        Counter(label: "depth", factory: registry).increment()
        let lines = Self.text(registry)
        #expect(lines.filter { $0.hasPrefix("calls_total{") }.count == PrometheusRegistry.mostSeries)
        #expect(lines.contains("kizuna_metrics_dropped_series_total 7"))
        #expect(!lines.contains { $0.contains("invented") })
    }

    @Test("a counter never falls")
    func monotonous() {
        let registry = PrometheusRegistry(Self.families)
        let calls = Counter(label: "calls_total", factory: registry)
        calls.increment(by: Int64.max)
        calls.increment()
        calls.increment(by: -5)
        #expect(Self.text(registry).contains { $0.hasPrefix("calls_total 9.2") })
    }

    @Test("what many threads count at once is all there")
    func threads() async {
        let registry = PrometheusRegistry(Self.families)
        let calls = Counter(label: "calls_total", factory: registry)
        let latency = CoreMetrics.Timer(label: "call_seconds", factory: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        calls.increment()
                        latency.recordNanoseconds(2_000_000)
                    }
                }
            }
        }
        let lines = Self.text(registry)
        #expect(lines.contains("calls_total 80000") && lines.contains("call_seconds_count 80000"))
        #expect(lines.contains("call_seconds_sum 160"))
    }
}
