package import NIOCore
package import RPC

/// What one server allows; `session.hello` tells it to the client.
package struct ServerLimits: Sendable {
    package var connection = ConnectionLimits()
    /// Connections at a time.
    package var sessions = 1000
    /// How long a connection may take to say who it is.
    package var hello: TimeAmount = .seconds(10)
    /// How long a connection may be silent.
    package var idle: TimeAmount = .seconds(600)
    /// How long a peer may leave its replies unread once `unsentBytes` wait.
    package var stalled: TimeAmount = .seconds(30)
    /// Bytes written and not yet taken by the peer beyond which the server stops reading from it.
    package var unsentBytes = 4 << 20
    /// How long the server, having ended a connection, waits for the peer to end it too.
    package var linger: TimeAmount = .seconds(1)
    /// How long connections may take to finish when the server goes down.
    package var drain: TimeAmount = .seconds(20)

    package init() {}
}
