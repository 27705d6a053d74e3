import Foundation
import Logging
import Synchronization

/// Ends the process at once when a second SIGTERM or SIGINT comes: draining waits for whoever does not read, and a commit
/// under way for a database that may be away. What was answered is durable, and what was not is asked for again.
final class SecondSignal {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter end: is called before the end.
    init(logger: Logger, _ end: @escaping @Sendable () -> Void) {
        let count = Count()
        sources = [SIGTERM, SIGINT].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                guard count.value.add(1, ordering: .relaxed).newValue > 1 else { return }
                logger.warning("told to end a second time; the server ends at once")
                end()
                _exit(1)
            }
            source.resume()
            return source
        }
    }

    func stop() {
        for source in sources { source.cancel() }
    }

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }
}
