import Engine
import Foundation
import Logging
import ServiceLifecycle

/// Looks for new clients and rule sets every second, so that what another process adds is known within that time.
struct Refresher: ServiceLifecycle.Service, CustomStringConvertible {
    var description: String { "refresher" }
    private let clients: ClientDirectory
    private let rules: RuleDirectory
    private let store: any Store
    private let logger: Logger

    init(_ clients: ClientDirectory, _ rules: RuleDirectory, store: any Store, logger: Logger) {
        self.clients = clients
        self.rules = rules
        self.store = store
        self.logger = logger
    }

    func run() async throws {
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "kizuna.refresher"))
        timer.schedule(deadline: .now() + 1, repeating: 1)
        timer.setEventHandler { [self] in
            do {
                clients.refresh(try store.read { try $0.clients() })
                try rules.catchUp(with: store)
            } catch {
                logger.warning("clients and rule sets could not be read", metadata: ["error": "\(error)"])
            }
        }
        timer.resume()
        try? await gracefulShutdown()
        timer.cancel()
    }
}
