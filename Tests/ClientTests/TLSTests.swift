import Client
import Engine
import Foundation
import JSON
import Ledger
import NIOCore
import RPC
import Server
import ServerSupport
import Testing
import Time

/// The line encrypted, between our client and our server.
@Suite(.enabled(if: Certificates.canBeMade, "there is no openssl here"))
struct TLSTests {
    private func identity(_ certificates: Certificates, clients: Bool = false) throws -> TLSIdentity {
        try TLSIdentity(
            .init(
                certificate: certificates.path("server.pem"), key: certificates.path("server.key"),
                clientAuthority: clients ? certificates.authority : nil))
    }

    private func connect(
        _ server: TestServer, _ tls: ClientTLS?, key: String?, host: String = "127.0.0.1"
    ) async throws -> KizunaClient {
        try await KizunaClient.connect(
            host: host, port: server.port, apiKey: key, client: "test", tls: tls, patience: .seconds(20))
    }

    @Test("calls and long answers go through, and whoever signed the server's certificate decides who is trusted")
    func calls() async throws {
        let (certificates, strangers) = (try Certificates(), try Certificates())
        try certificates.make("server", for: "IP:127.0.0.1")
        let server = try await TestServer.start(tls: identity(certificates))
        let key = server.key(.shop)
        let client = try await connect(server, ClientTLS(authority: certificates.authority), key: key)
        var calls: [PendingCall] = []
        for _ in 0..<100 { calls.append(try await client.begin("rpc.discover") { $0.fields([:]) }) }
        for call in calls { #expect(try await call.answer()["openrpc"]?.string == "1.3.2") }

        await #expect(throws: ConnectionFailure.self) {
            _ = try await connect(server, ClientTLS(authority: strangers.authority), key: key)
        }
        await #expect(throws: ConnectionFailure.self, "a plain line is not understood") {
            _ = try await connect(server, nil, key: key)
        }
        #expect(try await client.call("session.ping") { $0.fields([:]) }["server_time"] != nil)
        await client.close()
        try await server.stop()
    }

    @Test("a certificate for another host is not accepted")
    func otherHost() async throws {
        let certificates = try Certificates()
        try certificates.make("server", for: "DNS:other.example")
        let server = try await TestServer.start(tls: identity(certificates))
        for host in ["127.0.0.1", "localhost"] {
            await #expect(throws: ConnectionFailure.self) {
                _ = try await connect(
                    server, ClientTLS(authority: certificates.authority), key: server.key(.shop), host: host)
            }
        }
        try await server.stop()
    }

    @Test(
        "read anew, a certificate counts for new connections, and open ones go on; one that is broken changes nothing")
    func reloading() async throws {
        let (before, after) = (try Certificates(), try Certificates())
        try before.make("server", for: "IP:127.0.0.1")
        try after.make("server", for: "IP:127.0.0.1")
        let identity = try self.identity(before)
        let server = try await TestServer.start(tls: identity)
        let key = server.key(.shop)
        let old = try await connect(server, ClientTLS(authority: before.authority), key: key)
        func replace(_ name: String, by content: Data) throws {
            try content.write(to: URL(filePath: before.path(name)))
        }
        try replace("server.pem", by: Data("nothing".utf8))
        #expect(throws: TLSIdentity.Failure.self) { try identity.reload() }
        let still = try await connect(server, ClientTLS(authority: before.authority), key: key)
        await still.close()

        try replace("server.pem", by: Data(contentsOf: URL(filePath: after.path("server.pem"))))
        #expect(throws: TLSIdentity.Failure.self, "the key belongs to another certificate") { try identity.reload() }
        try replace("server.key", by: Data(contentsOf: URL(filePath: after.path("server.key"))))
        try identity.reload()
        let new = try await connect(server, ClientTLS(authority: after.authority), key: key)
        await #expect(throws: ConnectionFailure.self) {
            _ = try await connect(server, ClientTLS(authority: before.authority), key: key)
        }
        for client in [old, new] {
            #expect(try await client.call("session.ping") { $0.fields([:]) }["server_time"] != nil)
            await client.close()
        }
        try await server.stop()
    }

    @Test("a client's certificate is its key where the server knows it")
    func clientCertificates() async throws {
        let (certificates, strangers) = (try Certificates(), try Certificates())
        for name in ["server", "till", "unknown"] { try certificates.make(name, for: "IP:127.0.0.1") }
        try strangers.make("till", for: "IP:127.0.0.1")
        let server = try await TestServer.start(tls: identity(certificates, clients: true))
        let admin = try await connect(server, ClientTLS(authority: certificates.authority), key: server.key(.admin))
        let digest = try self.digest(of: certificates.path("till.pem"))
        let made = try await admin.call("client.create") { json in
            json.fields([
                "idempotency_key": "c", "name": "till", "role": "pos", "certificate_sha256": "\(digest)",
            ])
        }
        #expect(made["api_key"] == nil)

        func showing(_ name: String, of maker: Certificates) throws -> ClientTLS {
            try ClientTLS(
                authority: certificates.authority, certificate: maker.path("\(name).pem"),
                key: maker.path("\(name).key"))
        }
        let till = try await connect(server, showing("till", of: certificates), key: nil)
        #expect(till.welcome.role == "pos")
        await till.close()
        // A key that is told counts more than a certificate that is shown.
        let shop = try await connect(server, showing("till", of: certificates), key: server.key(.shop))
        #expect(shop.welcome.role == "shop")
        await shop.close()
        let unknown = await #expect(throws: RPCFailure.self, "nobody knows this certificate") {
            _ = try await connect(server, showing("unknown", of: certificates), key: nil)
        }
        #expect(unknown?.code == RPCCode.notAuthenticated)
        let neither = await #expect(throws: RPCFailure.self, "there is neither key nor certificate") {
            _ = try await connect(server, ClientTLS(authority: certificates.authority), key: nil)
        }
        #expect(neither?.code == RPCCode.invalidParams)
        await #expect(throws: ConnectionFailure.self, "somebody else signed it") {
            _ = try await connect(server, showing("till", of: strangers), key: server.key(.shop))
        }
        await admin.close()
        try await server.stop()
    }

    private func digest(of path: String) throws -> Digest {
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let body = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        return Digest(hashing: Array(try #require(Data(base64Encoded: body))))
    }
}
