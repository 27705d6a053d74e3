import Foundation
import Testing

/// Texts that people read, kept beside the tests; RECORD_SNAPSHOTS=1 writes them anew.
enum Snapshot {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")

    static func check(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
        let file = folder.appending(path: "\(name).txt")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        guard let recorded = try? String(contentsOf: file, encoding: .utf8) else {
            Issue.record("there is no snapshot \(name); run once with RECORD_SNAPSHOTS=1", sourceLocation: location)
            return
        }
        #expect(text == recorded, sourceLocation: location)
    }
}
