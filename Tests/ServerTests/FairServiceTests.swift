import Engine
import JSON
import MemoryStore
import RPC
import Server
import ServerSupport
import Testing

/// Fairness as tills meet it: through sockets, and told in counts. All buy for one member, so that the number of the
/// operation in each answer tells how many were done before it.
@Suite(.onThreads) struct FairServiceTests {
    private static let flood = 3000
    private static let others = 10

    private static func sequence(_ answer: JSONValue?) throws -> Int {
        let operation = try #require(answer?["operation"]?.string)
        return try #require(operation.split(separator: "-").last.flatMap { Int($0) })
    }

    /// Sends calls and waits until the server has taken all of them: a ping behind them is answered at once.
    private static func send(_ lines: [String], on till: Till) throws {
        for line in lines { try till.send(line: line) }
        try till.send(line: till.line("session.ping"))
        let answer = try #require(try till.next())
        #expect(answer.result?["server_time"] != nil)
    }

    @Test(
        "who floods on one connection keeps nobody on another one waiting, by single calls or by batches",
        arguments: [false, true])
    func flooding(inBatches: Bool) async throws {
        let gate = Gate()
        var limits = ServerLimits.patient
        limits.callsPerSecond = 0
        limits.connection.inFlight = Self.flood + 100
        limits.connection.outputBytes = 64 << 20
        let store = MemoryStore(faultHook: { _ in
            gate.pass()
            return nil
        })
        let server = try await TestServer.start(store: store, limits: limits)
        defer { gate.open() }
        let flooder = try Till(server, patience: 60)
        #expect(try flooder.ask("member.enroll", enrolling("m-1")).result != nil)
        let tills = try (0..<Self.others).map { _ in try Till(server, as: .pos, patience: 60) }

        gate.close()
        let sales = (1...Self.flood).map { purchasing("m-1", receipt: "flood \($0)") }
        let lines =
            inBatches
            ? stride(from: 0, to: sales.count, by: 100).map { start in
                flooder.line(
                    "purchase.post_batch",
                    #"{"purchases":[\#(sales[start..<start + 100].joined(separator: ","))]}"#)
            } : sales.map { flooder.line("purchase.post", $0) }
        try Self.send(lines, on: flooder)
        // They come when all of the flood is there.
        for (number, till) in tills.enumerated() {
            try Self.send([till.line("purchase.post", purchasing("m-1", receipt: "till \(number)"))], on: till)
        }
        gate.open()
        let places = try tills.map { try Self.sequence(try #require(try $0.next()).result) }
        // One batch was under way, and one was filled with the flood before they came; they are in the next.
        #expect(places.allSatisfy { $0 < 400 }, "\(places)")
        var last = 0
        for _ in lines {
            let result = try #require(try flooder.next()).result
            let results = inBatches ? Array(try #require(result?["results"]).elements).map { $0["result"] } : [result]
            for result in results { last = max(last, try Self.sequence(result)) }
        }
        #expect(last > Self.flood, "and the flood was served, to its end")
        try await server.stop()
    }
}
