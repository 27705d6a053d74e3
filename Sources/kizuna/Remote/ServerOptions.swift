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

    @Flag(help: "Encrypt the line, and make sure of the server.")
    var tls = false

    @Option(
        help: ArgumentHelp(
            "Who signs the server's certificate (PEM); the system's authorities if not given. With --tls.",
            valueName: "path"), completion: .file())
    var caFile: String?

    @Option(
        help: ArgumentHelp("The certificate (PEM) to show instead of an API key. With --tls.", valueName: "path"),
        completion: .file())
    var certificate: String?

    @Option(
        help: ArgumentHelp("The private key (PEM) of the certificate.", valueName: "path"), completion: .file())
    var certificateKey: String?

    func validate() throws {
        guard tls || (caFile == nil && certificate == nil) else {
            throw ValidationError("--ca-file and --certificate belong to --tls")
        }
        guard (certificate == nil) == (certificateKey == nil) else {
            throw ValidationError("--certificate and --certificate-key go together")
        }
    }

    /// Connects and opens a session.
    func connect() async throws -> KizunaClient {
        let key = certificate == nil ? try apiKey(ProcessInfo.processInfo.environment) : nil
        return try await KizunaClient.connect(
            host: server.host, port: server.port, apiKey: key, client: "kizuna-cli/\(Kizuna.version)",
            tls: try clientTLS())
    }

    private func clientTLS() throws -> ClientTLS? {
        guard tls else { return nil }
        do {
            return try ClientTLS(authority: caFile, certificate: certificate, key: certificateKey)
        } catch let failure as ClientTLS.Failure {
            throw CommandFailure(.noInput, failure.description)
        }
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
