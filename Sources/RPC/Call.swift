public import JSON

/// Names one call of one connection until it has been answered.
public struct CallToken: Hashable, Sendable {
    let slot: Int
    /// Distinguishes the calls that use a slot one after the other.
    let generation: UInt64
}

/// A request that is well formed and waits for its answer.
///
/// A notification is a call too: it is answered like any other, and the connection keeps the answer to itself.
public struct Call: Sendable {
    /// What to answer to.
    public let token: CallToken
    /// The name of the method, not yet looked up.
    public let method: String
    /// An array or object, not yet checked; nil when the request has none.
    public let params: JSONValue?
    /// Whether the client does not want an answer.
    public let isNotification: Bool
    /// Length of the line the call came in, for metering.
    public let lineBytes: Int
}
