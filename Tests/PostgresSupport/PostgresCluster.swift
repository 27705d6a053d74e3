package import Foundation

// A PostgreSQL of the tests' own: a new cluster in a temporary folder, on a free port, as a user without rights, with
// fsync on. One serves all tests of a process, each with a database of its own, and ends with the process.

/// A running cluster.
package final class PostgresCluster: Sendable {
    /// The cluster of this process, started when it is first asked for.
    package static let shared: PostgresCluster = {
        do {
            return try PostgresCluster()
        } catch {
            preconditionFailure("the cluster for tests does not start: \(error)")
        }
    }()

    /// The folder of PostgreSQL's programs; `nil` where there is no server.
    package static let binaries: String? = {
        guard let folder = try? output(of: "pg_config", ["--bindir"]),
            FileManager.default.isExecutableFile(atPath: folder + "/initdb"),
            FileManager.default.isExecutableFile(atPath: folder + "/postgres")
        else { return nil }
        return folder
    }()

    /// Whether tests can have a PostgreSQL.
    package static var isInstalled: Bool { binaries != nil }

    /// The password of the user `kizuna` over TCP. Over the socket there is none.
    package static let password = "of-the-tests-alone"

    private let folder: String
    /// The port on 127.0.0.1.
    package let port: Int
    private let binaries: String
    /// The cluster lives while this is open.
    private let lifeline: Pipe

    /// Starts a cluster.
    ///
    /// - Parameter options: The server's settings, each as `name=value`.
    package init(options: [String] = ["shared_buffers=64MB"]) throws {
        guard let binaries = Self.binaries else { throw Failure(description: "PostgreSQL is not installed") }
        self.binaries = binaries
        port = try Self.freePort()
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "cluster.sh").path
        // The script is read here, because another user may not be able to.
        let arguments = ["sh", "-c", try String(contentsOfFile: script, encoding: .utf8), "cluster.sh"]
        let settings = [binaries, "\(port)"] + options.flatMap { ["-c", $0] }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = Self.asServer + arguments + settings
        process.currentDirectoryURL = URL(filePath: "/")
        lifeline = Pipe()
        let output = Pipe()
        process.standardInput = lifeline
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.contains("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failure(description: "the script ended") }
            text += String(decoding: data, as: UTF8.self)
        }
        folder = text.trimmingCharacters(in: .newlines)
    }

    // MARK: Databases

    /// Makes an empty database and returns its name.
    package func makeDatabase() throws -> String {
        let name = "t" + UUID().uuidString.lowercased().replacing("-", with: "")
        try query("CREATE DATABASE \(name)", in: "postgres")
        return name
    }

    /// How a database is reached over the socket, without a password.
    package func address(of database: String) -> String {
        "host=\(folder) port=\(port) user=kizuna dbname=\(database)"
    }

    /// How a database is reached over TCP; the password comes from elsewhere.
    package func url(of database: String, port: Int? = nil) -> String {
        "postgres://kizuna@127.0.0.1:\(port ?? self.port)/\(database)"
    }

    /// Runs SQL over a connection of its own and returns what is printed: a line a row, columns between bars.
    @discardableResult
    package func query(_ sql: String, in database: String) throws -> String {
        try Self.output(
            of: binaries + "/psql",
            [
                "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", "\(port)", "-U", "kizuna", "-d",
                database, "-c", sql,
            ])
    }

    /// Runs SQL that goes on until the process is ended.
    ///
    /// Only SIGKILL ends it early: it is started by a thread that blocks the other signals, and so does the program.
    package func hold(_ sql: String, in database: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: binaries + "/psql")
        process.arguments = ["-X", "-q", "-h", folder, "-p", "\(port)", "-U", "kizuna", "-d", database, "-c", sql]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The one number that SQL answers with.
    package func number(_ sql: String, in database: String) throws -> Int64 {
        guard let number = Int64(try query(sql, in: database)) else {
            throw Failure(description: "this is not a number: \(sql)")
        }
        return number
    }

    // MARK: The system

    /// What went wrong.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// What goes in front of a command that PostgreSQL's own user runs: it does not run as root.
    static var asServer: [String] { getuid() == 0 ? ["runuser", "-u", "postgres", "--"] : [] }

    static func output(of program: String, _ arguments: [String], asServer: Bool = false) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = (asServer ? Self.asServer : []) + [program] + arguments
        process.currentDirectoryURL = URL(filePath: "/")
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: complaint) }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "there is no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else { throw Failure(description: "there is no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
