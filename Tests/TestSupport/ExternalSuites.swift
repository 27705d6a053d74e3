package import Foundation

/// Public test data that lives outside the repository.
package enum ExternalSuites {
    /// `../shared/suites` beside the package, unless KIZUNA_SUITES names another folder.
    package static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["KIZUNA_SUITES"] { return URL(filePath: path) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appending(path: "shared/suites")
    }()

    /// Whether a suite is there; says so plainly when it is not.
    package static func has(_ name: String) -> Bool {
        let isThere = FileManager.default.fileExists(atPath: root.appending(path: name).path)
        if !isThere { print("skipped: the external suite \(name) is not at \(root.path)") }
        return isThere
    }

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
