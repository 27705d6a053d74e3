import CoreMetrics
import Foundation
import Prometheus
import TestSupport
import Testing

/// What Prometheus's own tool says of the metrics and of the rules for alerts.
@Suite(.temporaryFolder) struct PromtoolTests {
    private static let operating = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/operating")

    @Test(
        "it accepts every metric of the catalogue",
        .enabled(if: Promtool.isInstalled, "there is no promtool here (Debian's package prometheus)"))
    func metrics() throws {
        let registry = PrometheusRegistry(MetricFamily.catalogue)
        for family in MetricFamily.catalogue {
            switch family.kind {
            case .counter: Counter(label: family.name, dimensions: [("a", "b")], factory: registry).increment()
            case .gauge: Meter(label: family.name, factory: registry).set(1.5)
            case .histogram:
                CoreMetrics.Timer(label: family.name, dimensions: [("a", "b")], factory: registry)
                    .recordNanoseconds(1_000_000)
            }
        }
        let complaint = try Promtool.run(
            ["check", "metrics"], input: Data(registry.exposition()), in: TemporaryFolder.current)
        #expect(complaint == nil, "\(complaint ?? "")")
    }

    @Test(
        "it accepts the rules for alerts, of which there are eleven",
        .enabled(if: Promtool.isInstalled, "there is no promtool here (Debian's package prometheus)"))
    func alerts() throws {
        let rules = Self.operating.appending(path: "alerts.yaml")
        let complaint = try Promtool.run(["check", "rules", rules.path], in: TemporaryFolder.current)
        #expect(complaint == nil, "\(complaint ?? "")")
        let text = try String(contentsOf: rules, encoding: .utf8)
        #expect(text.components(separatedBy: "- alert: ").count - 1 == 11)
    }

    @Test("the rules and the dashboard ask for metrics that exist")
    func names() throws {
        let known = Set(MetricFamily.catalogue.map(\.name) + ["up", "kizuna_metrics_dropped_series_total"])
        for file in ["alerts.yaml", "dashboard.json"] {
            let text = try String(contentsOf: Self.operating.appending(path: file), encoding: .utf8)
            let names = text.matches(of: /\b(kizuna|process)_[a-z_]+/).map { String($0.output.0) }
            #expect(!names.isEmpty)
            for name in names {
                let family = ["_bucket", "_sum", "_count"].reduce(name) {
                    known.contains($0) || !$0.hasSuffix($1) ? $0 : String($0.dropLast($1.count))
                }
                #expect(known.contains(family), "\(file) asks for \(name)")
            }
        }
        let dashboard = try Data(contentsOf: Self.operating.appending(path: "dashboard.json"))
        let root = try #require(try JSONSerialization.jsonObject(with: dashboard) as? [String: Any])
        #expect((root["panels"] as? [Any])?.count ?? 0 >= 12)
    }

    @Test("the page about the metrics names every one of them")
    func page() throws {
        let text = try String(contentsOf: Self.operating.appending(path: "metrics.md"), encoding: .utf8)
        for family in MetricFamily.catalogue { #expect(text.contains("`\(family.name)`"), "\(family.name)") }
    }
}
