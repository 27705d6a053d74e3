import Foundation
import JSON
import Logging
import Time

/// Writes log entries to a file descriptor, each as one line: readable, or as JSON.
///
/// An entry is one write, so entries of several threads do not mix. What is logged carries no personal data; whoever logs
/// an error logs words that were written for operators.
struct StandardErrorLog: LogHandler {
    enum Format: String, CaseIterable, Sendable {
        case readable, json
    }

    /// From which level on something is logged, by label; the longest name that a label begins with decides.
    struct Levels: Hashable, Sendable {
        var general = Logger.Level.info
        var byLabel: [String: Logger.Level] = [:]

        func level(of label: String) -> Logger.Level {
            let names = byLabel.keys.filter { label == $0 || label.hasPrefix($0 + ".") }
            return names.max { $0.count < $1.count }.flatMap { byLabel[$0] } ?? general
        }
    }

    private let label: String
    private let format: Format
    private let write: @Sendable ([UInt8]) -> Void
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

    /// - Parameter write: takes whole lines.
    init(
        label: String, format: Format, levels: Levels,
        write: @escaping @Sendable ([UInt8]) -> Void = StandardErrorLog.writeToStandardError
    ) {
        self.label = label
        self.format = format
        self.write = write
        self.logLevel = levels.level(of: label)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let given = event.metadata { all.merge(given) { _, new in new } }
        let time = Startup.clock().rfc3339
        switch format {
        case .readable: write(Self.readable(time, event.level, label, "\(event.message)", all))
        case .json: write(Self.json(time, event.level, label, "\(event.message)", all))
        }
    }

    private static func readable(
        _ time: String, _ level: Logger.Level, _ label: String, _ message: String, _ metadata: Logger.Metadata
    ) -> [UInt8] {
        var line = "\(time) \(level.rawValue.uppercased()) \(label): \(message)"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        return Array((SafeText.text(line) + "\n").utf8)
    }

    private static func json(
        _ time: String, _ level: Logger.Level, _ label: String, _ message: String, _ metadata: Logger.Metadata
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("time", time)
        json.member("level", level.rawValue)
        json.member("label", label)
        json.member("message", message)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { json.member(key, "\(value)") }
        json.endObject()
        json.endLine()
        return json.take()
    }

    static let writeToStandardError: @Sendable ([UInt8]) -> Void = { line in
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Foundation.write(
                    STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                // A log that nobody takes must not stop the server.
                if written <= 0 { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}
