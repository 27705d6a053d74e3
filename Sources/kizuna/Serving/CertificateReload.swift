import Foundation
import Logging
import Server

/// Reads the server's certificate anew whenever SIGHUP comes, which does nothing to a server without one.
final class CertificateReload {
    private let source: any DispatchSourceSignal

    init(_ identity: TLSIdentity?, logger: Logger) {
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler {
            guard let identity else { return }
            do {
                try identity.reload()
                logger.notice("the certificate was read anew")
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
