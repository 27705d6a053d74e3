import JSON
import RPC
import TestSupport
import Testing

@Suite struct LineConnectionPropertyTests {
    private let conversation = Array(
        """
        {"jsonrpc":"2.0","id":1,"method":"subtract","params":[42,23]}
        \r
        [{"jsonrpc":"2.0","id":"é","method":"get_data"},{"jsonrpc":"2.0","method":"update"},7]\r
        {"jsonrpc":"2.0","id":2,"method":"nope"}
        {"broken
        {"jsonrpc":"2.0","id":null,"method":"sum","params":[1,2]}
        [{"jsonrpc":"2.0","method":"notify_hello"}]
        {"jsonrpc":"2.0","id":3,"method":"subtract","params":{"minuend":1}}
        """.utf8)

    private func run(_ pieces: [ArraySlice<UInt8>], _ limits: ConnectionLimits) -> Fixture {
        var fixture = Fixture(limits: limits)
        for piece in pieces { fixture.receive(piece) }
        fixture.end()
        return fixture
    }

    @Test("wherever the bytes are cut, the same calls are made and the same bytes go out", arguments: [1, 2, 3, 32])
    func cuts(inFlight: Int) {
        for lineBytes in [1 << 20, 90, 70] {
            let limits = ConnectionLimits(lineBytes: lineBytes, inFlight: inFlight)
            let whole = run([conversation[...]], limits)
            let calls = whole.journal.filter { !$0.hasPrefix("-") }
            #expect(calls.count >= 1)
            #expect(whole.connection.isClosed)
            for cut in conversation.indices {
                let cutOnce = run([conversation[..<cut], conversation[cut...]], limits)
                #expect(cutOnce.output == whole.output, "cut at \(cut)")
                #expect(cutOnce.journal.filter { !$0.hasPrefix("-") } == calls)
            }
            let bytewise = run(conversation.indices.map { conversation[$0...$0] }, limits)
            #expect(bytewise.output == whole.output)
        }
    }

    @Test("random pieces and late answers: every request is answered exactly once", arguments: 0..<60 as Range<UInt64>)
    func lateAnswers(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let limits = ConnectionLimits(batch: 10, inFlight: Int.random(in: 1...6, using: &generator), outputBytes: 2000)
        var connection = LineConnection(limits: limits)
        var expected: [String: Int] = [:]
        var bytes: [UInt8] = []
        var nextID = 0
        func entry(_ generator: inout SeededGenerator) -> String {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                return #"{"jsonrpc":"2.0","method":"n"}"#
            case 1:
                expected["null", default: 0] += 1
                return #"{"jsonrpc":"2.0"}"#
            default:
                nextID += 1
                expected["\(nextID)"] = 1
                return #"{"jsonrpc":"2.0","id":\#(nextID),"method":"m"}"#
            }
        }
        for _ in 0..<80 {
            if Int.random(in: 0..<4, using: &generator) == 0 {
                let entries = (0..<Int.random(in: 1...10, using: &generator)).map { _ in entry(&generator) }
                bytes += Array(("[" + entries.joined(separator: ",") + "]\n").utf8)
            } else {
                bytes += Array((entry(&generator) + "\n").utf8)
            }
        }
        var held: [Call] = []
        var output: [UInt8] = []
        var unread = bytes[...]
        var isPaused = false
        var isClosed = false
        var steps = 0
        while !isClosed {
            steps += 1
            try #require(steps < 100_000, "the conversation does not end")
            switch Int.random(in: 0..<3, using: &generator) {
            case 0 where !isPaused:
                let piece = unread.prefix(Int.random(in: 1...200, using: &generator))
                unread = unread.dropFirst(piece.count)
                if piece.isEmpty { connection.receiveEnd() } else { connection.receive(piece) }
            case 1 where !held.isEmpty:
                let call = held.remove(at: Int.random(in: 0..<held.count, using: &generator))
                if Bool.random(using: &generator) {
                    connection.reply(call.token, result: Array("true".utf8))
                } else {
                    connection.fail(call.token, .internalError)
                }
            default: output += connection.takeOutput()
            }
            actions: while let action = connection.next() {
                switch action {
                case .call(let call): held.append(call)
                case .pauseReading:
                    #expect(!isPaused)
                    isPaused = true
                case .resumeReading:
                    #expect(isPaused)
                    isPaused = false
                case .close:
                    isClosed = true
                    break actions
                }
            }
            #expect(held.count == connection.inFlight)
            #expect((connection.inFlightCount == 0) == held.isEmpty)
            #expect(held.count <= limits.inFlight)
        }
        output += connection.takeOutput()
        var answered: [String: Int] = [:]
        for reply in try Reply.read(output) {
            let parts = if case .batch(let replies) = reply { replies } else { [reply] }
            for part in parts {
                switch part {
                case .result(let id, _), .error(let id, _): answered[id, default: 0] += 1
                case .batch, .other: Issue.record("unexpected \(part)")
                }
            }
        }
        #expect(answered == expected)
        #expect(held.isEmpty)
    }

    @Test("random garbage never crashes, and every line of output is a reply", arguments: 0..<200 as Range<UInt64>)
    func garbage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let crumbs = [
            "{", "}", "[", "]", "\"", ",", ":", "\n", "\r", "\\", "0", "1", "-", "null", "true", " ", "\u{0}", "é",
            "\\u00",
            #""jsonrpc":"2.0""#, #""id":1"#, #""method":"sum""#, #""params":[1]"#, "{}", "[]",
            #"{"jsonrpc":"2.0","id":1,"method":"get_data"}"#, #"{"jsonrpc":"2.0","method":"update"}"#,
        ]
        var fixture = Fixture(limits: ConnectionLimits(lineBytes: 300, depth: 5, batch: 3, inFlight: 2))
        for _ in 0..<300 {
            if Int.random(in: 0..<10, using: &generator) == 0 {
                fixture.receive(CollectionOfOne(UInt8.random(in: 0...255, using: &generator)))
            } else {
                fixture.receive(crumbs[Int.random(in: 0..<crumbs.count, using: &generator)].utf8)
            }
        }
        fixture.end()
        #expect(fixture.connection.isClosed)
        #expect(fixture.connection.inFlight == 0)
        for reply in try Reply.read(fixture.output) {
            if case .other(let text) = reply { Issue.record("not a reply: \(text)") }
        }
    }
}
