import Foundation
import JSON
import MemoryStore
import NIOCore
import RPC
import Server
import ServerSupport
import Testing

/// What the network and its users do to a connection.
@Suite struct ConnectionTests {
    // MARK: Segments

    @Test("a call that arrives byte by byte is one call")
    func byteByByte() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let line = till.line("member.enroll", enrolling("絆-1", key: "k")) + "\r\n"
        for byte in line.utf8 { try till.send([byte]) }
        #expect(try till.next()?.result?["member"]?.string == "絆-1")
        #expect(try till.isAlive())
        try await server.stop()
    }

    @Test("many lines in one segment, with CRLF and empty lines between, are as many calls")
    func manyLines() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let lines = (0..<200).map { till.line("session.ping") + ["\n", "\r\n", "\n\n", "\r\n\r\n \n"][$0 % 4] }
        try till.send(Array(lines.joined().utf8))
        #expect(Set(try till.next(200).map(\.id)).count == 200)
        #expect(try till.isAlive(), "nothing else was answered")
        try await server.stop()
    }

    @Test("however many calls are in one segment, each is answered")
    func pipelined() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        var lines = [till.line("member.enroll", enrolling("m-1"))]
        for number in 1...300 { lines.append(till.line("purchase.post", purchasing("m-1", receipt: "\(number)"))) }
        try till.send(Array(lines.map { $0 + "\n" }.joined().utf8))
        let answers = try till.next(301)
        #expect(Set(answers.map(\.id)).count == 301)
        #expect(answers.allSatisfy { $0.isReplayed == false })
        #expect(try till.ask("balance.get", #"{"member":"m-1"}"#).available == 3000)
        try await server.stop()
    }

    @Test("calls in one batch may depend on each other")
    func batchInOrder() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let calls = [
            till.line("member.enroll", enrolling("m-1", card: "c-1")),
            till.line("purchase.post", purchasing("m-1", receipt: "1")),
            till.line("balance.get", #"{"card":"c-1"}"#),
            till.line("nothing"),
        ]
        try till.send(line: "[" + calls.joined(separator: ",") + "]")
        let answers = try till.nextBatch()
        #expect(answers.count == 4)
        #expect(answers.first { $0.id == "4" }?.available == 10)
        #expect(answers.first { $0.id == "5" }?.code == -32601)
        try await server.stop()
    }

    @Test("a query sees what the commands before it on its connection did")
    func readYourWrites() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        for round in 1...500 {
            let post = till.line("purchase.post", purchasing("m-1", receipt: "\(round)"))
            let get = till.line("balance.get", #"{"member":"m-1"}"#)
            try till.send(Array("\(post)\n\(get)\n".utf8))
            let balance = try #require(try till.next(2).first { $0.result?["at"] != nil })
            try #require(balance.available == Int64(round * 10))
        }
        try await server.stop()
    }

    @Test("a query after several calls in one segment sees those before it and not those behind")
    func readBetweenWrites() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        var lines: [String] = []
        var expected: [String: Int64] = [:]
        for number in 1...100 {
            lines.append(till.line("purchase.post", purchasing("m-1", receipt: "\(number)")))
            let get = till.line("balance.get", #"{"member":"m-1"}"#)
            lines.append(get)
            // Work on one member is done in order, so no later purchase can be seen less than the earlier ones.
            expected["\(2 + number * 2)"] = Int64(number * 10)
        }
        try till.send(Array(lines.map { $0 + "\n" }.joined().utf8))
        var seen = 0
        for answer in try till.next(200) where answer.result?["at"] != nil {
            let atLeast = try #require(expected[answer.id])
            #expect(answer.available ?? 0 >= atLeast)
            seen += 1
        }
        #expect(seen == 100)
        try await server.stop()
    }

    @Test("a command that finds no room does not let queries overtake the commands before them")
    func overload() async throws {
        let gate = Gate()
        let server = try await TestServer.start(
            store: MemoryStore(faultHook: { _ in
                gate.pass()
                return nil
            }))
        defer { gate.open() }
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        gate.close()
        try till.send(line: till.line("purchase.post", purchasing("m-1", receipt: "1")))
        try till.send(line: till.line("balance.get", #"{"member":"m-1"}"#))
        // More commands than the engine lets wait, on connections that have 32 in flight each.
        let others = try (0..<140).map { _ in try Till(server) }
        for (number, other) in others.enumerated() {
            let lines = (0..<32).map { other.line("purchase.post", purchasing("m-1", receipt: "\(number)/\($0)")) }
            try other.send(Array(lines.map { $0 + "\n" }.joined().utf8))
        }
        #expect(try others.last?.next()?.type == "overloaded")
        // Whoever has nothing waiting is still let in, once.
        try till.send(line: till.line("purchase.post", purchasing("m-1", receipt: "2")))
        try till.send(line: till.line("purchase.post", purchasing("m-1", receipt: "3")))
        #expect(try till.next()?.type == "overloaded")
        gate.open()
        let answers = try till.next(3)
        #expect(answers.first?.isReplayed == false, "the purchase is answered first")
        #expect(answers.compactMap(\.available).allSatisfy { $0 >= 10 })
        try await server.stop()
    }

    // MARK: Ends

    @Test("who closes its sending half still gets every answer, then the end")
    func halfClose() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        var text = till.line("member.enroll", enrolling("m-1")) + "\n"
        for number in 1...100 { text += till.line("purchase.post", purchasing("m-1", receipt: "\(number)")) + "\n" }
        try till.send(Array(text.utf8))
        till.socket.closeWriting()
        let answers = try till.rest()
        #expect(answers.count == 101)
        #expect(answers.allSatisfy { $0.isReplayed == false })
        try await server.stop()
    }

    @Test("a last line without its end is a call too")
    func unterminatedLine() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let last = till.line("member.enroll", enrolling("m-1"))
        till.remember(Array((last + "\n").utf8))
        try till.socket.send(Array(last.utf8))
        till.socket.closeWriting()
        let answers = try till.rest()
        #expect(answers.map { $0.result?["member"]?.string } == ["m-1"])

        let cut = try Till(server)
        try cut.send(Array(cut.line("member.enroll", enrolling("m-2")).utf8.dropLast()))
        cut.socket.closeWriting()
        #expect(try cut.rest().map(\.code) == [-32700])
        #expect(try Till(server).ask("balance.get", #"{"member":"m-2"}"#).type == "member-unknown")
        try await server.stop()
    }

    @Test("answers that do not fit the network's buffers are not lost by a half-closed connection")
    func halfCloseWithLargeAnswers() async throws {
        let server = try await TestServer.start()
        let till = try Till(server, receiveBuffer: 128 << 10)
        // A description of all methods is some hundred thousand bytes.
        let calls = 16
        try till.send(Array((0..<calls).map { _ in till.line("rpc.discover") + "\n" }.joined().utf8))
        till.socket.closeWriting()
        // The server answers megabytes into a connection that nobody reads yet.
        try await Task.sleep(for: .milliseconds(200))
        let length = try #require(try till.nextLine()).count
        var count = 1
        while let line = try till.nextLine() {
            count += 1
            // Ids have one to four digits.
            #expect(abs(line.count - length) < 4)
        }
        #expect(count == calls)
        try await server.stop()
    }

    @Test("a peer that vanishes in the middle of its calls hurts nobody, and what it sent is done once")
    func reset() async throws {
        let server = try await TestServer.start()
        let witness = try Till(server)
        #expect(try witness.ask("member.enroll", enrolling("m-1")).result != nil)
        for round in 0..<20 {
            let till = try Till(server)
            let calls = (0..<50).map {
                till.line("purchase.post", purchasing("m-1", receipt: "\(round)/\($0)"))
            }
            try till.send(line: "[" + calls.joined(separator: ",") + "]")
            // The half line that follows must not be taken for a call.
            try till.send(Array(till.line("purchase.post", purchasing("m-1", receipt: "half")).utf8.dropLast(2)))
            till.socket.reset()
            #expect(try witness.isAlive())
        }
        var answers: [Answer] = []
        for round in 0..<20 {
            let calls = (0..<50).map {
                witness.line("purchase.post", purchasing("m-1", receipt: "\(round)/\($0)"))
            }
            try witness.send(line: "[" + calls.joined(separator: ",") + "]")
            answers += try witness.nextBatch()
        }
        #expect(answers.count == 1000)
        #expect(answers.allSatisfy { $0.result != nil })
        #expect(try witness.ask("balance.get", #"{"member":"m-1"}"#).available == 10_000)
        try await server.stop()
    }

    // MARK: Peers that do not read

    @Test("from a client that does not read, the server stops reading too; others are served; in the end it is closed")
    func neverReads() async throws {
        var limits = ServerLimits()
        limits.stalled = .milliseconds(1500)
        limits.connection.outputBytes = 256 << 10
        let server = try await TestServer.start(limits: limits)
        let deaf = try Till(port: server.port, patience: 1, receiveBuffer: 16 << 10)
        let line = Array((deaf.line("rpc.discover") + "\n").utf8)
        let lines = [UInt8]((0..<1000).map { _ in line }.joined())
        // The kernel's buffers take some megabytes; a server that reads on takes everything for ever.
        var sent = 0
        do {
            while sent < 64 << 20 { sent += try deaf.socket.sendSome(lines[...]) }
            Issue.record("the server reads on from a client that does not read")
        } catch Socket.Failure.timedOut {
            #expect(sent > 0)
        } catch {
            // It may also have been closed already.
        }
        let other = try Till(server)
        #expect(try other.isAlive())
        // The server lets go of it while we have read nothing: sending fails in the end.
        let deadline = NIODeadline.now() + .seconds(8)
        while (try? deaf.socket.sendSome(lines[..<line.count])) != nil || !deaf.isBroken {
            try #require(NIODeadline.now() < deadline, "the connection is closed")
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try other.isAlive())
        try await server.stop()
    }

    @Test(
        "a client that reads late gets everything, whatever the limits",
        arguments: [4_000_000, 60_000, 2, 1])
    func readsLate(outputBytes: Int) async throws {
        var limits = ServerLimits()
        limits.connection.outputBytes = outputBytes
        let server = try await TestServer.start(limits: limits)
        let till = try Till(server, receiveBuffer: 128 << 10)
        let calls = 16
        try till.send(Array((0..<calls).map { _ in till.line("rpc.discover") + "\n" }.joined().utf8))
        try await Task.sleep(for: .milliseconds(100))
        for _ in 0..<calls { try #require(try till.nextLine() != nil) }
        #expect(try till.isAlive())
        try await server.stop()
    }

    // MARK: Many

    @Test("200 connections at once are served, each its own answers")
    func manyConnections() async throws {
        let server = try await TestServer.start()
        let tills = try (0..<200).map { _ in try Till(server) }
        for (number, till) in tills.enumerated() {
            let member = "m-\(number)"
            try till.send(line: till.line("member.enroll", enrolling(member)))
            try till.send(line: till.line("purchase.post", purchasing(member, receipt: member, amount: 100 * number)))
            try till.send(line: till.line("balance.get", #"{"member":"\#(member)"}"#))
        }
        for (number, till) in tills.enumerated() {
            let answers = try till.next(3)
            #expect(Set(answers.map { $0.result?["member"]?.string }) == ["m-\(number)"])
            #expect(answers.first { $0.result?["at"] != nil }?.available == Int64(number))
        }
        try await server.stop()
    }
}

extension Answer {
    /// What the member has of the beans.
    fileprivate var available: Int64? { result?["balances"]?["beans"]?["available"]?.int64 }
}

extension Till {
    /// Whether the peer has ended the connection for good.
    fileprivate var isBroken: Bool {
        do {
            _ = try socket.sendSome([UInt8(ascii: "\n")])
            return false
        } catch Socket.Failure.broken {
            return true
        } catch {
            return false
        }
    }
}
