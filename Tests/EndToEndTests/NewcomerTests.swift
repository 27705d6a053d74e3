import Foundation
import JSON
import Testing

/// What the README promises to somebody who tries the product for the first time.
@Suite("A newcomer")
struct NewcomerTests {
    @Test("Hello, enroll, purchase, balance and tier work by hand; a repeated call is replayed, a changed one refused")
    func conversation() throws {
        let folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "rules/coffee.yaml").path
        let server = try ServerProcess(database: database, program: program)
        let created = try KizunaProcess.run(["client", "create", "--database", database, "--role", "shop", "店"])
        #expect(created.status == 0, "\(created.errors)")
        let key = try #require(created.output.firstMatch(of: /kz_shop_[0-9a-f]{64}/)).output
        Thread.sleep(forTimeInterval: 1.2)
        let socket = try LineSocket(port: server.port)
        try socket.hello(key: String(key))
        let enrolled = try socket.call(
            1, "member.enroll",
            #"{"idempotency_key":"e1","name":"絆 太郎","identifiers":[{"card":"9001 2345"}]}"#)
        #expect(enrolled["result"]?["replayed"]?.bool == false)
        let purchase =
            #"{"idempotency_key":"tokyo-01/t3/55","card":"9001 2345","store":"tokyo-01","terminal":"t3","#
            + #""receipt":"55","occurred_at":"\#(ISO8601DateFormatter().string(from: Date()))","currency":"JPY","#
            + #""items":[{"sku":"latte","category":"drink","quantity":2,"amount":1210,"tax":110}]}"#
        let first = try socket.call(2, "purchase.post", purchase)
        #expect(first["result"]?["earned"]?["beans"]?.int64 == 11)
        #expect(first["result"]?["replayed"]?.bool == false)
        let again = try socket.call(3, "purchase.post", purchase)
        #expect(again["result"]?["operation"]?.string == first["result"]?["operation"]?.string)
        #expect(again["result"]?["replayed"]?.bool == true)
        let changed = try socket.call(4, "purchase.post", purchase.replacing("1210", with: "1310"))
        #expect(changed["error"]?["code"]?.int64 == 1002)
        let balance = try socket.call(5, "balance.get", #"{"card":"9001 2345"}"#)
        #expect(balance["result"]?["balances"]?["beans"]?["available"]?.int64 == 11)
        let tier = try socket.call(6, "tier.get", #"{"card":"9001 2345"}"#)
        #expect(tier["result"]?["tier"]?["id"]?.string == "regular")
        #expect(server.terminate() == 0)
    }

    @Test("a demo whose port is taken makes no keys, and shows them once it can listen")
    func takenPort() throws {
        let folder = try WorkFolder()
        let rules = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "rules")
        try FileManager.default.createSymbolicLink(atPath: folder.path("rules"), withDestinationPath: rules.path)
        let other = try ServerProcess(
            database: folder.path("other.sqlite"), program: rules.appending(path: "coffee.yaml").path)
        for port in ["--port", "--http-port"] {
            let failed = try KizunaProcess.run(
                ["serve", "--demo", "--port", "0", "--http-port", "off", port, "\(other.port)"], in: folder.url)
            #expect(failed.status == 69 && failed.errors.contains("127.0.0.1:\(other.port) cannot be opened"))
            #expect(failed.errors.contains("Address already in use") && failed.errors.contains("with \(port)"))
            #expect(failed.output.contains("kz_pos_") == (port == "--http-port"), "\(failed.output)")
        }
        #expect(other.terminate() == 0)
    }

    @Test(
        "A command that cannot go on says why and what to do",
        arguments: [
            (["serve"], "--demo"),
            (["serve", "--demo", "--database", "k.sqlite"], "leave out `database`"),
            (["serve", "--database", "/nonexistent/k.sqlite"], "/nonexistent"),
            (["serve", "--database", "x", "--host", "0.0.0.0"], "not encrypted"),
            (["verify", "--database", "/nonexistent/k.sqlite"], "/nonexistent"),
            (["rules", "check", "/nonexistent.yaml"], "/nonexistent.yaml"),
            (["import", "purchases", #filePath], "KIZUNA_API_KEY"),
        ])
    func failures(arguments: [String], word: String) throws {
        let outcome = try KizunaProcess.run(arguments, environment: ["KIZUNA_API_KEY": ""])
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains(word), "\(outcome.errors)")
    }
}
