import Engine
import Foundation
import JSON
import Ledger
import Server
import ServerSupport
import Testing

/// The HTTP port behind TLS, called by openssl.
@Suite(.onThreads, .enabled(if: Certificates.canBeMade, "there is no openssl here"))
struct HTTPSTests {
    private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"session.ping"}"#
    private static let info = #"{"jsonrpc":"2.0","id":1,"method":"system.info"}"#

    private static func identity(_ certificates: Certificates, clients: Bool = false) throws -> TLSIdentity {
        try TLSIdentity(
            .init(
                certificate: certificates.path("server.pem"), key: certificates.path("server.key"),
                clientAuthority: clients ? certificates.authority : nil))
    }

    @Test("calls go through TLS, and a plain line or one that trusts somebody else does not")
    func calls() async throws {
        let (certificates, strangers) = (try Certificates(), try Certificates())
        try certificates.make("server", for: "IP:127.0.0.1")
        let server = try await TestServer.start()
        let port = try await server.openHTTP(tls: Self.identity(certificates))
        let line = try SecureLine(port: port, authority: certificates.authority)
        for _ in 0..<3 {
            let answer = try #require(try line.post(Self.info, key: server.key(.admin)))
            #expect(try answer.status == 200 && answer.json["result"] != nil)
        }
        #expect(try line.post(Self.info, key: "kz_admin_wrong")?.status == 401)
        #expect(try SecureLine(port: port, authority: strangers.authority).post(Self.ping) == nil)
        let plain = try HTTPConversation(port: port)
        try plain.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try !plain.rest().hasPrefix("HTTP"))
        try await server.stop()
    }

    @Test("a certificate that is read anew counts for new connections, and open ones go on")
    func reloading() async throws {
        let (before, after) = (try Certificates(), try Certificates())
        try before.make("server", for: "IP:127.0.0.1")
        try after.make("server", for: "IP:127.0.0.1")
        let identity = try Self.identity(before)
        let server = try await TestServer.start(tls: identity)
        let port = try await server.openHTTP(tls: identity)
        let old = try SecureLine(port: port, authority: before.authority)
        #expect(try old.post(Self.ping)?.status == 200)
        for file in ["server.pem", "server.key"] {
            try Data(contentsOf: URL(filePath: after.path(file))).write(to: URL(filePath: before.path(file)))
        }
        try identity.reload()
        #expect(try SecureLine(port: port, authority: before.authority).post(Self.ping) == nil)
        #expect(try SecureLine(port: port, authority: after.authority).post(Self.ping)?.status == 200)
        #expect(try old.post(Self.ping)?.status == 200)
        try await server.stop()
    }

    @Test("a client's certificate is its key where the server knows it, and a key that is told counts more")
    func clientCertificates() async throws {
        let certificates = try Certificates()
        for name in ["server", "till", "unknown"] { try certificates.make(name, for: "IP:127.0.0.1") }
        let server = try await TestServer.start()
        let port = try await server.openHTTP(tls: Self.identity(certificates, clients: true))
        let text = try String(contentsOf: URL(filePath: certificates.path("till.pem")), encoding: .utf8)
        let body = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        let digest = Digest(hashing: Array(try #require(Data(base64Encoded: body))))
        let admin = try Till(server, as: .admin)
        let made = try admin.ask(
            "client.create",
            #"{"idempotency_key":"c","name":"till","role":"pos","certificate_sha256":"\#(digest)"}"#)
        let number = try #require(made.result?["client"]?.int64)
        let asks = #"{"jsonrpc":"2.0","id":1,"method":"tier.list","params":{}}"#
        let till = try SecureLine(
            port: port, authority: certificates.authority,
            certificate: (certificates.path("till.pem"), certificates.path("till.key")))
        #expect(try till.post(asks)?.json["result"] != nil)
        // A page that is nobody's makes a browser show the certificate, and can only leave the type away.
        let untyped = try SecureLine(
            port: port, authority: certificates.authority,
            certificate: (certificates.path("till.pem"), certificates.path("till.key")))
        #expect(try untyped.post(asks, type: nil)?.status == 415)
        #expect(try till.post(Self.info, key: server.key(.admin))?.json["result"] != nil)
        let unknown = try SecureLine(
            port: port, authority: certificates.authority,
            certificate: (certificates.path("unknown.pem"), certificates.path("unknown.key")))
        #expect(try unknown.post(asks)?.json["error"]?["code"]?.int64 == -32001)
        _ = try admin.ask("client.revoke", #"{"idempotency_key":"r","client":\#(number)}"#)
        #expect(try till.post(asks)?.json["error"]?["code"]?.int64 == -32001, "on the same connection")
        try await server.stop()
    }
}

/// A line of HTTP through `openssl s_client`.
private final class SecureLine {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var received: [UInt8] = []

    init(port: Int, authority: String, certificate: (file: String, key: String)? = nil) throws {
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments =
            ["s_client", "-quiet", "-verify_return_error", "-CAfile", authority, "-connect", "127.0.0.1:\(port)"]
            + (certificate.map { ["-cert", $0.file, "-key", $0.key] } ?? [])
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { process.terminate() }

    /// Posts a message and gives the answer; `nil` where the line ends instead.
    func post(_ message: String, key: String? = nil, type: String? = "application/json") throws -> HTTPAnswer? {
        let authorization = key.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let type = type.map { "Content-Type: \($0)\r\n" } ?? ""
        let request =
            "POST /rpc HTTP/1.1\r\nHost: x\r\n\(type)\(authorization)"
            + "Content-Length: \(message.utf8.count)\r\n\r\n\(message)"
        try? input.fileHandleForWriting.write(contentsOf: Data(request.utf8))
        while true {
            if let answer = HTTPAnswer(&received) { return answer }
            let bytes = output.fileHandleForReading.availableData
            if bytes.isEmpty { return nil }
            received += bytes
        }
    }
}
