import Engine
import Foundation
import Ledger
import Logging
import Metrics
import ServiceLifecycle

/// Looks up what the ledger holds in all, now and then.
///
/// The sums grow with the history, so a longer look-up is made less often: never more than a hundredth of the time goes
/// into it.
struct LedgerGauges: ServiceLifecycle.Service, CustomStringConvertible {
    var description: String { "totals of the ledger" }
    let store: any Store
    let metrics: any MetricsFactory
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
            let (totals, counts) = try store.read { (try $0.totals(), try $0.counts()) }
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
