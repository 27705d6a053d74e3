import Foundation

/// The product as people run it: the built `kizuna`, in a process of its own.
struct KizunaProcess {
    /// What a command printed, and how it ended.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The program that was built with these tests.
    static let executable: URL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "kizuna")

    /// Runs a command to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], in place: URL? = nil
    ) throws -> Outcome {
        let process = Process()
        if let place { process.currentDirectoryURL = place }
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let folder = try WorkFolder()
        let files = ["out", "err"].map { folder.url.appending(path: $0) }
        for file in files { try Data().write(to: file) }
        let handles = try files.map { try FileHandle(forWritingTo: $0) }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOf: files[0], encoding: .utf8),
            errors: try String(contentsOf: files[1], encoding: .utf8))
    }
}

/// A server in a process of its own, on a port the system chose.
final class ServerProcess {
    let port: Int
    let httpPort: Int
    private let process = Process()

    /// - Parameters:
    ///   - errors: where the log goes; nowhere without it.
    ///   - pipe: where it goes instead, whoever reads that.
    init(
        database: String, program: String? = nil, arguments: [String] = [],
        environment: [String: String] = [:], errors: URL? = nil, pipe: Pipe? = nil
    ) throws {
        process.executableURL = KizunaProcess.executable
        process.arguments =
            ["serve", "--database", database, "--port", "0", "--http-port", "0"]
            + (program.map { ["--program", $0] } ?? []) + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = try pipe ?? errors.map { try FileHandle(forWritingTo: $0) } ?? FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw SocketFailure("the server did not start: \(text)") }
            text += String(decoding: data, as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            guard let port = Self.port(in: lines, behind: "listening on "),
                let httpPort = Self.port(in: lines, behind: "HTTP on ")
            else { continue }
            self.port = port
            self.httpPort = httpPort
            return
        }
    }

    private static func port(in lines: some Sequence<Substring>, behind words: String) -> Int? {
        lines.first { $0.hasPrefix(words) }?.replacing(" with TLS", with: "").split(separator: ":").last
            .flatMap { Int($0) }
    }

    deinit {
        kill()
    }

    /// The memory that it uses now.
    var memoryMiB: Double {
        let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }

    /// How many files and sockets it has open.
    var openFiles: Int {
        let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd")
        return files?.count ?? 0
    }

    /// Ends the server as a power cut would.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// What every user of the machine can read of it.
    var commandLine: String {
        (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/cmdline", encoding: .utf8)) ?? ""
    }

    /// Asks the server to read its certificate anew.
    func hangUp() { Foundation.kill(process.processIdentifier, SIGHUP) }

    /// Stops the server where it is, as a machine that pauses does.
    func pause() { Foundation.kill(process.processIdentifier, SIGSTOP) }

    /// Lets it go on.
    func resume() { Foundation.kill(process.processIdentifier, SIGCONT) }

    /// Asks the server to end, and waits; gives the exit status.
    func terminate() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Waits until the server has ended by itself; gives the exit status.
    func end() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Whether the server has not ended yet.
    var isRunning: Bool { process.isRunning }

    /// Asks the server to end, and does not wait.
    func askToEnd() {
        process.terminate()
    }
}

/// A folder that is removed with its owner.
final class WorkFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "kizuna-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appending(path: name).path }
}
