import ArgumentParser
import Engine
import Foundation
import Server
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
            let shown = try ClientCertificate(path: certificate)
            guard shown.endsAt > now else {
                throw CommandFailure("the certificate \(certificate) was over at \(shown.endsAt.rfc3339)")
            }
            // Sessions that are open end with the key, and would go on past the certificate.
            let end = min(expiresAt ?? shown.endsAt, shown.endsAt)
            return (ClientChange.NewKey(kind: .certificate, digest: shown.digest, expiresAt: end), nil)
        }
        var generator = SystemRandomNumberGenerator()
        let secret = APIKey(for: role, using: &generator)
        return (ClientChange.NewKey(digest: secret.digest, expiresAt: expiresAt), secret)
    }
}
