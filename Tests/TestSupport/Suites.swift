package import Foundation

/// The conformance suites that lie beside the repository.
package enum Suites {
    /// The folder of the suites, or `nil` where there is none.
    package static let folder: URL? = {
        let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/suites")
        let folder = ProcessInfo.processInfo.environment["KIZUNA_SUITES"].map { URL(filePath: $0) } ?? beside
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    /// Whether a suite is there; says plainly when it is not.
    package static func has(_ path: String) -> Bool {
        if let folder, FileManager.default.fileExists(atPath: folder.appending(path: path).path) { return true }
        print("skipped: the suite \(path) is not beside the repository")
        return false
    }

    /// The content of a suite's file.
    package static func data(_ path: String) throws -> Data {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        return try Data(contentsOf: folder.appending(path: path))
    }
}
