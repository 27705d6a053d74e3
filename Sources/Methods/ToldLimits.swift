package import RPC

/// The limits that `session.hello` tells.
package struct ToldLimits: Sendable {
    package var connection = ConnectionLimits()
    package var helloMs: Int64 = 0
    package var idleMs: Int64 = 0
    /// How long a line may take from its first byte to its last.
    package var lineMs: Int64 = 0
    /// How long answers may wait to be taken.
    package var stalledMs: Int64 = 0
    package var sessions = 0
    package var sessionsPerAddress = 0
    /// Calls of one client in the long run; 0 for any number.
    package var callsPerSecond = 0
    /// Calls of one client at once, after a pause.
    package var callsAtOnce = 0
    /// Calls without a key from one address in the long run; 0 for any number.
    package var keylessCallsPerSecond = 0
    /// Calls without a key from one address at once, after a pause.
    package var keylessCallsAtOnce = 0

    package init() {}
}
