package import Foundation
package import Testing

/// Public test data that lives outside the repository.
package enum ExternalSuites {
    /// `../shared/suites` beside the package, unless KIZUNA_SUITES names another folder.
    package static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["KIZUNA_SUITES"] { return URL(filePath: path) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appending(path: "shared/suites")
    }()

    /// The files of a folder, sorted by name.
    package static func files(in folder: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: root.appending(path: folder), includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// The bytes of one file.
    package static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appending(path: path)))
    }

    /// The rows of a suite that is one JSON list.
    package static func rows<Row: Decodable>(_ name: String, of type: Row.Type) throws -> [Row] {
        try JSONDecoder().decode([Row].self, from: try Data(contentsOf: root.appending(path: name)))
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips where a file or folder of the external suites is absent.
    package static func externalSuite(_ name: String) -> Self {
        let path = ExternalSuites.root.appending(path: name).path
        return .enabled(
            if: FileManager.default.fileExists(atPath: path),
            Comment(rawValue: "the external suite \(path) is absent"))
    }
}
