import Client
import Foundation
import JSON
import ServerSupport
import Testing

/// Certificates that are changed under a server that runs.
@Suite("A server whose certificate changes", .enabled(if: Certificates.canBeMade, "there is no openssl here"))
struct CertificateTests {
    private let folder: WorkFolder
    private let log: URL
    private let key: String
    private let server: ServerProcess

    init() throws {
        folder = try WorkFolder()
        log = URL(filePath: folder.path("log"))
        try Data().write(to: log)
        let first = try Certificates()
        try first.make("server", for: "IP:127.0.0.1")
        try Self.put(first, into: folder)
        let (database, program) = (folder.path("kizuna.sqlite"), folder.path("program.yaml"))
        let document = """
            schema: kizuna.program/v1
            id: certified
            money: { currency: JPY, base: tax_included }
            timezone: UTC
            points: { points: {} }
            rules: [{ id: base, event: purchase, earn: { points: 1, per: 1 } }]
            """
        try Data(document.utf8).write(to: URL(filePath: program))
        #expect(try KizunaProcess.run(["migrate", "--database", database]).status == 0)
        let made = try KizunaProcess.run(["client", "create", "--database", database, "--role", "shop", "x"])
        key = try #require(made.output.firstMatch(of: /kz_shop_[0-9a-f]{64}/).map { String($0.output) })
        server = try ServerProcess(
            database: database, program: program,
            arguments: ["--tls-certificate", folder.path("server.pem"), "--tls-key", folder.path("server.key")],
            environment: ["KIZUNA_LIMITS_HELLO_SECONDS": "120"], errors: log)
    }

    /// Puts a server's certificate, its key and its authority where the server looks for them.
    private static func put(_ certificates: Certificates, into folder: WorkFolder) throws {
        for (file, source) in [
            ("server.pem", certificates.path("server.pem")), ("server.key", certificates.path("server.key")),
            ("ca.pem", certificates.authority),
        ] {
            try Data(contentsOf: URL(filePath: source)).write(to: URL(filePath: folder.path(file)), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path(file))
        }
    }

    /// Connects while trusting the authority of the certificate that was put down last, or another one.
    private func connect(trusting authority: String? = nil) async throws -> KizunaClient {
        try await KizunaClient.connect(
            host: "127.0.0.1", port: server.port, apiKey: key, client: "test",
            tls: ClientTLS(authority: authority ?? folder.path("ca.pem")), patience: .seconds(20))
    }

    private func isAlive(_ client: KizunaClient) async throws -> Bool {
        try await client.call("session.ping") { json in
            json.beginObject()
            json.endObject()
        }["server_time"] != nil
    }

    /// Sends SIGHUP and waits until the log says so many times what came of it.
    private func reload(_ sentence: String, times: Int = 1) async throws {
        server.hangUp()
        for _ in 0..<2000 {
            let text = try String(contentsOf: log, encoding: .utf8)
            if text.components(separatedBy: sentence).count - 1 >= times { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("the log does not say: \(sentence)")
    }

    @Test("shows the new one to new connections and goes on with the old ones; a file it cannot use changes nothing")
    func hangUp() async throws {
        let old = try await connect()
        #expect(try await isAlive(old))
        let firstAuthority = folder.path("first-ca.pem")
        try FileManager.default.copyItem(atPath: folder.path("ca.pem"), toPath: firstAuthority)

        let second = try Certificates()
        try second.make("server", for: "IP:127.0.0.1")
        try Self.put(second, into: folder)
        let early = try await connect(trusting: firstAuthority)
        #expect(try await isAlive(early), "nothing changes before the signal")
        try await reload("the certificate was read anew")
        let new = try await connect()
        #expect(try await isAlive(new))
        await #expect(throws: ConnectionFailure.self) { _ = try await connect(trusting: firstAuthority) }
        #expect(try await isAlive(old))

        try Data("-----BEGIN CERTIFICATE-----\nnonsense\n".utf8).write(to: URL(filePath: folder.path("server.pem")))
        try await reload("the certificate stays as it is")
        #expect(try String(contentsOf: log, encoding: .utf8).contains("ERROR"))
        let later = try await connect()
        for client in [old, early, new, later] {
            #expect(try await isAlive(client))
            await client.close()
        }

        // Set right again, it is taken.
        let third = try Certificates()
        try third.make("server", for: "IP:127.0.0.1")
        try Self.put(third, into: folder)
        try await reload("the certificate was read anew", times: 2)
        let last = try await connect()
        #expect(try await isAlive(last))
        await last.close()
        #expect(server.terminate() == 0)
    }
}
