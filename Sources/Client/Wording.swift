import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The network's errors in words that say what to look at.
enum Wording {
    /// Why a connection could not be made or did not last.
    static func reason(of error: any Error) -> String {
        switch error {
        case let error as IOError: reason(ofErrno: error.errnoCode)
        case let error as NIOConnectionError:
            if let single = error.connectionErrors.first {
                reason(of: single.error)
            } else {
                "the name of the host is not known"
            }
        case let error as NIOSSLExtraError: "its certificate is not accepted: \(error)"
        case let error as NIOSSLError: reason(ofTLS: error)
        case let error as ChannelError:
            if case .connectTimeout = error { "it did not answer in time" } else { "\(error)" }
        default: "\(error)"
        }
    }

    private static func reason(ofTLS error: NIOSSLError) -> String {
        switch error {
        case .handshakeFailed(let reason): "no agreement on TLS was reached: \(reason)"
        case .uncleanShutdown: "the other side went away"
        default: "TLS: \(error)"
        }
    }

    private static func reason(ofErrno code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "nothing listens there"
        case ECONNRESET, EPIPE: "the other side went away"
        case EHOSTUNREACH, ENETUNREACH: "there is no way to that network"
        case ETIMEDOUT: "it did not answer in time"
        default: "system error \(code)"
        }
    }
}
