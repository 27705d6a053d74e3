import Foundation
import JSON
import TestSupport
import Testing

/// The metrics of a server that has had something to do, as Prometheus gets them.
@Suite(.temporaryFolder) struct MetricsTests {
    private static let program = """
        schema: kizuna.program/v1
        id: measured
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        enroll: { unknown_card: enroll }
        points: { points: {} }
        rules:
          - { id: base, event: purchase, earn: { points: 1, per: 100 } }
          - { id: share, event: purchase, earn: { points: "100 / (order.amount - 500)" } }
        """

    private static func scrape(_ port: Int) throws -> String {
        let socket = try LineSocket(port: port)
        try socket.send(bytes: Array("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
        let answer = String(decoding: try socket.receiveAll(), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        let end = try #require(answer.range(of: "\r\n\r\n"))
        return String(answer[end.upperBound...])
    }

    @Test("a running server's metrics: what alerts count is there from the start, and goes up with what happens")
    func scraped() throws {
        let folder = TemporaryFolder.current
        let (database, program) = (folder.appending(path: "k.sqlite").path, folder.appending(path: "program.yaml"))
        try Data(Self.program.utf8).write(to: program)
        #expect(try KizunaProcess.run(["migrate", "--database", database]).status == 0)
        let made = try KizunaProcess.run(["client", "create", "--database", database, "--role", "pos", "till"])
        let key = try #require(made.output.firstMatch(of: /kz_pos_[0-9a-f]{64}/).map { String($0.output) })
        let server = try ServerProcess(database: database, program: program.path)

        let before = try Self.scrape(server.httpPort)
        for counter in [
            #"kizuna_rule_failures_total{expression="rules[1].earn.points"} 0"#, "kizuna_commit_failures_total 0",
            "kizuna_commit_conflicts_total 0", #"kizuna_requests_total{method="purchase.post",outcome="failed"} 0"#,
            #"kizuna_requests_total{method="session.hello",outcome="denied"} 0"#,
            #"kizuna_requests_total{method="http",outcome="denied"} 0"#,
            #"kizuna_requests_total{method="purchase.post",outcome="unavailable"} 0"#,
        ] {
            #expect(before.contains("\n\(counter)\n"), "\(counter)")
        }

        let till = try LineSocket(port: server.port)
        try till.hello(key: key)
        let now = ISO8601DateFormatter().string(from: Date())
        for (number, amount) in [500, 700].enumerated() {
            let answer = try till.call(
                number, "purchase.post",
                #"{"idempotency_key":"\#(number)","card":"c1","store":"s","receipt":"\#(number)","#
                    + #""occurred_at":"\#(now)","currency":"JPY","items":[{"amount":\#(amount)}]}"#)
            #expect(answer["result"] != nil, "\(answer)")
        }
        #expect(throws: SocketFailure.self) { try LineSocket(port: server.port).hello(key: "kz_pos_wrong") }
        let after = try Self.scrape(server.httpPort)
        for counter in [
            #"kizuna_rule_failures_total{expression="rules[1].earn.points"} 1"#,
            #"kizuna_requests_total{method="purchase.post",outcome="ok"} 2"#,
            #"kizuna_requests_total{method="session.hello",outcome="denied"} 1"#,
        ] {
            #expect(after.contains("\n\(counter)\n"), "\(counter)")
        }
        if Promtool.isInstalled {
            let complaint = try Promtool.run(["check", "metrics"], input: Data(after.utf8), in: folder)
            #expect(complaint == nil, "\(complaint ?? "")")
        } else {
            print("skipped: there is no promtool here (Debian's package prometheus) to judge a server's metrics")
        }
        #expect(server.terminate() == 0)
    }
}
