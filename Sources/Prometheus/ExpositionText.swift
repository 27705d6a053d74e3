/// Writes the text format of Prometheus, version 0.0.4.
struct ExpositionText {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(1 << 16)
    }

    mutating func begin(_ family: MetricFamily) {
        line("# HELP \(family.name) \(family.help)")
        line("# TYPE \(family.name) \(family.kind.word)")
    }

    mutating func write(_ family: MetricFamily, _ labels: Labels, _ series: any AnyObject & Sendable) {
        switch (family.kind, series) {
        case (.counter, let series as CounterSeries): sample(family.name, labels.text, Double(series.value))
        case (.gauge, let series as GaugeSeries): sample(family.name, labels.text, series.value)
        case (.histogram(let bounds), let series as HistogramSeries): write(family, bounds, labels, series)
        default: preconditionFailure("a series is of the kind of its metric")
        }
    }

    private mutating func write(_ family: MetricFamily, _ bounds: [Double], _ labels: Labels, _ series: HistogramSeries)
    {
        let (cumulative, sum) = series.snapshot
        guard let count = cumulative.last, count > 0 else { return }
        let separator = labels.text.isEmpty ? "" : ","
        for (bound, value) in zip(bounds.map(Self.number) + ["+Inf"], cumulative) {
            sample(family.name + "_bucket", "\(labels.text)\(separator)le=\"\(bound)\"", Double(value))
        }
        sample(family.name + "_sum", labels.text, sum)
        sample(family.name + "_count", labels.text, Double(count))
    }

    mutating func sample(_ name: String, _ labels: String, _ value: Double) {
        line(labels.isEmpty ? "\(name) \(Self.number(value))" : "\(name){\(labels)} \(Self.number(value))")
    }

    /// Whole numbers without a point, as people write them.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        return "\(value)"
    }

    private mutating func line(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }
}

extension MetricFamily.Kind {
    fileprivate var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
