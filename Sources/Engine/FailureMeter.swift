import Logging
import Loyalty
import Metrics
import Rules

/// Counts expressions of rules that had no value, by the place where they stand in the document.
///
/// There are as many counters as expressions, which the documents bound. Each is there from the start, because only what
/// goes up from 0 is seen as going up. The first failure of each is
/// logged, with its reason; thousands of the same would only hide it.
struct FailureMeter {
    private let factory: any MetricsFactory
    private let logger: Logger
    private var counters: [String: Counter] = [:]
    /// The expressions that have failed.
    private var failed: Set<String> = []

    init(factory: any MetricsFactory, logger: Logger) {
        self.factory = factory
        self.logger = logger
    }

    /// Makes the counters of all expressions that may fail.
    mutating func expect(_ book: RuleBook) {
        for ruleSet in book.all {
            for path in ruleSet.program.expressionPaths { _ = counter(path) }
        }
    }

    mutating func count(_ failures: [ConditionFailure]) {
        for failure in failures {
            counter(failure.path).increment()
            guard failed.insert(failure.path).inserted else { continue }
            logger.warning(
                "an expression of a rule failed, and the rule was skipped; further failures of it are only counted",
                metadata: ["expression": "\(failure.path)", "reason": "\(failure.message)"])
        }
    }

    private mutating func counter(_ path: String) -> Counter {
        if let known = counters[path] { return known }
        let made = Counter(label: "kizuna_rule_failures_total", dimensions: [("expression", path)], factory: factory)
        counters[path] = made
        return made
    }
}
