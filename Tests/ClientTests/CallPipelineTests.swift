import Client
import JSON
import Synchronization
import Testing

/// Calls that are seen through to an answer.
@Suite struct CallPipelineTests {
    private func pipeline(
        _ server: ScriptedServer, giveUpAfter: Duration = .seconds(60)
    ) async throws -> CallPipeline<Int> {
        let policy = RetryPolicy(
            firstPause: .milliseconds(1), longestPause: .milliseconds(5), giveUpAfter: giveUpAfter)
        return try await CallPipeline("test", policy: policy) { try await server.connect() }
    }

    /// Sends the numbers and collects the answers in the order in which they are handed out.
    private func run(_ pipeline: inout CallPipeline<Int>, _ numbers: ClosedRange<Int>) async throws -> [Int] {
        var answered: [Int] = []
        for number in numbers {
            if pipeline.isFull, let (tag, answer) = try await pipeline.next() {
                #expect(try answer.get().int64 == Int64(tag))
                answered.append(tag)
            }
            try await pipeline.send(Array("\(number)".utf8), tag: number)
        }
        while let (tag, answer) = try await pipeline.next() {
            #expect(try answer.get().int64 == Int64(tag))
            answered.append(tag)
        }
        return answered
    }

    @Test func callsLeaveInOrderAndAnswersComeInOrder() async throws {
        let server = try await ScriptedServer(limits: #"{"in_flight":4}"#) { [$0.result($0.params)] }
        var pipeline = try await pipeline(server)
        #expect(try await run(&pipeline, 1...50) == Array(1...50))
        #expect(server.heard.map(\.params) == (1...50).map(String.init))
        #expect(pipeline.reconnections == 0)
        await pipeline.close()
        try await server.stop()
    }

    @Test func whatWasNotAnsweredIsSentAgainInOrder() async throws {
        // Each of the first three connections answers some calls and breaks with others on their way.
        let server = try await ScriptedServer(limits: #"{"in_flight":8}"#) { heard in
            heard.connection < 3 && heard.id == 7 ? [.hangUp] : [heard.result(heard.params)]
        }
        var pipeline = try await pipeline(server)
        #expect(try await run(&pipeline, 1...40) == Array(1...40))
        #expect(pipeline.reconnections == 3)
        for connection in 0...3 {
            let numbers = server.heard.filter { $0.connection == connection }.compactMap { Int($0.params) }
            #expect(numbers == numbers.sorted())
        }
        await pipeline.close()
        try await server.stop()
    }

    @Test func notNowIsTriedAgain() async throws {
        let refusals = Mutex(3)
        let server = try await ScriptedServer { heard in
            let isRefused = refusals.withLock { left in
                guard heard.params == "5", left > 0 else { return false }
                left -= 1
                return true
            }
            return [isRefused ? heard.notNow : heard.result(heard.params)]
        }
        var pipeline = try await pipeline(server)
        #expect(try await run(&pipeline, 1...20) == Array(1...20))
        #expect(server.heard.count == 23)
        await pipeline.close()
        try await server.stop()
    }

    @Test func refusalsComeBackWithTheirTag() async throws {
        let server = try await ScriptedServer { heard in
            [.say(#"{"jsonrpc":"2.0","id":\#(heard.id),"error":{"code":1001,"message":"Unknown member"}}"#)]
        }
        var pipeline = try await pipeline(server)
        try await pipeline.send(Array("1".utf8), tag: 11)
        let (tag, answer) = try #require(try await pipeline.next())
        #expect(tag == 11)
        #expect(throws: RPCFailure(code: 1001, message: "Unknown member", type: "")) { try answer.get() }
        #expect(try await pipeline.next() == nil)
        await pipeline.close()
        try await server.stop()
    }

    @Test func aServerThatStaysAwayIsGivenUp() async throws {
        let server = try await ScriptedServer { _ in [.hangUp] }
        var pipeline = try await pipeline(server, giveUpAfter: .milliseconds(100))
        try await pipeline.send(Array("1".utf8), tag: 1)
        try await server.stop()
        await #expect(throws: ConnectionFailure.self) { try await pipeline.next() }
    }

    @Test func aServerThatSaysNotNowForTooLongIsGivenUp() async throws {
        let server = try await ScriptedServer { [$0.notNow] }
        var pipeline = try await pipeline(server, giveUpAfter: .milliseconds(100))
        try await pipeline.send(Array("1".utf8), tag: 1)
        let (_, answer) = try #require(try await pipeline.next())
        #expect(throws: RPCFailure.self) { try answer.get() }
        await pipeline.close()
        try await server.stop()
    }

    @Test func theFirstConnectionIsTriedOnce() async throws {
        let attempts = Mutex(0)
        await #expect(throws: ConnectionFailure.self) {
            _ = try await CallPipeline<Int>("test") {
                attempts.withLock { $0 += 1 }
                return try await KizunaClient.connect(host: "127.0.0.1", port: 1, apiKey: "", client: "test")
            }
        }
        #expect(attempts.withLock { $0 } == 1)
    }

    @Test(arguments: [
        (0, 0.0, 100), (1, 0.0, 200), (3, 0.0, 800), (3, 1.0, 400), (6, 0.0, 5000), (6, 0.5, 3750), (1000, 0.0, 5000),
    ])
    func pausesDoubleUpToALimit(attempt: Int, chance: Double, milliseconds: Int) {
        #expect(RetryPolicy().pause(before: attempt, chance: chance) == .milliseconds(milliseconds))
    }
}
