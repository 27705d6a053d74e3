import ArgumentParser
import Engine
import Foundation
import Ledger
import Time

/// The key that a client gets.
struct NewKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("After so many days the key opens nothing any more; never if not given.", valueName: "days"))
    var expiresIn: Int?

    @Option(
        help: ArgumentHelp(
            "A certificate (PEM) that the client will show, instead of a secret to tell.", valueName: "path"),
        completion: .file())
    var certificate: String?

    func validate() throws {
        guard expiresIn.map({ (1...36_500).contains($0) }) ?? true else {
            throw ValidationError("--expires-in takes 1 to 36500 days")
        }
    }

    /// The key to store, and the secret to tell unless it is a certificate.
    func make(for role: Role, at now: Instant) throws -> (key: ClientChange.NewKey, secret: APIKey?) {
        let expiresAt = expiresIn.map { now + Int64($0) * 24 * 3600 * 1000 }
        if let certificate {
            let digest = try Self.digest(ofCertificateAt: certificate)
            return (ClientChange.NewKey(kind: .certificate, digest: digest, expiresAt: expiresAt), nil)
        }
        var generator = SystemRandomNumberGenerator()
        let secret = APIKey(for: role, using: &generator)
        return (ClientChange.NewKey(digest: secret.digest, expiresAt: expiresAt), secret)
    }

    /// SHA-256 of the first certificate of a PEM file, as `openssl x509 -fingerprint -sha256` tells it.
    private static func digest(ofCertificateAt path: String) throws -> Digest {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.noInput, "cannot read the certificate \(path)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.range(of: "-----BEGIN CERTIFICATE-----"),
            let end = text.range(of: "-----END CERTIFICATE-----", range: start.upperBound..<text.endIndex),
            let body = Data(base64Encoded: text[start.upperBound..<end.lowerBound].filter { !$0.isWhitespace })
        else { throw CommandFailure("\(path) holds no certificate in PEM") }
        return Digest(hashing: Array(body))
    }
}
