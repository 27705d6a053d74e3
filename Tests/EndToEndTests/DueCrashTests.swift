import Engine
import Foundation
import JSON
import TestSupport
import Testing

/// Servers that are killed while they write down what fell due.
@Suite("Killed while points lapse", .serialized)
struct DueCrashTests {
    private static let program = """
        schema: kizuna.program/v1
        id: lapse
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        enroll: { unknown_card: enroll }
        points: { points: { expiry: { after: 60 minutes } } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount } }
        """

    private static let members = 3000

    @Test("Everything is written once, by whichever server lives long enough", arguments: StoreKind.allCases)
    func killed(kind: StoreKind) throws {
        let folder = try WorkFolder()
        let database = try kind.makeDatabase(in: folder)
        let program = folder.path("lapse.yaml")
        try Self.program.write(toFile: program, atomically: true, encoding: .utf8)
        let first = try ServerProcess(database: database, program: program, arguments: ["--due-work", "off"])
        let created = try KizunaProcess.run(["client", "create", "--database", database, "--role", "pos", "till"])
        let key = String(try #require(created.output.firstMatch(of: /kz_pos_[0-9a-f]{64}/)).output)
        Thread.sleep(forTimeInterval: 1.2)
        let socket = try LineSocket(port: first.port)
        try socket.hello(key: key)
        // Purchases of an hour ago, nearly: all points lapse a while after they are here.
        let lapse = Date(timeIntervalSinceNow: 25)
        let time = ISO8601DateFormatter().string(from: lapse.addingTimeInterval(-3600))
        for start in stride(from: 0, to: Self.members, by: 30) {
            for number in start..<start + 30 {
                try socket.send(
                    #"{"jsonrpc":"2.0","id":\#(number),"method":"purchase.post","params":{"idempotency_key":"\#(number)","#
                        + #""card":"c\#(number)","store":"s","receipt":"\#(number)","occurred_at":"\#(time)","#
                        + #""currency":"JPY","items":[{"amount":1000}]}}"#)
            }
            for _ in 0..<30 { #expect(try socket.receive()["result"] != nil) }
        }
        #expect(first.terminate() == 0)
        #expect(try written(in: kind.open(database)) == 0, "nothing may lapse before it is all there")
        Thread.sleep(until: lapse.addingTimeInterval(1))

        // Twice, as soon as more than before is written, so that the work is under way.
        var written: [Int64] = [0]
        for _ in 0..<2 {
            let watcher = try kind.open(database)
            // It writes before it listens, so nobody waits for that.
            let server = Process()
            server.executableURL = KizunaProcess.executable
            server.arguments = ["serve", "--database", database, "--port", "0", "--http-port", "0"]
            (server.standardOutput, server.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
            try server.run()
            let end = ContinuousClock.now + .seconds(20)
            while try self.written(in: watcher) <= written[written.count - 1], server.isRunning, .now < end {}
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
            written.append(try self.written(in: watcher))
        }
        #expect(written.contains { $0 > 0 && $0 < Int64(Self.members) }, "killed in the middle: \(written)")
        let last = try ServerProcess(database: database)
        let end = ContinuousClock.now + .seconds(60)
        let watcher = try kind.open(database)
        while try self.written(in: watcher) < Int64(Self.members), .now < end {
            Thread.sleep(forTimeInterval: 0.2)
        }
        Thread.sleep(forTimeInterval: 0.5)
        #expect(last.terminate() == 0)
        // Each joined, bought and lost, and nothing happened twice.
        let counts = try watcher.read { try $0.counts() }
        #expect(counts.operations == 3 * Int64(Self.members) && counts.transfers == 2 * Int64(Self.members))
        #expect(counts.members == Int64(Self.members))
        let verified = try KizunaProcess.run(["verify", "--database", database, "--json"])
        #expect(try JSONDocument(Array(verified.output.utf8)).root["clean"]?.bool == true, "\(verified.output)")
    }

    /// How many members lost their points.
    private func written(in store: any Store) throws -> Int64 {
        try store.read { try $0.counts() }.operations - 2 * Int64(Self.members)
    }
}
