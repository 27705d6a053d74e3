import Logging
import Synchronization

/// What was logged, as `LEVEL message key=value …` with the keys in order.
final class LoggedLines: LogHandler, Sendable {
    private let all = Mutex<[String]>([])

    /// A logger for calls at level debug.
    var logger: Logger { Logger(label: "test") { _ in self } }

    /// Everything that begins with some words.
    func lines(_ beginning: String) -> [String] { all.withLock { $0.filter { $0.hasPrefix(beginning) } } }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        all.withLock { $0.append("\(event.level.rawValue.uppercased()) \(event.message)\(details)") }
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
