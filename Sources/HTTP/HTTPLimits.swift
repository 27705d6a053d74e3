package import NIOCore
package import RPC

/// What the HTTP port allows.
package struct HTTPLimits: Sendable {
    /// Depth, batches, calls in flight and replies are bounded as on a line; the body is bounded like a line.
    package var connection = ConnectionLimits()
    /// Connections at a time; more wait until one ends.
    package var connections = 1000
    /// Connections at a time from one address; one more is closed.
    package var connectionsPerAddress = 500
    /// Bytes that all requests and answers under way keep. Beyond it those that are longer than `freeBytes` are told to
    /// come again.
    package var heldBytes = 256 << 20
    package var freeBytes = 64 << 10
    /// How long a connection may take to send a whole head, and then a whole body.
    package var request: TimeAmount = .seconds(10)
    /// How long a connection may be kept open between requests, and how long an answer may take to be taken.
    package var idle: TimeAmount = .seconds(60)
    /// How long a connection may go on sending a body that is refused already.
    package var linger: TimeAmount = .seconds(1)
    /// How long connections may take to finish when the server goes down.
    package var drain: TimeAmount = .seconds(20)
    /// Longest request line or header field, and all of them together, in bytes.
    package var headerBytes = 16 << 10
    /// Most header fields.
    package var headerFields = 100
    /// How long the store may take to answer before the server counts as not ready.
    package var ready: TimeAmount = .seconds(2)

    package init() {}
}
