package import CoreMetrics
import Synchronization

// swift-metrics on one side, the text that Prometheus reads on the other. What is measured must be in the catalogue, which
// gives each metric its kind, its buckets and its help; and no metric gets more than so many sets of labels, so that a
// mistake cannot fill the memory of whoever watches.

/// Keeps the values of every metric of a process.
package final class PrometheusRegistry: MetricsFactory {
    private struct State {
        var series: [String: [Labels: any AnyObject & Sendable]] = [:]
        var dropped: Int64 = 0
    }

    /// Most sets of labels of one metric.
    package static let mostSeries = 1000

    private let catalogue: [MetricFamily]
    private let families: [String: MetricFamily]
    private let state = Mutex(State())
    private let discarded = DiscardedSeries()

    /// - Parameter catalogue: every metric, in the order in which they are told.
    package init(_ catalogue: [MetricFamily]) {
        self.catalogue = catalogue
        families = Dictionary(
            catalogue.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in preconditionFailure("two metrics are called \(first.name)") })
    }

    // MARK: Making series

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { $0.kind == .counter ? CounterSeries() : nil } ?? discarded
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { $0.kind == .gauge ? GaugeSeries() : nil } ?? discarded
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if !aggregate {
            return series(label, dimensions) { $0.kind == .gauge ? GaugeSeries() : nil } ?? discarded
        }
        return histogram(label, dimensions, scale: 1) ?? discarded
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, scale: 1e9) ?? discarded
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func histogram(_ name: String, _ dimensions: [(String, String)], scale: Double) -> HistogramSeries? {
        series(name, dimensions) { family in
            guard case .histogram(let bounds) = family.kind else { return nil }
            return HistogramSeries(bounds: bounds, scale: scale)
        }
    }

    /// The series under some labels, made where there is none; `nil` for what the catalogue does not have, or not so, and
    /// for one too many.
    private func series<Series: AnyObject & Sendable>(
        _ name: String, _ dimensions: [(String, String)], make: (MetricFamily) -> Series?
    ) -> Series? {
        state.withLock { state in
            let labels = Labels(dimensions)
            if let known = state.series[name]?[labels] { return known as? Series }
            guard let family = families[name], state.series[name, default: [:]].count < Self.mostSeries,
                let made = make(family)
            else {
                state.dropped += 1
                return nil
            }
            state.series[name, default: [:]][labels] = made
            return made
        }
    }

    // MARK: Telling

    /// Every value, as Prometheus reads it.
    package func exposition() -> [UInt8] {
        let (series, dropped) = state.withLock { ($0.series, $0.dropped) }
        var text = ExpositionText()
        for family in catalogue {
            guard let members = series[family.name], !members.isEmpty else { continue }
            text.begin(family)
            for (labels, value) in members.sorted(by: { $0.key.text < $1.key.text }) {
                text.write(family, labels, value)
            }
        }
        text.begin(Self.droppedFamily)
        text.sample(Self.droppedFamily.name, "", Double(dropped))
        return text.bytes
    }

    private static let droppedFamily = MetricFamily(
        "kizuna_metrics_dropped_series_total", .counter,
        "Series that were not kept, because their metric has too many or is not in the catalogue.")
}

/// A set of labels, written as it is told.
struct Labels: Hashable, Sendable {
    /// `a="1",b="2"`, by name.
    let text: String

    init(_ dimensions: [(String, String)]) {
        text = dimensions.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
