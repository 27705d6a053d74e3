package import Methods
package import NIOCore
package import RPC

/// What one server allows; `session.hello` tells it to the client.
package struct ServerLimits: Sendable {
    package var connection = ConnectionLimits()
    /// Connections at a time.
    package var sessions = 1000
    /// Connections at a time from one address.
    package var sessionsPerAddress = 500
    /// Calls of one client in the long run; 0 for any number.
    package var callsPerSecond = 5_000
    /// Calls of one client at once, after a pause.
    package var callsAtOnce = 10_000
    /// Calls without a key from one address in the long run; 0 for any number. Saying hello is one.
    package var keylessCallsPerSecond = 20
    /// Calls without a key from one address at once, after a pause.
    package var keylessCallsAtOnce = 500
    /// How long a connection may take to say who it is.
    package var hello: TimeAmount = .seconds(10)
    /// How long a line may take from its first byte to its last.
    package var line: TimeAmount = .seconds(30)
    /// How long a connection may be silent.
    package var idle: TimeAmount = .seconds(600)
    /// In what time a sixteenth of `connection.outputBytes` must be taken once so much waits.
    package var stalled: TimeAmount = .seconds(30)
    /// Bytes that all connections together may keep waiting, in and out. Beyond it, those that keep more than their
    /// share are not read from and worked for until there is room.
    package var keptBytes = 256 << 20
    /// How often every connection is looked after.
    package var watch: TimeAmount = .milliseconds(200)
    /// How long the server, having ended a connection, waits for the peer to end it too.
    package var linger: TimeAmount = .seconds(1)
    /// How long connections may take to finish when the server goes down.
    package var drain: TimeAmount = .seconds(20)

    package init() {}

    /// What a connection may keep, however many others there are.
    var shareBytes: Int { keptBytes / max(1, sessions) }

    /// What clients are told.
    package var told: ToldLimits {
        var told = ToldLimits()
        told.connection = connection
        told.helloMs = hello.nanoseconds / 1_000_000
        told.idleMs = idle.nanoseconds / 1_000_000
        told.lineMs = line.nanoseconds / 1_000_000
        told.stalledMs = stalled.nanoseconds / 1_000_000
        told.sessions = sessions
        told.sessionsPerAddress = sessionsPerAddress
        told.callsPerSecond = callsPerSecond
        told.callsAtOnce = callsAtOnce
        told.keylessCallsPerSecond = keylessCallsPerSecond
        told.keylessCallsAtOnce = keylessCallsAtOnce
        return told
    }
}
