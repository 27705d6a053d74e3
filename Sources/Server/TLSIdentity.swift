package import Engine
import Ledger
package import NIOCore
import NIOSSL
import Synchronization
package import Time

/// The certificate with which the server proves who it is, and the authority whose certificates it takes from clients.
///
/// `reload` reads the files anew. Connections that are open keep what they were opened with; what cannot be read leaves
/// everything as it was.
package final class TLSIdentity: Sendable {
    /// Where it is read from, in PEM.
    package struct Files: Hashable, Sendable {
        /// The certificate, followed by those that lead to its authority.
        package let certificate: String
        package let key: String
        /// Who signs the certificates of clients; without it no client is asked for one.
        package let clientAuthority: String?

        package init(certificate: String, key: String, clientAuthority: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.clientAuthority = clientAuthority
        }
    }

    /// Files that cannot be used.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let files: Files
    private let present: Mutex<Present>

    private struct Present {
        let context: NIOSSLContext
        let endsAt: Instant
    }

    /// Reads the files.
    ///
    /// - Throws: `Failure`.
    package init(_ files: Files) throws {
        self.files = files
        present = Mutex(try Self.read(files))
    }

    /// Reads the files anew, for connections that come from now on.
    ///
    /// - Throws: `Failure`; what was read before stays.
    package func reload() throws {
        let fresh = try Self.read(files)
        present.withLock { $0 = fresh }
    }

    /// Puts TLS in front of a new connection, on its event loop.
    package func secure(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: present.withLock { $0.context }))
    }

    /// When the server's certificate is over.
    package var endsAt: Instant { present.withLock { $0.endsAt } }

    /// Whether clients are asked for a certificate.
    package var asksClients: Bool { files.clientAuthority != nil }

    /// What the peer showed on a connection.
    package static func proof(of channel: any Channel) async -> ClientProof? {
        guard let shown = try? await channel.nioSSL_peerCertificate().get() else { return nil }
        return ClientProof(shown)
    }

    private static func read(_ files: Files) throws -> Present {
        let chain = try reading(files.certificate, "certificate") { try NIOSSLCertificate.fromPEMFile($0) }
        guard !chain.isEmpty else { throw Failure(description: "there is no certificate in \(files.certificate)") }
        let key = try reading(files.key, "key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        if let authority = files.clientAuthority {
            let roots = try reading(authority, "client authority") { try NIOSSLCertificate.fromPEMFile($0) }
            guard !roots.isEmpty else { throw Failure(description: "there is no certificate in \(authority)") }
            configuration.trustRoots = .certificates(roots)
            configuration.certificateVerification = .optionalVerification
        }
        do {
            return Present(
                context: try NIOSSLContext(configuration: configuration), endsAt: Instant(endOf: chain[0]))
        } catch {
            throw Failure(description: "\(files.certificate) and \(files.key) do not belong together: \(error)")
        }
    }

    static func reading<Value>(_ path: String, _ what: String, _ body: (String) throws -> Value) throws -> Value {
        do {
            return try body(path)
        } catch {
            throw Failure(description: "the \(what) \(path) cannot be read as PEM: \(error)")
        }
    }
}
