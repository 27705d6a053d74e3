import Foundation
import JSON
import Testing

/// Rule sets that the command line publishes beside a running server.
@Suite(.serialized) struct PublishingTests {
    private static func document(_ points: Int) -> String {
        """
        schema: kizuna.program/v1
        id: corner
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        enroll: { unknown_card: enroll }
        points: { beans: {} }
        rules: [{ id: base, event: purchase, earn: { points: \(points), per: 100 } }]
        """
    }

    private static func run(_ arguments: String..., on database: String) throws -> KizunaProcess.Outcome {
        try KizunaProcess.run(["rules"] + arguments + ["--database", database])
    }

    @Test("a running server goes by what the command line publishes, within a second and without a restart")
    func besideTheServer() throws {
        let folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        for points in [1, 2] {
            try Self.document(points).write(toFile: folder.path("\(points).yaml"), atomically: true, encoding: .utf8)
        }
        let server = try ServerProcess(database: database, program: folder.path("1.yaml"))
        let created = try KizunaProcess.run(["client", "create", "--database", database, "--role", "pos", "till"])
        let key = try #require(created.output.firstMatch(of: /kz_pos_[0-9a-f]{64}/)).output
        Thread.sleep(forTimeInterval: 1.2)
        let socket = try LineSocket(port: server.port)
        try socket.hello(key: String(key))
        func earned(_ number: Int) throws -> Int64? {
            let time = ISO8601DateFormatter().string(from: Date())
            let purchase =
                #"{"idempotency_key":"\#(number)","card":"c1","store":"s","receipt":"\#(number)","#
                + #""occurred_at":"\#(time)","currency":"JPY","items":[{"amount":1000}]}"#
            return try socket.call(number, "purchase.post", purchase)["result"]?["earned"]?["beans"]?.int64
        }
        #expect(try earned(1) == 10)
        let published = try Self.run("publish", folder.path("2.yaml"), "--note", "two beans", on: database)
        #expect(published.status == 0, "\(published.errors)")
        #expect(published.output.contains("rules[base].earn.points"))
        #expect(published.output.contains("Rule set 2 is published"))
        // In force a second later, and the till tells whole seconds.
        Thread.sleep(forTimeInterval: 2.2)
        #expect(try earned(2) == 20)
        #expect(try Self.run("diff", "1", "2", on: database).output.contains("~  rules[base].earn.points  1       2"))
        #expect(try Self.run("diff", "1", folder.path("1.yaml"), on: database).output == "They say the same.\n")
        #expect(try Self.run("get", "1", on: database).output == Self.document(1) + "\n")
        let back = try Self.run("rollback", "1", "--note", "one again", "--json", on: database)
        #expect(back.output.contains(#""version":3"#))
        let list = try Self.run("list", on: database).output
        #expect(list.contains("two beans") && list.contains("one again"))
        let june = try Self.run(
            "publish", folder.path("2.yaml"), "--note", "June", "--effective-from", "2126-06-01T00:00:00+09:00",
            on: database)
        #expect(june.status == 0, "\(june.errors)")
        let inTheWay = try Self.run("rollback", "2", "--note", "now", on: database)
        #expect(inTheWay.status == 1)
        #expect(inTheWay.errors.contains("rule set 4 is in force from 2126-06-01T00:00:00+09:00"))
        #expect(inTheWay.errors.contains("--supersede 4"))
        let now = try Self.run("rollback", "2", "--note", "now", "--supersede", "4", on: database)
        #expect(now.output.contains("Rule set 4 never will be in force."), "\(now.errors)")
        #expect(try Self.run("list", on: database).output.contains("never: superseded by 5"))
        Thread.sleep(forTimeInterval: 2.2)
        #expect(try earned(3) == 20)
        let refused = try Self.run("rollback", "9", "--note", "no", on: database)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("no such rule set"))
        #expect(server.terminate() == 0)
        #expect(try KizunaProcess.run(["verify", "--database", database]).status == 0)
    }

    @Test("a server that starts again with its first document leaves in force, and to come, what was published since")
    func restart() throws {
        let folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        for points in [1, 2, 3] {
            try Self.document(points).write(toFile: folder.path("\(points).yaml"), atomically: true, encoding: .utf8)
        }
        #expect(try ServerProcess(database: database, program: folder.path("1.yaml")).terminate() == 0)
        #expect(try Self.run("publish", folder.path("2.yaml"), "--note", "two", on: database).status == 0)
        Thread.sleep(forTimeInterval: 1.2)
        let later = ["--note", "three", "--effective-from", "2126-06-01T00:00:00+09:00"]
        #expect(
            try KizunaProcess.run(["rules", "publish", folder.path("3.yaml"), "--database", database] + later).status
                == 0)
        #expect(try ServerProcess(database: database, program: folder.path("1.yaml")).terminate() == 0)
        let list = try JSONDocument(Array(Self.run("list", "--json", on: database).output.utf8)).root["rule_sets"]
        #expect(list?.elements.compactMap { $0["version"]?.int64 } == [3, 2, 1])
        #expect(list?.elements.compactMap { $0["in_force"]?.bool } == [false, true, false])
    }
}
