import Foundation
import JSON
import Testing

/// Limits as an operator sets them and a client learns of them.
@Suite struct LimitsTests {
    private static let settings = [
        "line_bytes": 20_000, "depth": 12, "batch": 3, "in_flight": 5, "response_bytes": 70_000, "output_bytes": 80_000,
        "sessions": 40, "sessions_per_address": 30, "calls_per_second": 2000, "calls_at_once": 2500,
        "keyless_calls_per_second": 1, "keyless_calls_at_once": 9, "hello_seconds": 2, "line_seconds": 11,
        "stalled_seconds": 12, "idle_seconds": 13,
    ]

    @Test("hello tells what is set, and what is told is obeyed")
    func told() throws {
        let folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        let server = try ServerProcess(
            database: database, program: try Self.program(in: folder),
            environment: Dictionary(
                uniqueKeysWithValues: Self.settings.map { ("KIZUNA_LIMITS_\($0.key.uppercased())", "\($0.value)") }))
        let silent = try LineSocket(port: server.port)
        let created = try KizunaProcess.run(["client", "create", "--database", database, "--role", "pos", "x"])
        let key = String(try #require(created.output.firstMatch(of: /kz_pos_[0-9a-f]{64}/)).output)
        // The server learns of the key a moment later, and saying hello in vain costs a call of this address.
        Thread.sleep(forTimeInterval: 1)
        let till = try LineSocket(port: server.port)
        let hello = #"{"client":"t","protocol":{"min":"1.0","max":"1.0"},"auth":{"api_key":"\#(key)"}}"#
        let limits = try #require(try till.call(1, "session.hello", hello)["result"]?["limits"])
        for (name, value) in Self.settings {
            let isTime = name.hasSuffix("_seconds")
            let told = limits[isTime ? name.replacing("_seconds", with: "_ms") : name]?.int64
            #expect(told == Int64(isTime ? value * 1000 : value), "\(name)")
        }
        func code(_ line: String) throws -> Int64? {
            try till.send(line)
            return try till.receive()["error"]?["code"]?.int64
        }
        let ping = #"{"jsonrpc":"2.0","id":1,"method":"session.ping"}"#
        #expect(try code("[\(ping),\(ping),\(ping),\(ping)]") == -32600, "a batch of four")
        #expect(try code(String(repeating: "[", count: 13)) == -32700)
        let discover = #"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#
        #expect(try code(discover) == -32003)
        #expect(try code(String(repeating: " ", count: 20_001)) == -32005)
        try silent.waitForEnd()
        let stranger = try LineSocket(port: server.port)
        let codes = try (1...12).map { try stranger.call($0, "session.ping", "{}")["error"]?["code"]?.int64 }
        #expect(codes.first == .some(nil) && codes.last == -32004)
        #expect(server.terminate() == 0)
    }

    private static func program(in folder: WorkFolder) throws -> String {
        let program = """
            schema: kizuna.program/v1
            id: bounded
            money: { currency: JPY, base: tax_included }
            timezone: UTC
            points: { points: {} }
            rules: [{ id: base, event: purchase, earn: { points: 1, per: 1 } }]
            """
        try program.write(toFile: folder.path("program.yaml"), atomically: true, encoding: .utf8)
        return folder.path("program.yaml")
    }
}
