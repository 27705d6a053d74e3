import Foundation
import Logging
import Server
import Time

/// Reads the server's certificate anew whenever SIGHUP comes.
final class CertificateReload {
    private let source: any DispatchSourceSignal

    init(_ identity: TLSIdentity, logger: Logger) {
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler {
            do {
                try identity.reload()
                logger.notice("the certificate was read anew", metadata: ["ends": "\(identity.endsAt.rfc3339)"])
            } catch {
                logger.error("the certificate stays as it is", metadata: ["error": "\(error)"])
            }
        }
        source.resume()
    }

    func stop() {
        source.cancel()
    }
}
