import Foundation

/// Certificates that a test makes for itself with `openssl`, in a folder that is removed with them.
package final class Certificates: Sendable {
    /// `openssl` could not make one.
    package struct Failure: Error {}

    /// Whether there is an `openssl` here.
    package static let canBeMade = FileManager.default.isExecutableFile(atPath: program)
    private static let program = "/usr/bin/openssl"

    private let folder: URL

    /// Makes an authority.
    package init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "kizuna-certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=tests", "-keyout", path("ca.key"), "-out", path("ca.pem"),
        ])
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Who signs the others.
    package var authority: String { path("ca.pem") }

    /// The path of a file.
    package func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Makes `NAME.pem` and `NAME.key`, signed by the authority, for a name such as `DNS:localhost` or `IP:127.0.0.1`.
    package func make(_ name: String, for subject: String) throws {
        try run([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)", "-keyout",
            path("\(name).key"), "-out", path("\(name).csr"),
        ])
        try Data("subjectAltName=\(subject)\n".utf8).write(to: folder.appending(path: "\(name).ext"))
        try run([
            "x509", "-req", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
            "-CAcreateserial", "-days", "2", "-extfile", path("\(name).ext"), "-out", path("\(name).pem"),
        ])
    }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure() }
    }
}
