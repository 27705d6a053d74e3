import Engine
import Logging
import ServiceLifecycle

/// Keeps clients, rule sets and keys that sign up to date until the group goes down.
struct Refresher: ServiceLifecycle.Service, CustomStringConvertible {
    var description: String { "refresher" }
    private let clients: ClientDirectory
    private let rules: RuleDirectory
    private let keys: AllowanceKeys
    private let store: any Store
    private let logger: Logger

    init(
        _ clients: ClientDirectory, _ rules: RuleDirectory, _ keys: AllowanceKeys, store: any Store, logger: Logger
    ) {
        self.clients = clients
        self.rules = rules
        self.keys = keys
        self.store = store
        self.logger = logger
    }

    func run() async throws {
        let refresher = DirectoryRefresher(clients, rules, keys, store: store, logger: logger)
        try? await gracefulShutdown()
        refresher.stop()
    }
}
