import Engine
import Ledger
import NIOSSL

extension ClientProof {
    /// A certificate that was shown; `nil` for one without bytes.
    init?(_ certificate: NIOSSLCertificate) {
        guard let bytes = try? certificate.toDERBytes() else { return nil }
        self.init(.certificate, Digest(hashing: bytes))
    }
}
