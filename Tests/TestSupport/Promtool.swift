package import Foundation

/// Prometheus's own tool, which judges what is written for it.
package enum Promtool {
    private static let path = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Whether the tool is here; Debian's package prometheus has it.
    package static let isInstalled = path != nil

    /// Runs the tool; what it said where it did not like something.
    ///
    /// - Parameter input: what it reads, from a file of that name in a folder that is there.
    package static func run(_ arguments: [String], input: Data = Data(), in folder: URL) throws -> String? {
        let file = folder.appending(path: "promtool-input")
        try input.write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: path ?? "/usr/bin/promtool")
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : text
    }
}
