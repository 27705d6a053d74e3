import Engine
import Foundation
import JSON
import Ledger
import Loyalty
import PostgresSupport
import Testing

/// Moving from one database to another with the built program.
@Suite("Copying a database")
struct CopyTests {
    private static let start = ISO8601DateFormatter().string(from: Date())

    private static func purchase(_ number: Int) -> String {
        #"{"idempotency_key":"k\#(number)","card":"c\#(number % 7)","store":"s","receipt":"r\#(number)","#
            + #""occurred_at":"\#(start)","currency":"JPY","items":[{"amount":500}]}"#
    }

    /// A database in which a server recorded purchases, and the key of a till.
    private static func makeSource(_ database: String, in folder: WorkFolder) throws -> String {
        let program = folder.path("program.yaml")
        try Data(PlainShop.program.utf8).write(to: URL(filePath: program))
        #expect(try KizunaProcess.run(["migrate", "--database", database]).status == 0)
        let key = try PlainShop.newKey(in: database)
        let server = try ServerProcess(database: database, program: program)
        let socket = try LineSocket(port: server.port)
        try socket.hello(key: key)
        for number in 1...40 { #expect(try socket.call(number, "purchase.post", purchase(number))["result"] != nil) }
        #expect(server.terminate() == 0)
        return key
    }

    /// A server goes on with a database: what was called before is answered as before, and more is taken.
    private static func goOn(with database: String, _ key: String, from number: Int) throws {
        let server = try ServerProcess(database: database)
        let socket = try LineSocket(port: server.port)
        try socket.hello(key: key)
        for known in 1..<number {
            let answer = try socket.call(known, "purchase.post", purchase(known))
            #expect(answer["result"]?["replayed"]?.bool == true, "\(known)")
        }
        #expect(try socket.call(number, "purchase.post", purchase(number))["result"]?["replayed"]?.bool == false)
        #expect(server.terminate() == 0)
        let verified = try KizunaProcess.run(["verify", "--database", database])
        #expect(verified.status == 0)
    }

    @Test("a server goes on with the copy, and with the copy of that in the other kind of database")
    func thereAndBack() throws {
        let folder = try WorkFolder()
        let source = folder.path("kizuna.sqlite")
        let key = try Self.makeSource(source, in: folder)
        let other = try (StoreKind.allCases.last ?? .sqlite).makeDatabase(in: try WorkFolder())
        let there = try KizunaProcess.run(["copy", "--from", "sqlite:\(source)", "--to", other])
        #expect(there.status == 0, "\(there)")
        #expect(
            there.output.contains(/operations +47\n/) && there.output.contains("Equal and clean"), "\(there.output)")
        try Self.goOn(with: other, key, from: 41)

        let back = folder.path("back.sqlite")
        let outcome = try KizunaProcess.run(["copy", "--from", other, "--to", "sqlite:\(back)", "--json"])
        #expect(outcome.status == 0, "\(outcome)")
        let report = try JSONDocument(Array(outcome.output.utf8)).root
        #expect(report["equal"]?.bool == true && report["clean"]?.bool == true)
        #expect(report["members"]?.int64 == 7 && report["operations"]?.int64 == 48)
        #expect(report["rule_sets"]?.int64 == 1 && report["clients"]?.int64 == 1)
        #expect(report["difference_count"]?.int64 == 0 && report["finding_count"]?.int64 == 0)
        try Self.goOn(with: back, key, from: 42)
    }

    @Test("nothing is copied over a database with something in it, to itself, or from one that is not there")
    func refusals() throws {
        let folder = try WorkFolder()
        let source = folder.path("kizuna.sqlite")
        _ = try Self.makeSource(source, in: folder)
        let target = folder.path("target.sqlite")
        let before = try KizunaProcess.run(["client", "create", "--database", source, "--role", "pos", "second"])
        #expect(before.status == 0)
        #expect(try KizunaProcess.run(["migrate", "--database", target]).status == 0)
        #expect(try KizunaProcess.run(["client", "create", "--database", target, "--role", "pos", "t"]).status == 0)
        let taken = try KizunaProcess.run(["copy", "--from", source, "--to", target])
        #expect(taken.status == 73 && taken.errors.contains("is not empty: it has clients"), "\(taken)")
        let itself = try KizunaProcess.run(["copy", "--from", source, "--to", "sqlite:\(source)"])
        #expect(itself.status == 64 && itself.errors.contains("to itself"), "\(itself)")
        let nowhere = folder.path("nowhere.sqlite")
        let missing = try KizunaProcess.run(["copy", "--from", nowhere, "--to", folder.path("new.sqlite")])
        #expect(missing.status == 66 && missing.errors.contains("there is no database"), "\(missing)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("new.sqlite")))
        for arguments in [["--from", source, "--to"], ["--to", target, "--from"]] {
            let secret = try KizunaProcess.run(["copy"] + arguments + ["postgres://u:s3cr3t@127.0.0.1/n"])
            #expect(secret.status == 64 && secret.errors.contains("PGPASSWORD"), "\(secret)")
            #expect(!(secret.errors + secret.output).contains("s3cr3t"))
        }
        // One that only has its schema is new.
        let schema = folder.path("schema.sqlite")
        #expect(try KizunaProcess.run(["migrate", "--database", schema]).status == 0)
        #expect(try KizunaProcess.run(["copy", "--from", source, "--to", schema]).status == 0)
    }

    @Test(
        "a copy that is killed leaves nothing behind, and the next one succeeds",
        .enabled(if: PostgresCluster.isInstalled, "there is no PostgreSQL server here"), arguments: StoreKind.allCases)
    func kill(kind: StoreKind) throws {
        let cluster = PostgresCluster.shared
        let folder = try WorkFolder()
        let name = try cluster.makeDatabase()
        let source = cluster.address(of: name)
        let key = try Self.makeSource(source, in: folder)
        let target = try kind.makeDatabase(in: folder)
        // Whoever reads operations waits here, long after members were written.
        let holder = try cluster.hold(
            "BEGIN; LOCK TABLE seen IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)", in: name)
        defer { Foundation.kill(holder.processIdentifier, SIGKILL) }
        try Self.wait { try cluster.number(Self.waiting("granted"), in: name) == 1 }
        let copying = Process()
        copying.executableURL = KizunaProcess.executable
        copying.arguments = ["copy", "--from", source, "--to", target]
        copying.standardOutput = FileHandle.nullDevice
        copying.standardError = FileHandle.nullDevice
        try copying.run()
        try Self.wait { try cluster.number(Self.waiting("NOT granted"), in: name) == 1 }
        Foundation.kill(copying.processIdentifier, SIGKILL)
        copying.waitUntilExit()
        try cluster.query(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'seen'::regclass", in: name)
        holder.waitUntilExit()

        let left = try kind.open(target).read { reader -> [Bool] in
            [
                try reader.members(after: MemberNumber(0), limit: 1).isEmpty, try reader.clients().isEmpty,
                try reader.registeredWriters().isEmpty, try reader.audit(after: 0, limit: 1).isEmpty,
            ]
        }
        #expect(left == [true, true, true, true])
        let again = try KizunaProcess.run(["copy", "--from", source, "--to", target])
        #expect(again.status == 0, "\(again)")
        try Self.goOn(with: target, key, from: 41)
    }

    private static func waiting(_ state: String) -> String {
        "SELECT count(*) FROM pg_locks WHERE relation = 'seen'::regclass AND \(state)"
    }

    private static func wait(until isTrue: () throws -> Bool) throws {
        for _ in 0..<1200 {
            if try isTrue() { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        Issue.record("it does not come about")
    }
}
