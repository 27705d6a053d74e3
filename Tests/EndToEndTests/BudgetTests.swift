import Engine
import Foundation
import JSON
import Synchronization
import Testing

/// One campaign budget of a million points that 32 clients draw on at once.
@Suite("A budget that many draw on", .serialized)
struct BudgetTests {
    private static let program = """
        schema: kizuna.program/v1
        id: rush
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        enroll: { unknown_card: enroll }
        points: { points: {} }
        campaigns: [{ id: rush, budget: { points: 1000000, when_short: partial } }]
        rules: [{ id: rush, campaign: rush, event: purchase, earn: { points: 1, per: 1 } }]
        """

    private static let clients = 32
    private static let purchases = 60

    /// What a purchase is worth by its number: 700 to 1,299, so that all of them come to more than the budget.
    private static func amount(_ number: Int) -> Int { 700 + number * 37 % 600 }

    /// What all clients together were answered so far.
    private struct Progress {
        var points: Int64 = 0
        var purchases = 0
    }

    /// What a client leaves between two purchases, in seconds, where a second server goes on while the first one is away:
    /// it must not spend what is left meanwhile.
    private static let pauseBesideOthers = 0.1

    /// Posts a client's purchases until all are answered, over a new connection whenever one breaks; what was not
    /// answered is posted again.
    private static func run(
        _ client: Int, key: String, pause: Double, port: @Sendable () -> Int,
        answered: @Sendable (_ points: Int64) -> Void
    ) {
        var number = 0
        let time = ISO8601DateFormatter().string(from: Date())
        while number < purchases {
            guard let socket = try? LineSocket(port: port()), (try? socket.hello(key: key)) != nil else {
                Thread.sleep(forTimeInterval: 0.02)
                continue
            }
            while number < purchases {
                let id = client * purchases + number
                let params =
                    #"{"idempotency_key":"\#(id)","card":"c\#(client)","store":"s","receipt":"\#(id)","#
                    + #""occurred_at":"\#(time)","currency":"JPY","items":[{"amount":\#(amount(id))}]}"#
                guard let reply = try? socket.call(id + 1, "purchase.post", params) else { break }
                guard let result = reply["result"] else { break }
                answered(result["earned"]?["points"]?.int64 ?? 0)
                number += 1
                if pause > 0 { Thread.sleep(forTimeInterval: pause) }
            }
        }
    }

    @Test(
        "exactly a million is paid, over a restart as well, and nothing afterwards", arguments: StoreKind.allCases)
    func exactly(kind: StoreKind) throws {
        let folder = try WorkFolder()
        let database = try kind.makeDatabase(in: folder)
        let program = folder.path("rush.yaml")
        try Self.program.write(toFile: program, atomically: true, encoding: .utf8)
        // A file has one server; a database of PostgreSQL has two, on which the clients draw in turns.
        var servers = [try ServerProcess(database: database, program: program)]
        if kind == .postgres { servers.append(try ServerProcess(database: database, program: program)) }
        let key = try PlainShop.newKey(in: database)
        Thread.sleep(forTimeInterval: 1.2)

        let pause = kind == .postgres ? Self.pauseBesideOthers : 0
        let ports = Mutex(servers.map(\.port))
        let progress = Mutex(Progress())
        for client in 0..<Self.clients {
            let thread = Thread {
                Self.run(client, key: key, pause: pause, port: { ports.withLock { $0[client % $0.count] } }) { points in
                    progress.withLock {
                        $0.points += points
                        $0.purchases += 1
                    }
                }
            }
            thread.start()
        }
        func wait(until isReached: (Progress) -> Bool) {
            let deadline = Date() + 120
            while !isReached(progress.withLock { $0 }), Date() < deadline { Thread.sleep(forTimeInterval: 0.001) }
        }
        func restart(_ index: Int) throws {
            servers[index] = try ServerProcess(database: database, program: program)
            ports.withLock { $0[index] = servers[index].port }
        }
        // Stopped and killed while a part of the budget is paid out and a part of it is left.
        wait { $0.points >= 200_000 }
        #expect(servers[0].terminate() == 0)
        #expect((200_000..<1_000_000).contains(progress.withLock { $0.points }))
        try restart(0)
        wait { $0.points >= 600_000 }
        let last = servers.count - 1
        servers[last].kill()
        #expect((600_000..<1_000_000).contains(progress.withLock { $0.points }))
        try restart(last)
        wait { $0.purchases == Self.clients * Self.purchases }

        let wanted = (0..<Self.clients * Self.purchases).reduce(0) { $0 + Self.amount($1) }
        #expect(wanted > 1_500_000)
        #expect(progress.withLock { $0.purchases } == Self.clients * Self.purchases)
        #expect(progress.withLock { $0.points } == 1_000_000)
        for server in servers { #expect(server.terminate() == 0) }
        // Every server wrote something each time it ran: nobody was only looking on.
        let writers = try kind.open(database).read { reader in
            try reader.writers().filter { try !reader.blocks(of: $0, after: 0, limit: 1).isEmpty }
        }
        #expect(writers.count == servers.count + 2)
        let verified = try KizunaProcess.run(["verify", "--database", database])
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    }
}
