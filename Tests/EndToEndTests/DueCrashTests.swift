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
        points: { points: { expiry: { after: 5 days } } }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100, of: order.amount } }
        """

    private static let members = 1500

    @Test("Everything is written once, by whichever server lives long enough", arguments: StoreKind.allCases)
    func kill(kind: StoreKind) throws {
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
        // Purchases that a till sends in ten days late: their points have lapsed before they arrive.
        let time = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: -10 * 86_400))
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

        var generator = SystemRandomNumberGenerator()
        var written: [Int64] = []
        for _ in 0..<12 {
            let server = try ServerProcess(database: database)
            Thread.sleep(forTimeInterval: Double.random(in: 0...0.04, using: &generator))
            server.kill()
            written.append(try counts(in: database, kind).operations - 2 * Int64(Self.members))
        }
        print("written when killed, on \(kind): \(written)")
        let last = try ServerProcess(database: database)
        let end = ContinuousClock.now + .seconds(60)
        while try counts(in: database, kind).operations < 3 * Int64(Self.members), .now < end {
            Thread.sleep(forTimeInterval: 0.2)
        }
        Thread.sleep(forTimeInterval: 0.5)
        #expect(last.terminate() == 0)
        // Each joined, bought and lost, and nothing happened twice.
        let counts = try counts(in: database, kind)
        #expect(counts.operations == 3 * Int64(Self.members) && counts.transfers == 2 * Int64(Self.members))
        #expect(counts.members == Int64(Self.members))
        let verified = try KizunaProcess.run(["verify", "--database", database, "--json"])
        #expect(try JSONDocument(Array(verified.output.utf8)).root["clean"]?.bool == true, "\(verified.output)")
    }

    private func counts(in database: String, _ kind: StoreKind) throws -> StoreCounts {
        try kind.open(database).read { try $0.counts() }
    }
}
