/// A call got no answer, because there is no connection or no longer one.
///
/// Whether the server did what was asked is not known; a call with an idempotency key can safely be sent again.
package enum ConnectionFailure: Error, Hashable, Sendable {
    /// Nobody could be reached at that address.
    case unreachable(address: String, reason: String)
    /// The connection broke.
    case lost(reason: String)
    /// The server said why and closed the connection.
    case turnedAway(RPCFailure)
    /// This side closed the connection.
    case closed

    /// Whether a new connection may do better.
    package var isRetryable: Bool {
        switch self {
        case .unreachable, .lost: true
        case .turnedAway(let failure): failure.isRetryable
        case .closed: false
        }
    }
}

extension ConnectionFailure: CustomStringConvertible {
    /// What happened, as a sentence without its full stop.
    package var description: String {
        switch self {
        case .unreachable(let address, let reason): "no server could be reached at \(address): \(reason)"
        case .lost(let reason): "the connection broke: \(reason)"
        case .turnedAway(let failure): "the server closed the connection: \(failure)"
        case .closed: "the connection was closed"
        }
    }
}
