import Foundation
import JSON
import Synchronization
import Testing

/// The same points, wanted by many at the same moment.
@Suite("Points that many want at once", .serialized)
struct ParallelSpendingTests {
    private static let program = """
        schema: kizuna.program/v1
        id: parallel
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        enroll: { unknown_card: enroll }
        points: { points: { expiry: never } }
        rules: [{ id: base, event: purchase, earn: { points: 1, per: 100 } }]
        redemption: { pay: { worth: 1 } }
        transfers: { allowed: true }
        """

    /// A server, a till's key, and a web shop's.
    private struct Scene {
        let folder: WorkFolder
        let database: String
        let server: ServerProcess
        let pos: String
        let shop: String

        init(_ kind: StoreKind) throws {
            folder = try WorkFolder()
            let database = try kind.makeDatabase(in: folder)
            self.database = database
            try ParallelSpendingTests.program.write(
                toFile: folder.path("program.yaml"), atomically: true, encoding: .utf8)
            server = try ServerProcess(database: database, program: folder.path("program.yaml"))
            func key(_ role: String) throws -> String {
                let created = try KizunaProcess.run(["client", "create", "--database", database, "--role", role, role])
                return String(try #require(created.output.firstMatch(of: /kz_[a-z]+_[0-9a-f]{64}/)).output)
            }
            pos = try key("pos")
            shop = try key("shop")
            // The server looks for new clients every second.
            Thread.sleep(forTimeInterval: 1.2)
        }

        func connect(_ key: String) throws -> LineSocket {
            let socket = try LineSocket(port: server.port)
            try socket.hello(key: key)
            return socket
        }

        /// Lets a card have 100 points.
        func earn(_ card: String, _ socket: LineSocket) throws {
            let time = ISO8601DateFormatter().string(from: Date())
            let reply = try socket.call(
                1, "purchase.post",
                #"{"idempotency_key":"earn/\#(card)","card":"\#(card)","store":"s","receipt":"\#(card)","#
                    + #""occurred_at":"\#(time)","currency":"JPY","items":[{"amount":10000}]}"#)
            try #require(reply["result"]?["earned"]?["points"]?.int64 == 100)
        }

        func available(_ card: String, _ socket: LineSocket) throws -> Int64 {
            let reply = try socket.call(2, "balance.get", #"{"card":"\#(card)"}"#)
            return try #require(reply["result"]?["balances"]?["points"]?["available"]?.int64)
        }

        /// Ends the server and proves what it leaves.
        func end() throws {
            #expect(server.terminate() == 0)
            let verified = try KizunaProcess.run(["verify", "--database", database])
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        }
    }

    @Test(
        "of 20 connections that give away and redeem 100 points exactly 100 leave", arguments: StoreKind.allCases)
    func twentyConnections(kind: StoreKind) throws {
        let scene = try Scene(kind)
        let first = try scene.connect(scene.shop)
        try scene.earn("giver", first)
        for number in 0..<10 { try scene.earn("friend\(number)", first) }
        let sum = Mutex<(left: Int64, given: Int64, refused: Int)>((0, 0, 0))
        let problems = Mutex<[String]>([])
        let (port, key) = (scene.server.port, scene.shop)
        try Self.atOnce(20) { number in
            let socket = try LineSocket(port: port)
            try socket.hello(key: key)
            for round in 0..<8 {
                // Single points in the end, so that nothing is left that nobody wants.
                let points = round < 5 ? 3 + (number + round) % 7 : 1
                let fields = #""idempotency_key":"\#(number)/\#(round)","card":"giver","points":\#(points)"#
                let isGift = number % 2 == 0
                let reply =
                    isGift
                    ? try socket.call(
                        10 + round, "points.transfer", #"{\#(fields),"to":{"card":"friend\#(number / 2)"}}"#)
                    : try socket.call(10 + round, "redemption.create", "{\(fields)}")
                if reply["result"] != nil {
                    sum.withLock { sum in
                        sum.left += Int64(points)
                        if isGift { sum.given += Int64(points) }
                    }
                } else if [1014, 1015].contains(reply["error"]?["code"]?.int64) {
                    sum.withLock { $0.refused += 1 }
                } else {
                    problems.withLock { $0.append(String(decoding: reply.rawText, as: UTF8.self)) }
                }
            }
        }
        #expect(problems.withLock { $0 } == [])
        let (left, given, refused) = sum.withLock { $0 }
        let rest = try scene.available("giver", first)
        #expect(left == 100 && rest == 0)
        #expect(refused > 0)
        let arrived = try (0..<10).reduce(0) { $0 + (try scene.available("friend\($1)", first)) - 100 }
        #expect(arrived == given)
        try scene.end()
    }

    @Test(
        "a till and a web shop that spend the same points at the same moment: one does, the other is told the figures",
        arguments: StoreKind.allCases)
    func tillAndShop(kind: StoreKind) throws {
        let scene = try Scene(kind)
        let (till, shop) = (try scene.connect(scene.pos), try scene.connect(scene.shop))
        for round in 0..<20 {
            let card = "c\(round)"
            try scene.earn(card, till)
            // The till redeems at once, the shop reserves for a basket.
            try till.send(
                #"{"jsonrpc":"2.0","id":3,"method":"redemption.create","params":{"idempotency_key":"t\#(round)","#
                    + #""card":"\#(card)","points":80}}"#)
            try shop.send(
                #"{"jsonrpc":"2.0","id":3,"method":"hold.create","params":{"idempotency_key":"s\#(round)","#
                    + #""card":"\#(card)","points":70}}"#)
            let (one, other) = (try till.receive(), try shop.receive())
            switch (one["result"] != nil, other["result"] != nil) {
            case (true, false):
                #expect(other["error"]?["code"]?.int64 == 1014)
                #expect(other["error"]?["data"]?["needed"]?.int64 == 70)
                #expect(other["error"]?["data"]?["available"]?.int64 == 20)
                #expect(try scene.available(card, shop) == 20)
            case (false, true):
                #expect(one["error"]?["code"]?.int64 == 1015)
                #expect(one["error"]?["data"]?["most"]?.int64 == 30)
                #expect(try scene.available(card, shop) == 30)
            default: Issue.record("both or none: \(one) \(other)")
            }
        }
        try scene.end()
    }

    /// Lets so many threads work, and waits for all of them.
    private static func atOnce(_ count: Int, _ work: @escaping @Sendable (Int) throws -> Void) throws {
        let failures = Mutex<[any Error]>([])
        let finished = DispatchSemaphore(value: 0)
        for number in 0..<count {
            Thread {
                do { try work(number) } catch { failures.withLock { $0.append(error) } }
                finished.signal()
            }.start()
        }
        for _ in 0..<count { finished.wait() }
        if let failure = failures.withLock({ $0.first }) { throw failure }
    }
}
