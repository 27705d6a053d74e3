import Engine
import Logging
import ServiceLifecycle

/// Keeps clients and rule sets up to date until the group goes down.
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
        let refresher = DirectoryRefresher(clients, rules, store: store, logger: logger)
        try? await gracefulShutdown()
        refresher.stop()
    }
}
