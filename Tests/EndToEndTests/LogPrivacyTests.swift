import Foundation
import JSON
import Testing

/// What a server that logs everything gives away.
@Suite("Logs", .serialized)
struct LogPrivacyTests {
    /// What people and callers say. None of it may ever be logged.
    private static let planted = [
        "Hanako Yamada-Plant", "9001777733332222", "+81-90-5555-0142", "hanako.plant@example.jp", "crm-plant-17",
        "plant-latte-sku", "plant-key-1", "plant-attribute", "kz_shop_plant0000", "plant-voucher-code",
    ]

    private static let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "rules/coffee.yaml").path

    @Test("at the lowest level, nothing that somebody said is in the log", arguments: ["json", "readable"])
    func nothingPersonal(format: String) throws {
        let folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        let errors = URL(filePath: folder.path("log"))
        try Data().write(to: errors)
        let server = try ServerProcess(
            database: database, program: Self.program,
            environment: ["KIZUNA_LOG_LEVEL": "trace", "KIZUNA_LOG_FORMAT": format], errors: errors)
        let made = try KizunaProcess.run(["client", "create", "--database", database, "--role", "admin", "office"])
        let key = try #require(made.output.firstMatch(of: /kz_admin_[0-9a-f]{64}/).map { String($0.output) })
        // The server looks for new keys every second.
        Thread.sleep(forTimeInterval: 1.5)

        let socket = try LineSocket(port: server.port)
        try socket.hello(key: key)
        let calls = Self.calls
        for (number, call) in calls.enumerated() { _ = try socket.call(number, call.method, call.params) }
        try Self.talkNonsense(port: server.port)
        for call in calls { try Self.post(call.method, call.params, key: key, port: server.httpPort) }
        try Self.post("session.ping", "{}", key: Self.planted[8], port: server.httpPort)
        #expect(server.terminate() == 0)

        let log = try String(contentsOf: errors, encoding: .utf8)
        #expect(log.contains("a call was answered") && log.contains("member.enroll"))
        for word in Self.planted + [key, String(key.suffix(64))] {
            #expect(!log.contains(word), "\(word) is in the log")
        }
        if format == "json" {
            for line in log.split(separator: "\n") {
                #expect((try? JSONDocument(Array(line.utf8)))?.root.kind == .object, "\(line)")
            }
        }
        // Every call has an id of its own, which tells nothing.
        let answered = log.split(separator: "\n").filter { $0.contains("a call was answered") }.joined(separator: "\n")
        let requests = answered.matches(of: #/request"?[=:]"?([0-9a-z]+\/\d+)/#).map { String($0.output.1) }
        #expect(requests.count > calls.count && Set(requests).count == requests.count)
        #expect(!log.contains(#/request"?[=:]"?-\//#))
    }

    private static var calls: [(method: String, params: String)] {
        let person =
            #""name":"\#(planted[0])","identifiers":[{"card":"\#(planted[1])"},{"phone":"\#(planted[2])"},"#
            + #"{"email":"\#(planted[3])"},{"external":{"crm":"\#(planted[4])"}}]"#
        let now = ISO8601DateFormatter().string(from: Date())
        let sale =
            #""card":"\#(planted[1])","store":"s","receipt":"1","occurred_at":"\#(now)","currency":"JPY","#
            + #""items":[{"sku":"\#(planted[5])","amount":500}]"#
        return [
            ("member.enroll", #"{"idempotency_key":"\#(planted[6])",\#(person)}"#),
            ("member.enroll", #"{"idempotency_key":"\#(planted[6])x",\#(person)}"#),
            ("member.get", #"{"email":"\#(planted[3])"}"#),
            ("purchase.post", #"{"idempotency_key":"\#(planted[6])y",\#(sale)}"#),
            ("purchase.post", #"{"idempotency_key":"\#(planted[6])z",\#(sale)}"#),
            (
                "purchase.quote",
                #"{"card":"\#(planted[1])","currency":"JPY","items":[{"sku":"\#(planted[5])","amount":5}]}"#
            ),
            (
                "member.update",
                #"{"idempotency_key":"u","email":"\#(planted[3])","attributes":{"\#(planted[7])":"\#(planted[0])"}}"#
            ),
            (
                "event.post",
                #"{"idempotency_key":"e","card":"\#(planted[1])","event":"\#(planted[7])","occurred_at":"\#(now)"}"#
            ),
            ("balance.get", #"{"phone":"\#(planted[2])x"}"#), ("voucher.get", #"{"voucher":"\#(planted[9])"}"#),
            (planted[0], "{}"), ("member.get", #"{"\#(planted[0])":1}"#),
        ]
    }

    /// What is no message, and a key that nobody has.
    private static func talkNonsense(port: Int) throws {
        let socket = try LineSocket(port: port)
        try socket.send(#"{"jsonrpc":"2.0","id":"\#(planted[0])","method":"\#(planted[3])"}"#)
        _ = try socket.receive()
        try socket.send("{\"\(planted[0])")
        _ = try socket.receive()
        _ = try socket.call(1, "session.hello", hello(planted[8]))
    }

    private static func hello(_ key: String) -> String {
        #"{"client":"\#(planted[0])","protocol":{"min":"1.0","max":"1.0"},"auth":{"api_key":"\#(key)"}}"#
    }

    private static func post(_ method: String, _ params: String, key: String, port: Int) throws {
        let body = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params)}"#
        let socket = try LineSocket(port: port)
        try socket.send(
            "POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer \(key)\r\n"
                // The line feed behind it is part of the body.
                + "Connection: close\r\nContent-Length: \(body.utf8.count + 1)\r\n\r\n\(body)")
        try socket.waitForEnd()
    }
}
