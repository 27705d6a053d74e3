import Foundation
public import Logging

/// Looks for clients, rule sets and keys that sign twice a second, so that what another process changes is known within
/// a second.
///
/// `@unchecked Sendable` because the timer is set up before anybody else sees it and only cancelled then, which any
/// thread may do.
public final class DirectoryRefresher: @unchecked Sendable {
    private let timer: any DispatchSourceTimer

    /// Begins.
    public init(
        _ clients: ClientDirectory, _ rules: RuleDirectory, _ keys: AllowanceKeys, store: any Store, logger: Logger
    ) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "kizuna.refresher"))
        timer.schedule(deadline: .now() + 0.5, repeating: 0.5)
        timer.setEventHandler {
            do {
                try clients.catchUp(with: store)
                try rules.catchUp(with: store)
                try keys.catchUp(with: store)
            } catch {
                logger.warning(
                    "clients, rule sets and keys that sign could not be read", metadata: ["error": "\(error)"])
            }
        }
        timer.resume()
    }

    /// Looks no more.
    public func stop() {
        timer.cancel()
    }
}
