import Engine
import Foundation
import Ledger
import Logging
import Metrics
import ServiceLifecycle
import Time

/// Looks up what the ledger holds in all, now and then.
///
/// The sums grow with the history, so a longer look-up is made less often: never more than a hundredth of the time goes
/// into it.
struct LedgerGauges: ServiceLifecycle.Service, CustomStringConvertible {
    var description: String { "totals of the ledger" }
    let store: any Store
    let metrics: any MetricsFactory
    /// Whether to look also for how long the oldest work that fell due has waited, which whoever writes it down measures.
    let looksForDue: Bool
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = Duration.zero
            while (try? await Task.sleep(for: pause)) != nil {
                let clock = ContinuousClock()
                let taken = await withCheckedContinuation { continuation in
                    DispatchQueue.global(qos: .utility).async {
                        continuation.resume(returning: clock.measure { lookUp() })
                    }
                }
                pause = max(.seconds(30), taken * 100)
            }
        }
    }

    private func lookUp() {
        do {
            let now = Startup.clock()
            let (totals, counts, due) = try store.read {
                let due = looksForDue ? try $0.due(upTo: now, after: .start, limit: 1).first?.dueAt : nil
                return (try $0.totals(), try $0.counts(), due)
            }
            if looksForDue {
                Gauge(label: "kizuna_due_lag_seconds", factory: metrics)
                    .record(due.map { Double(now.milliseconds(since: $0)) / 1000 } ?? 0)
            }
            for total in totals {
                Meter(
                    label: "kizuna_ledger_points",
                    dimensions: [("currency", total.currency.text), ("account", total.account.name)], factory: metrics
                ).set(total.change.count)
            }
            Meter(label: "kizuna_ledger_members", factory: metrics).set(counts.members)
            Meter(label: "kizuna_ledger_operations", factory: metrics).set(counts.operations)
        } catch {
            logger.warning("the ledger's totals could not be read", metadata: ["error": "\(error)"])
        }
    }
}
