import HTTP
import NIOCore
import RPC
import Server
import Testing

@testable import kizuna

/// Limits that are set are the limits that the ports go by.
@Suite struct LimitSettingsTests {
    /// A setting, and where the ports look for it.
    struct Limit: Sendable, CustomTestStringConvertible {
        let key: String
        let value: Int
        let holding: @Sendable (ServerLimits, HTTPLimits) -> [Int]

        init(_ key: String, _ value: Int, _ holding: @escaping @Sendable (ServerLimits, HTTPLimits) -> [Int]) {
            self.key = key
            self.value = value
            self.holding = holding
        }

        var testDescription: String { key }
    }

    private static let limits: [Limit] = [
        Limit("http.connections", 77) { [$1.connections] },
        Limit("http.request_seconds", 7) { [$1.request.seconds] },
        Limit("http.idle_seconds", 7) { [$1.idle.seconds] },
        Limit("http.head_bytes", 7777) { [$1.headerBytes] },
        Limit("http.head_fields", 77) { [$1.headerFields] },
        Limit("http.held_bytes", 777_777) { [$1.heldBytes] },
        Limit("limits.line_bytes", 7777) { [$0.connection.lineBytes, $1.connection.lineBytes] },
        Limit("limits.depth", 77) { [$0.connection.depth, $1.connection.depth] },
        Limit("limits.batch", 77) { [$0.connection.batch, $1.connection.batch] },
        Limit("limits.in_flight", 77) { [$0.connection.inFlight, $1.connection.inFlight] },
        Limit("limits.response_bytes", 77_777) { [$0.connection.responseBytes, $1.connection.responseBytes] },
        Limit("limits.output_bytes", 77_777) { [$0.connection.outputBytes, $1.connection.outputBytes] },
        Limit("limits.kept_bytes", 777_777) { limits, _ in [limits.keptBytes] },
        Limit("limits.sessions", 77) { limits, _ in [limits.sessions] },
        Limit("limits.sessions_per_address", 77) {
            [$0.sessionsPerAddress, $1.connectionsPerAddress, $0.keylessCallsAtOnce]
        },
        Limit("limits.calls_per_second", 77) { limits, _ in [limits.callsPerSecond, limits.callsAtOnce / 2] },
        Limit("limits.calls_at_once", 77) { limits, _ in [limits.callsAtOnce] },
        Limit("limits.keyless_calls_per_second", 77) { limits, _ in [limits.keylessCallsPerSecond] },
        Limit("limits.keyless_calls_at_once", 77) { limits, _ in [limits.keylessCallsAtOnce] },
        Limit("limits.hello_seconds", 7) { limits, _ in [limits.hello.seconds] },
        Limit("limits.line_seconds", 7) { limits, _ in [limits.line.seconds] },
        Limit("limits.stalled_seconds", 7) { limits, _ in [limits.stalled.seconds] },
        Limit("limits.idle_seconds", 7) { limits, _ in [limits.idle.seconds] },
        Limit("limits.drain_seconds", 7) { [$0.drain.seconds, $1.drain.seconds] },
    ]

    private static func holding(_ environment: [String: String]) throws -> (ServerLimits, HTTPLimits) {
        let (configuration, problems) = try Configuration.resolve(flags: [:], environment: environment, file: nil)
        #expect(problems == [])
        let limits = ServerLimits(configuration)
        return (limits, HTTPLimits(configuration, limits))
    }

    @Test("what is set is what holds", arguments: limits)
    func set(limit: Limit) throws {
        let setting = try #require(Setting.all.first { $0.key == limit.key })
        let (server, http) = try Self.holding([setting.variable: "\(limit.value)"])
        #expect(limit.holding(server, http).allSatisfy { $0 == limit.value })
    }

    @Test(
        "where nothing is set, what the settings tell as usual is what the ports have of themselves", arguments: limits)
    func standard(limit: Limit) throws {
        let setting = try #require(Setting.all.first { $0.key == limit.key })
        let (server, http) = try Self.holding([:])
        #expect(limit.holding(server, http) == limit.holding(ServerLimits(), HTTPLimits()))
        if let standard = setting.standard { #expect("\(limit.holding(server, http)[0])" == standard) }
    }

    @Test("every setting that is a limit is looked at here")
    func complete() {
        let settings = Setting.all.map(\.key).filter { $0.hasPrefix("limits.") || $0.hasPrefix("http.") }
        #expect(Set(settings) == Set(Self.limits.map(\.key)).union(["http.host", "http.port", "http.tls"]))
    }
}

extension TimeAmount {
    fileprivate var seconds: Int { Int(nanoseconds / 1_000_000_000) }
}
