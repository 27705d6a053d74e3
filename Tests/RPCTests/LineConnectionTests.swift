import JSON
import RPC
import Testing

/// Conversations with one connection: what is said, what it does.
@Suite struct LineConnectionTests {
    private func request(_ id: String, _ method: String = "m") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"}"# + "\n"
    }

    private func reply(_ id: String, _ result: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"# + "\n"
    }

    @Test("a call carries its method and parameters, and is answered in its own line")
    func oneCall() throws {
        var connection = LineConnection()
        connection.receive(#"{"jsonrpc":"2.0","id":7,"method":"balance.get","params":{"member":"m1"}}"# + "\r\n")
        let call = try connection.takeCall()
        #expect(call.method == "balance.get")
        #expect(call.params?["member"]?.string == "m1")
        #expect(!call.isNotification)
        #expect(call.lineBytes == 73)
        #expect(connection.nextWord() == "wait")
        #expect(connection.inFlight == 1 && connection.inFlightCount == 73)
        connection.reply(call.token, result: Array(#"{"points":5}"#.utf8))
        #expect(connection.inFlight == 0 && connection.inFlightCount == 0)
        #expect(connection.outputCount == 47)
        #expect(connection.outputText() == reply("7", #"{"points":5}"#))
        #expect(connection.outputCount == 0)
    }

    @Test(
        "an id is echoed byte for byte",
        arguments: [
            "0", "-0", "1.0", "1e2", "9007199254740993", "123456789012345678901234567890", "null", #""""#, #""a b""#,
            #""\u0041\/""#, #""注文☕""#,
        ])
    func echo(id: String) throws {
        var connection = LineConnection()
        connection.receive(request(id))
        let call = try connection.takeCall()
        #expect(!call.isNotification)
        connection.reply(call.token, result: Array("1".utf8))
        #expect(connection.outputText() == reply(id, "1"))
    }

    @Test("replies may come in any order")
    func anyOrder() throws {
        var connection = LineConnection()
        connection.receive(request("1") + request("2") + request("3"))
        let calls = (0..<3).compactMap { _ in connection.nextCall() }
        try #require(calls.count == 3)
        connection.reply(calls[2].token, result: Array("\"c\"".utf8))
        connection.fail(calls[0].token, .notPermitted)
        connection.receive(request("4"))
        let fourth = try connection.takeCall()
        connection.reply(calls[1].token, result: Array("\"b\"".utf8))
        connection.reply(fourth.token, result: Array("\"d\"".utf8))
        let replies = try Reply.read(connection.takeOutput()).map(\.description)
        #expect(replies == [#"3="c""#, "1!-32006", #"2="b""#, #"4="d""#])
    }

    @Test("blank lines are skipped, line feeds of both kinds are accepted")
    func blankLines() {
        var connection = LineConnection()
        connection.receive("\n\r\n  \t\n" + request("1", "a") + "\r\n" + request("2", "b"))
        #expect([connection.nextWord(), connection.nextWord(), connection.nextWord()] == ["a", "b", "wait"])
        #expect(connection.outputCount == 0)
    }

    @Test("a notification is a call whose answer is not sent")
    func notification() throws {
        var connection = LineConnection()
        connection.receive(#"{"jsonrpc":"2.0","method":"a"}"# + "\n" + #"{"jsonrpc":"2.0","method":"b"}"# + "\n")
        let first = try connection.takeCall()
        let second = try connection.takeCall()
        #expect(first.isNotification && second.isNotification)
        #expect(connection.inFlight == 2)
        connection.reply(first.token, result: Array("1".utf8))
        connection.fail(second.token, .internalError)
        #expect(connection.inFlight == 0)
        #expect(connection.outputCount == 0)
    }

    @Test("our own notifications go out between replies")
    func push() throws {
        var connection = LineConnection()
        connection.receive(request("1"))
        let call = try connection.takeCall()
        connection.notify("events.event", params: Array(#"{"cursor":5}"#.utf8))
        connection.reply(call.token, result: Array("1".utf8))
        #expect(
            connection.outputText()
                == #"{"jsonrpc":"2.0","method":"events.event","params":{"cursor":5}}"# + "\n" + reply("1", "1"))
    }

    @Test("a notification about a call has its id, and comes only while the call is under way")
    func noticeOfACall() throws {
        var connection = LineConnection()
        connection.receive(request(#""a""#) + #"{"jsonrpc":"2.0","method":"b"}"# + "\n")
        let (call, silent) = (try connection.takeCall(), try connection.takeCall())
        func notify(_ call: Call) { connection.notify("a.progress", about: call.token, [("of", 5)]) }
        notify(silent)
        #expect(connection.outputCount == 0)
        notify(call)
        #expect(
            connection.outputText()
                == #"{"jsonrpc":"2.0","method":"a.progress","params":{"id":"a","of":5}}"# + "\n")
        connection.reply(call.token, result: Array("1".utf8))
        _ = connection.outputText()
        notify(call)
        #expect(connection.outputCount == 0)
        // The next call has the same slot.
        connection.receive(request("2"))
        _ = try connection.takeCall()
        notify(call)
        #expect(connection.outputCount == 0)
        connection.abandon()
        notify(silent)
        #expect(connection.outputCount == 0)
    }

    @Test("an error carries a problem in the manner of RFC 9457")
    func errorObject() throws {
        var connection = LineConnection()
        connection.receive(request("\"x\""))
        let call = try connection.takeCall()
        connection.fail(
            call.token,
            RPCError(
                code: 1001, message: "Not enough points", type: "insufficient-points", detail: "a redemption needs 500",
                isRetryable: false, retryAfterMs: 250,
                problems: [Problem(pointer: "/params/points", detail: "must be at most 320")],
                figures: [.init("needed", 500), .init("available", 320)]))
        #expect(
            connection.outputText() == #"""
                {"jsonrpc":"2.0","id":"x","error":{"code":1001,"message":"Not enough points","data":{"type":"urn:kizuna:problem:insufficient-points","title":"Not enough points","detail":"a redemption needs 500","retryable":false,"retry_after_ms":250,"errors":[{"pointer":"/params/points","detail":"must be at most 320"}],"needed":500,"available":320}}}

                """#)
    }

    @Test("a parse error says what and where")
    func parseError() throws {
        var connection = LineConnection()
        connection.receive(#"{"jsonrpc":"2.0","id":1,"id":2}"# + "\n")
        #expect(connection.nextWord() == "wait")
        let reply = try JSONDocument(Array(connection.takeOutput().dropLast())).root
        #expect(reply["id"]?.isNull == true)
        #expect(reply["error"]?["code"]?.int64 == -32700)
        #expect(reply["error"]?["data"]?["detail"]?.string == "the object has this member twice at byte 24")
        #expect(reply["error"]?["data"]?["offset"]?.int64 == 24)
    }

    // MARK: Batches

    @Test("the replies of a batch leave in one line when the last is there")
    func batch() throws {
        var connection = LineConnection()
        connection.receive(
            #"[{"jsonrpc":"2.0","id":1,"method":"a"},3,{"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","id":2,"method":"b"}]"#
                + "\n" + request("3", "c"))
        let calls = (0..<4).compactMap { _ in connection.nextCall() }
        #expect(calls.map(\.method) == ["a", "n", "b", "c"])
        try #require(calls.count == 4)
        connection.reply(calls[2].token, result: Array("22".utf8))
        connection.reply(calls[0].token, result: Array("11".utf8))
        #expect(connection.outputCount == 0)
        connection.reply(calls[3].token, result: Array("33".utf8))
        #expect(try Reply.read(connection.takeOutput()).map(\.description) == ["3=33"])
        connection.reply(calls[1].token, result: Array("0".utf8))
        #expect(try Reply.read(connection.takeOutput()).map(\.description) == ["[null!-32600 2=22 1=11]"])
    }

    @Test("a batch of notifications is answered by silence")
    func silentBatch() {
        var fixture = Fixture()
        fixture.receive(#"[{"jsonrpc":"2.0","method":"update"},{"jsonrpc":"2.0","method":"nope"}]"#.utf8)
        fixture.receive("\n".utf8)
        #expect(fixture.journal == ["update", "nope"])
        #expect(fixture.output.isEmpty)
        #expect(fixture.connection.inFlight == 0)
    }

    @Test("a batch has 1 to its limit of entries", arguments: [(0, false), (1, true), (100, true), (101, false)])
    func batchSize(size: Int, isAccepted: Bool) throws {
        var fixture = Fixture()
        let entries = (0..<size).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"get_data"}"# }
        fixture.receive(("[" + entries.joined(separator: ",") + "]\n").utf8)
        let replies = try Reply.read(fixture.output)
        #expect(replies.count == 1)
        if isAccepted {
            guard case .batch(let replies)? = replies.first else { return #expect(Bool(false), "no batch came back") }
            #expect(replies.count == size)
        } else {
            #expect(replies == [.error(id: "null", -32600)])
        }
    }

    @Test("a batch larger than the calls in flight is handed out piece by piece")
    func batchBeyondInFlight() throws {
        var connection = LineConnection(limits: ConnectionLimits(inFlight: 2))
        let entries = (1...5).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"m\#($0)"}"# }
        connection.receive("[" + entries.joined(separator: ",") + "]\n")
        var calls = [connection.nextCall(), connection.nextCall()].compactMap { $0 }
        #expect(connection.nextWord() == "pause")
        #expect(connection.nextWord() == "wait")
        for expected in ["m3", "m4", "m5"] {
            connection.reply(calls.removeFirst().token, result: Array("0".utf8))
            let call = try connection.takeCall()
            #expect(call.method == expected)
            calls.append(call)
            #expect(connection.nextWord() == "wait")
        }
        for call in calls { connection.reply(call.token, result: Array("0".utf8)) }
        #expect(connection.nextWord() == "resume")
        #expect(try Reply.read(connection.takeOutput()).map(\.description) == ["[1=0 2=0 3=0 4=0 5=0]"])
    }

    // MARK: Limits

    @Test("with enough calls in flight no further line is taken until half of them are answered")
    func inFlight() throws {
        var connection = LineConnection(limits: ConnectionLimits(inFlight: 4))
        connection.receive((1...6).map { request("\($0)", "m\($0)") }.joined())
        let calls = (0..<4).compactMap { _ in connection.nextCall() }
        try #require(calls.count == 4)
        #expect(connection.nextWord() == "pause")
        #expect(connection.nextWord() == "wait")
        connection.receive(request("7", "m7"))
        #expect(connection.nextWord() == "wait")
        connection.reply(calls[0].token, result: Array("0".utf8))
        #expect(connection.nextWord() == "m5")
        #expect(connection.nextWord() == "wait")
        connection.reply(calls[1].token, result: Array("0".utf8))
        #expect(connection.nextWord() == "m6")
        connection.reply(calls[2].token, result: Array("0".utf8))
        #expect(connection.nextWord() == "m7")
        #expect(connection.nextWord() == "wait")
        connection.reply(calls[3].token, result: Array("0".utf8))
        #expect(connection.nextWord() == "wait")
        #expect(connection.inFlight == 3)
    }

    @Test("reading goes on once half of the calls are answered and nothing waits")
    func resume() throws {
        var connection = LineConnection(limits: ConnectionLimits(inFlight: 4))
        connection.receive((1...4).map { request("\($0)") }.joined())
        let calls = (0..<4).compactMap { _ in connection.nextCall() }
        try #require(calls.count == 4)
        #expect(connection.nextWord() == "pause")
        connection.reply(calls[0].token, result: Array("0".utf8))
        #expect(connection.nextWord() == "wait")
        connection.reply(calls[1].token, result: Array("0".utf8))
        #expect(connection.nextWord() == "resume")
        #expect(connection.nextWord() == "wait")
    }

    @Test("a line may be as long as the limit, not a byte longer", arguments: [1, 7, 64, 4096])
    func lineLength(piece: Int) throws {
        let line = #"{"jsonrpc":"2.0","id":1,"method":"get_data"}"#
        for (padding, isAccepted) in [(0, true), (1, false), (1000, false)] {
            var fixture = Fixture(limits: ConnectionLimits(lineBytes: line.utf8.count))
            let bytes = Array((line + "\n" + line + String(repeating: " ", count: padding) + "\n" + line + "\n").utf8)
            for start in stride(from: 0, to: bytes.count, by: piece) {
                fixture.receive(bytes[start..<min(start + piece, bytes.count)])
            }
            let replies = try Reply.read(fixture.output)
            let good = Reply.result(id: "1", #"["hello",5]"#)
            #expect(replies == (isAccepted ? [good, good, good] : [good, .error(id: "null", -32005)]))
            #expect(fixture.connection.isClosed == !isAccepted)
            #expect(fixture.journal.last == (isAccepted ? "get_data" : "-close"))
        }
    }

    @Test("a line that is too long closes the connection after what is in flight")
    func tooLongWhileBusy() throws {
        var connection = LineConnection(limits: ConnectionLimits(lineBytes: 100))
        connection.receive(request("1"))
        let call = try connection.takeCall()
        connection.receive(String(repeating: "x", count: 101))
        #expect(connection.nextWord() == "pause")
        #expect(try Reply.read(connection.takeOutput()) == [.error(id: "null", -32005)])
        connection.receive("\n" + request("2"))
        #expect(connection.nextWord() == "wait")
        connection.reply(call.token, result: Array("1".utf8))
        #expect(connection.nextWord() == "close")
        #expect(connection.outputText() == reply("1", "1"))
        connection.receive(request("3"))
        #expect(connection.nextWord() == "wait")
        #expect(connection.outputCount == 0)
    }

    @Test("depth beyond the limit is a parse error")
    func depth() throws {
        var fixture = Fixture(limits: ConnectionLimits(depth: 4))
        for nested in ["[[[1]]]", "[[[[1]]]]"] {
            fixture.receive((#"{"jsonrpc":"2.0","id":1,"method":"update","params":\#(nested)}"# + "\n").utf8)
        }
        #expect(try Reply.read(fixture.output) == [.result(id: "1", "null"), .error(id: "null", -32700)])
    }

    @Test("a result that is too large becomes an error, alone and in a batch")
    func responseSize() throws {
        var connection = LineConnection(limits: ConnectionLimits(responseBytes: 100))
        let one = #"{"jsonrpc":"2.0","id":1,"method":"m"}"#
        connection.receive("\(one)\n\(one)\n[\(one),\(one)]\n")
        let calls = (0..<4).compactMap { _ in connection.nextCall() }
        try #require(calls.count == 4)
        // A reply with an id of one byte is 35 bytes longer than its result, line feed included.
        connection.reply(calls[0].token, result: Array(repeating: UInt8(ascii: "1"), count: 65))
        connection.reply(calls[1].token, result: Array(repeating: UInt8(ascii: "1"), count: 66))
        connection.reply(calls[2].token, result: Array(repeating: UInt8(ascii: "1"), count: 40))
        connection.reply(calls[3].token, result: Array(repeating: UInt8(ascii: "1"), count: 40))
        let output = connection.takeOutput()
        let replies = try Reply.read(output)
        #expect(output.firstIndex(of: UInt8(ascii: "\n")) == 99)
        guard replies.count == 3, case .result = replies[0], case .error("1", -32003) = replies[1],
            case .batch(let batch) = replies[2], batch.count == 2, case .result = batch[0],
            case .error("1", -32003) = batch[1]
        else {
            Issue.record("\(replies)")
            return
        }
    }

    @Test("lines are not taken while output waits beyond its limit")
    func outputLimit() throws {
        var connection = LineConnection(limits: ConnectionLimits(outputBytes: 1000))
        connection.receive(String(repeating: "x\n", count: 10_000))
        #expect(connection.nextWord() == "pause")
        #expect(connection.nextWord() == "wait")
        #expect((1000..<2000).contains(connection.outputCount))
        var errors = 0
        while connection.outputCount > 0 {
            errors += try Reply.read(connection.takeOutput()).count
            _ = connection.nextWord()
        }
        #expect(errors == 10_000)
    }

    @Test("replies that gather in batches count as output that waits: no further line is taken until there is room")
    func gatheredReplies() throws {
        var connection = LineConnection(limits: ConnectionLimits(outputBytes: 1000))
        let result = Array(repeating: UInt8(ascii: "1"), count: 600)
        let batch = #"[{"jsonrpc":"2.0","id":1,"method":"quick"},{"jsonrpc":"2.0","id":2,"method":"slow"}]"# + "\n"
        connection.receive(batch + batch + batch)
        connection.reply(try connection.takeCall().token, result: result)
        let slow = try connection.takeCall().token
        connection.reply(try connection.takeCall().token, result: result)
        #expect(connection.nextWord() == "pause")
        #expect(connection.nextWord() == "wait")
        connection.reply(slow, result: Array("2".utf8))
        connection.reply(try connection.takeCall().token, result: Array("2".utf8))
        #expect(connection.nextWord() == "wait", "what gathered waits to be taken now")
        #expect(try Reply.read(connection.takeOutput()).count == 2)
        #expect(connection.nextWord() == "quick")
    }

    @Test("a batch whose replies alone fill the room is worked on to its end")
    func gatheredRepliesOfOneBatch() throws {
        var connection = LineConnection(limits: ConnectionLimits(outputBytes: 1000))
        let entries = (1...5).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"m"}"# }
        connection.receive("[" + entries.joined(separator: ",") + "]\n")
        let result = Array(repeating: UInt8(ascii: "1"), count: 600)
        for _ in 0..<5 { connection.reply(try connection.takeCall().token, result: result) }
        #expect(connection.outputCount > 3000)
        #expect(try Reply.read(connection.takeOutput()).count == 1)
    }

    // MARK: Ends

    @Test("after the peer's end, what is in flight is answered and then the connection closes")
    func halfClose() throws {
        var connection = LineConnection()
        connection.receive(request("1") + request("2"))
        connection.receiveEnd()
        let first = try connection.takeCall()
        let second = try connection.takeCall()
        #expect(connection.nextWord() == "pause")
        connection.reply(second.token, result: Array("2".utf8))
        #expect(connection.nextWord() == "wait")
        connection.reply(first.token, result: Array("1".utf8))
        #expect(connection.nextWord() == "close")
        #expect(connection.outputText() == reply("2", "2") + reply("1", "1"))
        #expect(connection.nextWord() == "wait")
    }

    @Test(
        "a last line without line feed counts, and a cut one is a parse error",
        arguments: [
            (#"{"jsonrpc":"2.0","id":1,"method":"get_data"}"#, [#"1=["hello",5]"#]),
            (#"{"jsonrpc":"2.0","id":1,"method":"get_data""#, ["null!-32700"]),
            ("", []), ("  ", []),
        ])
    func lastLine(text: String, expected: [String]) throws {
        var fixture = Fixture()
        fixture.receive(text.utf8)
        #expect(fixture.output.isEmpty)
        fixture.end()
        #expect(try Reply.read(fixture.output).map(\.description) == expected)
        #expect(fixture.journal.last == "-close")
    }

    @Test("draining answers what was handed out and tells the rest that the server stops")
    func drain() throws {
        var connection = LineConnection(limits: ConnectionLimits(inFlight: 2))
        let batch =
            #"[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b"},{"jsonrpc":"2.0","id":3,"method":"c"}]"#
        connection.receive(batch + "\n" + request("4") + #"{"jsonrpc":"2.0","method":"n"}"# + "\n")
        let first = try connection.takeCall()
        let second = try connection.takeCall()
        connection.drain()
        #expect(connection.nextWord() == "pause")
        connection.receive(request("5"))
        connection.reply(first.token, result: Array("0".utf8))
        connection.reply(second.token, result: Array("0".utf8))
        #expect(connection.nextWord() == "close")
        #expect(try Reply.read(connection.takeOutput()).map(\.description) == ["4!-32000", "[3!-32000 1=0 2=0]"])
    }

    @Test("a connection without work closes at once when drained")
    func drainIdle() {
        var connection = LineConnection()
        connection.drain()
        #expect([connection.nextWord(), connection.nextWord()] == ["close", "wait"])
    }

    @Test("answers for a peer that has vanished are ignored")
    func abandon() throws {
        var connection = LineConnection()
        connection.receive(request("1") + request("2"))
        let call = try connection.takeCall()
        connection.abandon()
        connection.reply(call.token, result: Array("1".utf8))
        connection.fail(call.token, .internalError)
        connection.notify("events.event", params: Array("{}".utf8))
        #expect(connection.outputCount == 0)
        #expect(connection.nextWord() == "wait")
    }

    @Test("answering twice is a mistake of the caller")
    func twice() async {
        await #expect(processExitsWith: .failure) {
            var connection = LineConnection()
            connection.receive(#"{"jsonrpc":"2.0","id":1,"method":"m"}"# + "\n")
            guard let call = connection.nextCall() else { return }
            connection.reply(call.token, result: [UInt8(ascii: "1")])
            connection.reply(call.token, result: [UInt8(ascii: "1")])
        }
    }

    @Test("a token does not outlive its call, even when its slot is used again")
    func staleToken() async {
        await #expect(processExitsWith: .failure) {
            var connection = LineConnection()
            for _ in 0..<2 { connection.receive(#"{"jsonrpc":"2.0","id":1,"method":"m"}"# + "\n") }
            guard let first = connection.nextCall() else { return }
            connection.reply(first.token, result: [UInt8(ascii: "1")])
            guard let second = connection.nextCall(), second.token != first.token else { return }
            connection.reply(first.token, result: [UInt8(ascii: "1")])
        }
    }

    // MARK: Bodies

    @Test(
        "a body is one message, whatever line feeds it has",
        arguments: [
            ("{\n \"jsonrpc\": \"2.0\",\n \"id\": 1,\n \"method\": \"get_data\"\n}\n", [#"1=["hello",5]"#]),
            ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"get_data\"},\n1]", [#"[1=["hello",5] null!-32600]"#]),
            (#"{"jsonrpc":"2.0","method":"update"}"#, []),
            ("", ["null!-32700"]), ("\n", ["null!-32700"]),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"get_data\"}\n{}", ["null!-32700"]),
        ])
    func body(text: String, expected: [String]) throws {
        var fixture = Fixture(limits: ConnectionLimits(lineBytes: 200), framing: .whole)
        for byte in text.utf8 { fixture.receive(CollectionOfOne(byte)) }
        #expect(fixture.journal.isEmpty)
        fixture.end()
        #expect(try Reply.read(fixture.output).map(\.description) == expected)
        #expect(fixture.journal.last == "-close")
    }

    @Test("a body that is too long is refused before it has ended")
    func longBody() throws {
        var fixture = Fixture(limits: ConnectionLimits(lineBytes: 100), framing: .whole)
        for _ in 0..<26 { fixture.receive("1\n 2".utf8) }
        #expect(try Reply.read(fixture.output) == [.error(id: "null", -32005)])
        #expect(fixture.journal == ["-close"])
    }
}
