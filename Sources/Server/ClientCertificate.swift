import Engine
package import Ledger
import NIOSSL
package import Time

/// A certificate by which a client will prove who it is.
package struct ClientCertificate {
    /// SHA-256 of its DER, as `openssl x509 -fingerprint -sha256` tells it.
    package let digest: Digest
    /// The first instant at which it proves nothing any more.
    package let endsAt: Instant

    /// Reads the first certificate of a file in PEM.
    ///
    /// - Throws: `TLSIdentity.Failure`.
    package init(path: String) throws {
        let certificates = try TLSIdentity.reading(path, "certificate") { try NIOSSLCertificate.fromPEMFile($0) }
        guard let first = certificates.first else {
            throw TLSIdentity.Failure(description: "there is no certificate in \(path)")
        }
        digest = Digest(hashing: try first.toDERBytes())
        endsAt = Instant(endOf: first)
    }
}

extension Instant {
    /// When a certificate is over.
    init(endOf certificate: NIOSSLCertificate) {
        self.init(milliseconds: Int64(certificate.notValidAfter) * 1000)
    }
}
