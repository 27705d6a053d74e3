import HTTP
import NIOCore
import RPC
import Server

extension ServerLimits {
    /// The limits that the settings say.
    init(_ configuration: Configuration) {
        self.init()
        connection = ConnectionLimits(configuration)
        keptBytes = configuration.number("limits.kept_bytes")
        sessions = configuration.number("limits.sessions")
        sessionsPerAddress = configuration.number("limits.sessions_per_address")
        callsPerSecond = configuration.number("limits.calls_per_second")
        callsAtOnce = configuration.given("limits.calls_at_once") ?? 2 * callsPerSecond
        keylessCallsPerSecond = configuration.number("limits.keyless_calls_per_second")
        keylessCallsAtOnce = configuration.given("limits.keyless_calls_at_once") ?? sessionsPerAddress
        hello = configuration.seconds("limits.hello_seconds")
        line = configuration.seconds("limits.line_seconds")
        stalled = configuration.seconds("limits.stalled_seconds")
        idle = configuration.seconds("limits.idle_seconds")
        drain = configuration.seconds("limits.drain_seconds")
    }
}

extension ConnectionLimits {
    /// The limits that the settings say.
    init(_ configuration: Configuration) {
        self.init(
            lineBytes: configuration.number("limits.line_bytes"), depth: configuration.number("limits.depth"),
            batch: configuration.number("limits.batch"), inFlight: configuration.number("limits.in_flight"),
            responseBytes: configuration.number("limits.response_bytes"),
            outputBytes: configuration.number("limits.output_bytes"))
    }
}

extension HTTPLimits {
    /// The limits that the settings say, and those that hold for both ports.
    init(_ configuration: Configuration, _ shared: ServerLimits) {
        self.init()
        connection = shared.connection
        connections = configuration.number("http.connections")
        connectionsPerAddress = shared.sessionsPerAddress
        heldBytes = configuration.number("http.held_bytes")
        request = configuration.seconds("http.request_seconds")
        idle = configuration.seconds("http.idle_seconds")
        drain = shared.drain
        headerBytes = configuration.number("http.head_bytes")
        headerFields = configuration.number("http.head_fields")
    }
}

extension Configuration {
    fileprivate func seconds(_ key: String) -> TimeAmount { .seconds(Int64(number(key))) }

    /// The number of a setting that has one only where somebody said it.
    fileprivate func given(_ key: String) -> Int? { text(key) == nil ? nil : number(key) }
}
