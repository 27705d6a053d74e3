import Engine
import Foundation
import SQLiteStore
import Testing

/// What is done with the command line is in the audit trail, with the system's user and machine.
@Suite("What the command line does") struct CommandAuditTests {
    private static let program = """
        schema: kizuna.program/v1
        id: audited
        money: { currency: JPY, base: tax_included }
        timezone: UTC
        points: { points: {} }
        rules: [{ id: base, event: purchase, earn: { points: 1, per: 1 } }]
        """

    private static func trail(of database: String) throws -> [AuditNote] {
        var options = SQLiteStore.Options()
        options.isReadOnly = true
        let store = try SQLiteStore(path: database, options: options)
        defer { try? store.close() }
        return try store.read { try $0.audit(after: 0, limit: 100) }.map(\.note)
    }

    @Test("is in the trail with who did it on which machine, backups and restores included")
    func acts() throws {
        let folder = try WorkFolder()
        let (database, program) = (folder.path("kizuna.sqlite"), folder.path("program.yaml"))
        try Data(Self.program.utf8).write(to: URL(filePath: program))
        func run(_ arguments: String...) throws {
            let outcome = try KizunaProcess.run(arguments)
            #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        }
        try run("migrate", "--database", database)
        try run("migrate", "--database", database)
        try run("rules", "publish", program, "--database", database, "--note", "first")
        try run("client", "create", "--database", database, "--role", "pos", "till")
        try run("client", "rotate", "--database", database, "1")
        try run("client", "revoke", "--database", database, "1")
        try run("signing-key", "rotate", "--database", database)
        try run("backup", "--database", database, folder.path("backup.sqlite"))
        try run("restore", "--database", folder.path("restored.sqlite"), folder.path("backup.sqlite"))
        try run("verify", "--database", database)
        try run("verify", "--database", folder.path("restored.sqlite"))

        let trail = try Self.trail(of: database)
        #expect(
            trail.map(\.action) == [
                .migrate, .publish, .addClient, .rotateKey, .revokeClient, .rotateSigningKey, .backUp,
            ],
            "what is up to date is not migrated again")
        let host = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
        for note in trail {
            #expect(note.author.name == "command line" && note.author.client == nil)
            let origin = note.author.origin ?? ""
            #expect(origin.hasPrefix("\(NSUserName())@") && origin.contains(host), "\(origin)")
        }
        #expect(trail.first?.details.first?.value.hasPrefix("0001-ledger, ") == true)
        #expect(trail.last?.details.first == .init("file", folder.path("backup.sqlite")))

        // A server that makes or changes the schema says so as well.
        let served = folder.path("served.sqlite")
        #expect(try ServerProcess(database: served, program: program).terminate() == 0)
        #expect(try Self.trail(of: served).map(\.action) == [.migrate, .publish])

        let restored = try Self.trail(of: folder.path("restored.sqlite"))
        #expect(restored.map(\.action) == trail.map(\.action).dropLast() + [.restore], "the copy is from before")
        #expect(restored.last?.details.contains(.init("findings", "0")) == true)
    }
}
