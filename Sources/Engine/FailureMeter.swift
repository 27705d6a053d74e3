import Logging
import Metrics
import Rules

/// Counts expressions of rules that had no value, by the place where they stand in the document.
///
/// There are as many counters as expressions that ever failed, which the document bounds. The first failure of each is
/// logged, with its reason; thousands of the same would only hide it.
struct FailureMeter {
    private let factory: any MetricsFactory
    private let logger: Logger
    private var counters: [String: Counter] = [:]

    init(factory: any MetricsFactory, logger: Logger) {
        self.factory = factory
        self.logger = logger
    }

    mutating func count(_ failures: [ConditionFailure]) {
        for failure in failures {
            if let counter = counters[failure.path] {
                counter.increment()
                continue
            }
            let counter = Counter(
                label: "kizuna_rule_failures_total", dimensions: [("expression", failure.path)], factory: factory)
            counter.increment()
            counters[failure.path] = counter
            logger.warning(
                "an expression of a rule failed, and the rule was skipped; further failures of it are only counted",
                metadata: ["expression": "\(failure.path)", "reason": "\(failure.message)"])
        }
    }
}
