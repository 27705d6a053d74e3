import JSON
import ServerSupport
import Testing

/// Going down in order.
@Suite(.onThreads) struct ShutdownTests {
    @Test("under load, what was taken is answered, the rest is told or unread, and then the connections end")
    func underLoad() async throws {
        let server = try await TestServer.start()
        let tills = try (0..<10).map { _ in try Till(server) }
        #expect(try tills[0].ask("member.enroll", enrolling("m-1")).result != nil)
        for (number, till) in tills.enumerated() {
            var text = ""
            for call in 0..<200 {
                let params = purchasing("m-1", receipt: "\(number)/\(call)")
                text += till.line("purchase.post", params) + "\n"
            }
            try till.send(Array(text.utf8))
        }
        // The connections are in the middle of their calls by now.
        _ = try tills[0].next()
        let stop = Task(executorPreference: ThreadExecutor.shared) { try await server.stop() }
        var accepted: Set<String> = []
        for (number, till) in tills.enumerated() {
            for answer in try till.rest() {
                if answer.result != nil {
                    accepted.insert(answer.id + "/\(number)")
                } else {
                    #expect(answer.code == -32000, "\(answer)")
                    #expect(answer.type == "shutting-down")
                    #expect(answer.isRetryable == true)
                }
            }
        }
        try await stop.value
        #expect(throws: Socket.Failure.self) { try Till(port: server.port) }

        // Another server goes on with the store: it has just what was answered, no more and no less.
        let next = try await TestServer.start(store: server.store)
        let till = try Till(next)
        let balance = try till.ask("balance.get", #"{"member":"m-1"}"#).result
        // The answer that was read before the shutdown counts too.
        #expect(balance?["balances"]?["beans"]?["available"]?.int64 == Int64(accepted.count + 1) * 10)
        try await next.stop()
    }

    @Test("idle connections end at once, also those in the middle of a line")
    func idle() async throws {
        let server = try await TestServer.start()
        let tills = [try Till(server), try Till(server, as: nil), try Till(server)]
        try tills[2].send(Array(#"{"jsonrpc":"2.0""#.utf8))
        #expect(try tills[0].isAlive())
        let clock = ContinuousClock()
        let start = clock.now
        let stop = Task(executorPreference: ThreadExecutor.shared) { try await server.stop() }
        for till in tills { #expect(try till.rest().isEmpty) }
        for till in tills { till.socket.end() }
        try await stop.value
        #expect(clock.now - start < .seconds(15))
    }

    @Test("a client that hears nothing of it does not hold the server up for ever")
    func unhearing() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.isAlive())
        let clock = ContinuousClock()
        let start = clock.now
        try await server.stop()
        #expect(clock.now - start < .seconds(15))
        #expect(try till.nextLine() == nil)
    }

    @Test("answers that are still on their way when the server goes down arrive")
    func largeAnswers() async throws {
        let server = try await TestServer.start()
        let till = try Till(server, receiveBuffer: 128 << 10)
        // Fewer bytes than the server holds for one connection, and more than the network does.
        let calls = 9
        try till.send(Array((0..<calls).map { _ in till.line("rpc.discover") + "\n" }.joined().utf8))
        try await Task.sleep(for: .milliseconds(200))
        let stop = Task(executorPreference: ThreadExecutor.shared) { try await server.stop() }
        var count = 0
        while try till.nextLine() != nil { count += 1 }
        #expect(count == calls)
        try await stop.value
    }
}
