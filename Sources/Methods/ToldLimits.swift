public import RPC

/// The limits that `session.hello` tells.
public struct ToldLimits: Sendable {
    public var connection = ConnectionLimits()
    public var helloMs: Int64 = 0
    public var idleMs: Int64 = 0
    /// How long a line may take from its first byte to its last.
    public var lineMs: Int64 = 0
    /// How long answers may wait to be taken.
    public var stalledMs: Int64 = 0
    public var sessions = 0
    public var sessionsPerAddress = 0
    /// Calls of one client in the long run; 0 for any number.
    public var callsPerSecond = 0
    /// Calls of one client at once, after a pause.
    public var callsAtOnce = 0
    /// Calls without a key from one address in the long run; 0 for any number.
    public var keylessCallsPerSecond = 0
    /// Calls without a key from one address at once, after a pause.
    public var keylessCallsAtOnce = 0

    public init() {}
}
