import Engine
import Foundation
import Rules

/// A program document in a file.
enum ProgramFile {
    /// Loads a document that must be without errors; whether its own tests pass is not asked.
    static func load(_ path: String) throws -> Program {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.noInput, "cannot read \(path); name a program document")
        }
        let outcome = Loader.load([UInt8](bytes), file: path, zones: SystemZones.zone)
        guard let program = outcome.program else {
            let problems = outcome.diagnostics.map(\.description).joined(separator: "\n")
            throw CommandFailure("\(problems)\n\(path) cannot be used; see `kizuna rules check \(path)`")
        }
        return program
    }
}
