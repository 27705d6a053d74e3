import Foundation

// A PostgreSQL that tests kill, starve, and take over from: unlike the shared cluster it can be started again on the
// data that a killed one left, and be copied to a standby.

/// One server with a folder of data of its own.
package final class PostgresNode {
    /// The folder of the socket, also of the data unless that is elsewhere.
    package let folder: String
    package let port: Int
    private let data: String
    private let binaries: String
    private var lifeline: Pipe?
    private var options: [String] = []

    /// Makes a new cluster, not started yet.
    ///
    /// - Parameter data: An empty folder for the data, instead of one beside the socket.
    package convenience init(data: String? = nil) throws {
        try self.init(data: data, filledBy: nil)
        try run("initdb", ["-D", self.data, "-U", "kizuna", "-E", "UTF8", "--locale=C", "--no-sync", "--auth=trust"])
    }

    /// Copies a running server, to follow it.
    package convenience init(following primary: PostgresNode) throws {
        try self.init(data: nil, filledBy: primary)
        try run(
            "pg_basebackup",
            [
                "-D", data, "-h", primary.folder, "-p", "\(primary.port)", "-U", "kizuna", "-R", "-X", "stream", "-c",
                "fast",
            ])
    }

    private init(data: String?, filledBy primary: PostgresNode?) throws {
        guard let binaries = PostgresCluster.binaries else {
            throw PostgresCluster.Failure(description: "PostgreSQL is not installed")
        }
        self.binaries = binaries
        port = try PostgresCluster.freePort()
        folder = try PostgresCluster.output(
            of: "mktemp", ["-d", FileManager.default.temporaryDirectory.path + "/kizuna-pg-XXXXXX"], asServer: true)
        self.data = data ?? folder + "/data"
    }

    deinit {
        kill()
        _ = try? PostgresCluster.output(of: "rm", ["-rf", folder], asServer: true)
    }

    /// Starts the server, and waits until it answers.
    ///
    /// - Parameter options: Settings, each as `name=value`; those of the last start if not given.
    package func start(_ options: [String]? = nil) throws {
        self.options = options ?? self.options
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "node.sh").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            PostgresCluster.asServer
            + ["sh", "-c", try String(contentsOfFile: script, encoding: .utf8), "node.sh", binaries, data, folder]
            + ["\(port)"] + self.options.flatMap { ["-c", $0] }
        process.currentDirectoryURL = URL(filePath: "/")
        let (lifeline, output) = (Pipe(), Pipe())
        process.standardInput = lifeline
        process.standardOutput = output
        try process.run()
        guard !output.fileHandleForReading.availableData.isEmpty else {
            throw PostgresCluster.Failure(description: "the server does not start on its data")
        }
        self.lifeline = lifeline
    }

    /// The server's certificate, which proves itself.
    package var certificate: String { folder + "/certificate.pem" }

    /// Whether openssl is installed.
    package static let canMakeCertificates = (try? PostgresCluster.output(of: "openssl", ["version"])) != nil

    /// Makes the certificate and `key.pem` beside it.
    ///
    /// - Throws: where there is no openssl; see `canMakeCertificates`.
    package func makeCertificate(for host: String) throws {
        _ = try PostgresCluster.output(
            of: "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(host)", "-addext",
                "subjectAltName=DNS:\(host)", "-out", certificate, "-keyout", folder + "/key.pem",
            ], asServer: true)
        _ = try PostgresCluster.output(of: "chmod", ["755", folder], asServer: true)
    }

    /// Has nothing of it run any more, until `goOn`.
    package func pause() { signal(SIGSTOP) }

    /// Goes on where it was paused.
    package func goOn() { signal(SIGCONT) }

    /// Ends the postmaster and all its processes as a power cut would.
    package func kill() {
        signal(SIGKILL)
        try? lifeline?.fileHandleForWriting.close()
        lifeline = nil
    }

    private func signal(_ number: Int32) {
        guard let text = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8),
            let postmaster = text.split(separator: "\n").first.flatMap({ Int32($0) })
        else { return }
        let children = Self.children(of: postmaster)
        Foundation.kill(postmaster, number)
        for child in children { Foundation.kill(child, number) }
    }

    private static func children(of parent: Int32) -> [Int32] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap { Int32($0) }.filter { process in
            guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
            // Behind the name, which may hold anything, come the state and the parent.
            return stat.split(separator: ")").last?.split(separator: " ").dropFirst().first == "\(parent)"
        }
    }

    /// Makes a standby a primary.
    package func promote() throws {
        try query("SELECT pg_promote(true, 60)", in: "postgres")
    }

    /// How a database is reached over the socket.
    package func address(of database: String) -> String {
        "host=\(folder) port=\(port) user=kizuna dbname=\(database)"
    }

    /// Runs SQL over a connection of its own and returns what is printed.
    @discardableResult
    package func query(_ sql: String, in database: String) throws -> String {
        try PostgresCluster.output(
            of: binaries + "/psql",
            [
                "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", "\(port)", "-U", "kizuna", "-d",
                database, "-c", sql,
            ])
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        _ = try PostgresCluster.output(of: binaries + "/" + program, arguments, asServer: true)
    }
}
