import Foundation
import JSON
import Logging
import Time

/// Makes a line of each log entry, readable or as JSON, and hands it to whoever writes them. What is logged carries no personal data; whoever logs
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
        label: String, format: Format, levels: Levels, write: @escaping @Sendable ([UInt8]) -> Void
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
        write(Self.line(format, event.level, label, "\(event.message)", all))
    }

    /// The line that says how many others were dropped.
    static func notice(of dropped: Int, _ format: Format) -> [UInt8] {
        line(
            format, .warning, "kizuna.log", "lines were dropped, because too many waited to be written",
            ["dropped": "\(dropped)"])
    }

    private static func line(
        _ format: Format, _ level: Logger.Level, _ label: String, _ message: String, _ metadata: Logger.Metadata
    ) -> [UInt8] {
        let time = Startup.clock().rfc3339
        return switch format {
        case .readable: readable(time, level, label, message, metadata)
        case .json: json(time, level, label, message, metadata)
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
}
