import Foundation

/// Public test data that lives outside the repository.
enum ExternalSuites {
    /// `../shared/suites` beside the package, unless KIZUNA_SUITES names another folder.
    static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["KIZUNA_SUITES"] { return URL(filePath: path) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appending(path: "shared/suites")
    }()

    /// Whether a suite is there; says so plainly when it is not.
    static func has(_ name: String) -> Bool {
        let isThere = FileManager.default.fileExists(atPath: root.appending(path: name).path)
        if !isThere { print("skipped: the external suite \(name) is not at \(root.path)") }
        return isThere
    }

    /// The rows of a suite that is one JSON list.
    static func rows<Row: Decodable>(_ name: String, of type: Row.Type) throws -> [Row] {
        try JSONDecoder().decode([Row].self, from: try Data(contentsOf: root.appending(path: name)))
    }
}
