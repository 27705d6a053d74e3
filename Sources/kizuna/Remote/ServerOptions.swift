import ArgumentParser
import Client
import Foundation

/// Which server a command talks to, and with which key.
struct ServerOptions: ParsableArguments {
    /// The port of the protocol.
    static let port = 7410

    @Option(help: ArgumentHelp("The server.", valueName: "host:port"))
    var server = ServerAddress(host: "127.0.0.1", port: ServerOptions.port)

    @Option(
        help: ArgumentHelp("A file that holds the API key; KIZUNA_API_KEY if not given.", valueName: "path"),
        completion: .file())
    var keyFile: String?

    /// Connects and opens a session.
    func connect() async throws -> KizunaClient {
        let key = try apiKey(ProcessInfo.processInfo.environment)
        return try await KizunaClient.connect(
            host: server.host, port: server.port, apiKey: key, client: "kizuna-cli/\(Kizuna.version)")
    }

    /// The key, from the file or the environment.
    func apiKey(_ environment: [String: String]) throws -> String {
        if let keyFile {
            guard let bytes = FileManager.default.contents(atPath: keyFile) else {
                throw CommandFailure(.noInput, "cannot read the key file \(keyFile)")
            }
            let key = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !key.isEmpty, key.utf8.count <= 255 else {
                throw CommandFailure(.notPermitted, "\(keyFile) does not hold an API key and nothing else")
            }
            return key
        }
        guard let key = environment["KIZUNA_API_KEY"], !key.isEmpty else {
            throw CommandFailure(
                .notPermitted, "no API key; set KIZUNA_API_KEY or name a file that holds it with --key-file")
        }
        return key
    }
}
