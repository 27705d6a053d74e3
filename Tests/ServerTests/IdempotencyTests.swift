import Engine
import JSON
import ServerSupport
import Testing

/// The same call twice, however it comes: it is done once, and each gets the first answer.
@Suite struct IdempotencyTests {
    private enum Way: CaseIterable {
        case oneAfterTheOther, oneSegment, oneBatch, twoConnections, twoConnectionsAtOnce
    }

    private static let enrolled = #"{"idempotency_key":"k","member":"m-2","name":"絆","identifiers":[{"card":"c"}]}"#

    private static let surveyed =
        #"{"idempotency_key":"k","member":"m-1","event":"survey","occurred_at":"2026-05-16T10:00:00+09:00"}"#

    private static let calls = [
        (
            "purchase.post", purchasing("m-1", receipt: "1", key: "k"),
            purchasing("m-1", receipt: "1", key: "k", amount: 1001)
        ),
        ("member.enroll", enrolled, enrolled.replacing("絆", with: "絆 ")),
        (
            "member.link", #"{"idempotency_key":"k","member":"m-1","identifier":{"card":"c-9"}}"#,
            #"{"idempotency_key":"k","member":"m-1","identifier":{"phone":"c-9"}}"#
        ),
        (
            "member.update", #"{"idempotency_key":"k","member":"m-1","add_tags":["vip"]}"#,
            #"{"idempotency_key":"k","member":"m-1","add_tags":["VIP"]}"#
        ),
        ("event.post", surveyed, surveyed.replacing("survey", with: "review")),
    ]

    @Test("just one of two equal calls is the first", arguments: Way.allCases, Self.calls)
    private func twice(way: Way, call: (method: String, params: String, other: String)) async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let second = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        var answers: [Answer]
        switch way {
        case .oneAfterTheOther:
            answers = [try till.ask(call.method, call.params), try till.ask(call.method, call.params)]
            #expect(answers.map(\.isReplayed) == [false, true])
        case .oneSegment:
            let lines = (0..<2).map { _ in till.line(call.method, call.params) + "\n" }
            try till.send(Array(lines.joined().utf8))
            answers = try till.next(2)
        case .oneBatch:
            let lines = (0..<2).map { _ in till.line(call.method, call.params) }
            try till.send(line: "[" + lines.joined(separator: ",") + "]")
            answers = try till.nextBatch()
        case .twoConnections:
            answers = [try till.ask(call.method, call.params), try second.ask(call.method, call.params)]
            #expect(answers.map(\.isReplayed) == [false, true])
        case .twoConnectionsAtOnce:
            try till.send(line: till.line(call.method, call.params))
            try second.send(line: second.line(call.method, call.params))
            answers = try till.next(1) + second.next(1)
        }
        #expect(Set(answers.map(\.isReplayed)) == [true, false])
        #expect(answers[0].firstResult == answers[1].firstResult)
        #expect(answers[0].firstResult != nil)

        let refused = try second.ask(call.method, call.other)
        #expect(refused.code == 1002)
        #expect(refused.type == "idempotency-key-reused")
        #expect(try till.ask(call.method, call.params).firstResult == answers[0].firstResult, "the first answer stays")
        try await server.stop()
    }

    @Test("the order of members and the way texts are escaped make no other call of it")
    func sameContent() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let first = try till.ask("member.enroll", #"{"idempotency_key":"k","member":"m-1","name":"é"}"#)
        let again = try till.ask("member.enroll", #"{ "name":"\u00e9", "member":"m-\u0031","idempotency_key":"k" }"#)
        #expect(again.isReplayed == true)
        #expect(again.firstResult == first.firstResult)
        let decomposed = try till.ask("member.enroll", #"{"idempotency_key":"k","member":"m-1","name":"e\u0301"}"#)
        #expect(decomposed.type == "idempotency-key-reused", "other bytes are another name")
        try await server.stop()
    }

    @Test("a key belongs to the client that used it, and to all of its methods")
    func scope() async throws {
        let server = try await TestServer.start()
        let shop = try Till(server, as: .shop)
        let admin = try Till(server, as: .admin)
        #expect(try shop.ask("member.enroll", enrolling("m-1", key: "k")).isReplayed == false)
        #expect(try admin.ask("member.enroll", enrolling("m-2", key: "k")).isReplayed == false)
        let link = #"{"idempotency_key":"k","member":"m-1","identifier":{"card":"c-9"}}"#
        #expect(try shop.ask("member.link", link).type == "idempotency-key-reused")
        try await server.stop()
    }

    @Test("a call that was refused may be made again with its key")
    func afterRefusal() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        let params = purchasing("m-1", receipt: "1", key: "k")
        #expect(try till.ask("purchase.post", params).type == "member-unknown")
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        #expect(try till.ask("purchase.post", params).isReplayed == false)
        try await server.stop()
    }

    @Test("an answer given again is the old one, though the member has gone on")
    func oldAnswer() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        let first = try till.ask("purchase.post", purchasing("m-1", receipt: "1"))
        #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "2")).result != nil)
        let again = try till.ask("purchase.post", purchasing("m-1", receipt: "1"))
        #expect(again.isReplayed == true)
        #expect(again.firstResult == first.firstResult)
        try await server.stop()
    }

    @Test("a changing call that nobody waits for is not done, and counted")
    func notification() async throws {
        let server = try await TestServer.start()
        let till = try Till(server)
        try till.send(line: #"{"jsonrpc":"2.0","method":"member.enroll","params":\#(enrolling("m-1"))}"#)
        #expect(try till.ask("balance.get", #"{"member":"m-1"}"#).type == "member-unknown")
        #expect(try till.ask("system.info").result?["ignored_notifications"]?.int64 == 1)
        try await server.stop()
    }
}
