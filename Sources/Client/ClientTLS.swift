import NIOCore
import NIOSSL

/// How a client makes sure of the server, and shows who it is itself.
package struct ClientTLS: Sendable {
    /// Files that cannot be used.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let context: NIOSSLContext

    /// Reads the files, all in PEM.
    ///
    /// - Parameters:
    ///   - authority: who signs the server's certificate; the system's authorities without it.
    ///   - certificate: what this client shows, if it is asked.
    ///   - key: the certificate's private key.
    /// - Throws: `Failure`.
    package init(authority: String? = nil, certificate: String? = nil, key: String? = nil) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        do {
            if let authority {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            }
            if let certificate, let key {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            let files = [authority, certificate, key].compactMap { $0 }.joined(separator: ", ")
            throw Failure(description: "cannot use \(files) for TLS: \(error)")
        }
    }

    /// The handler of a connection to a host. An address has no name that could be asked for; the certificate must hold
    /// it all the same.
    func handler(for host: String) throws -> NIOSSLClientHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
}
