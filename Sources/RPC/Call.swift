package import JSON

/// Names one call of one connection until it has been answered.
package struct CallToken: Hashable, Sendable {
    let slot: Int
    /// Distinguishes the calls that use a slot one after the other.
    let generation: UInt64
}

/// A request that is well formed and waits for its answer.
///
/// A notification is a call too: it is answered like any other, and the connection keeps the answer to itself.
package struct Call: Sendable {
    /// What to answer to.
    package let token: CallToken
    /// The name of the method, not yet looked up.
    package let method: String
    /// An array or object, not yet checked; nil when the request has none.
    package let params: JSONValue?
    /// Whether the client does not want an answer.
    package let isNotification: Bool
    /// Length of the line the call came in, for metering.
    package let lineBytes: Int
}
