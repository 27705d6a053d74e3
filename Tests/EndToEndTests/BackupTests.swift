import Foundation
import JSON
import Synchronization
import Testing

/// Backups of a server that goes on.
@Suite("Backup and restore", .serialized)
struct BackupTests {
    private final class Progress: Sendable {
        let answered = Mutex<[String]>([])
        let isOver = Mutex(false)
    }

    @Test("a backup made while tills buy has all that was answered before it, and restores to a clean database")
    func whileWriting() throws {
        let folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        let program = folder.path("program.yaml")
        try Data(PlainShop.program.utf8).write(to: URL(filePath: program))
        #expect(try KizunaProcess.run(["migrate", "--database", database]).status == 0)
        let key = try PlainShop.newKey(in: database)
        let server = try ServerProcess(database: database, program: program)
        let progress = Progress()
        let port = server.port
        // Threads, since each of them waits for answers.
        let tills = DispatchGroup()
        for number in 0..<3 {
            tills.enter()
            Thread.detachNewThread {
                defer { tills.leave() }
                do {
                    let socket = try LineSocket(port: port)
                    try socket.hello(key: key)
                    var count = 0
                    while !progress.isOver.withLock({ $0 }) {
                        count += 1
                        let receipt = "\(number)-\(count)"
                        let answer = try socket.call(count, "purchase.post", Self.purchase(receipt))
                        if answer["result"] != nil { progress.answered.withLock { $0.append(receipt) } }
                    }
                } catch {
                    Issue.record(error)
                }
            }
        }
        for _ in 0..<6000 where progress.answered.withLock({ $0.count }) < 200 {
            Thread.sleep(forTimeInterval: 0.01)
        }
        try #require(progress.answered.withLock { $0.count } >= 200)
        let before = progress.answered.withLock { $0 }
        let backup = folder.path("backup.sqlite")
        let made = try KizunaProcess.run(["backup", "--database", database, backup])
        #expect(made.status == 0, "\(made.errors)")
        progress.isOver.withLock { $0 = true }
        tills.wait()
        #expect(server.terminate() == 0)
        #expect(progress.answered.withLock { $0.count } > before.count)

        let restored = folder.path("restored.sqlite")
        let outcome = try KizunaProcess.run(["restore", "--database", restored, backup])
        #expect(outcome.status == 0 && outcome.output.contains("clean"), "\(outcome.output)\(outcome.errors)")
        let again = try ServerProcess(database: restored)
        let socket = try LineSocket(port: again.port)
        try socket.hello(key: key)
        for (number, receipt) in before.enumerated() {
            let answer = try socket.call(number, "purchase.post", Self.purchase(receipt))
            #expect(answer["result"]?["replayed"]?.bool == true, "\(receipt)")
        }
        #expect(again.terminate() == 0)
    }

    @Test("nothing is written over, and what is no backup is refused")
    func refusals() throws {
        let folder = try WorkFolder()
        let database = folder.path("kizuna.sqlite")
        #expect(try KizunaProcess.run(["migrate", "--database", database]).status == 0)
        let backup = folder.path("backup.sqlite")
        #expect(try KizunaProcess.run(["backup", "--database", database, backup]).status == 0)
        let twice = try KizunaProcess.run(["backup", "--database", database, backup])
        #expect(twice.status == 73 && twice.errors.contains("exists already"))
        let over = try KizunaProcess.run(["restore", "--database", database, backup])
        #expect(over.status == 66 && over.errors.contains("exists already"))
        let none = folder.path("none.sqlite")
        try Data("no database at all, but long enough to be looked at as one".utf8).write(to: URL(filePath: none))
        let wrong = try KizunaProcess.run(["restore", "--database", folder.path("new.sqlite"), none])
        #expect(wrong.status == 66 && !FileManager.default.fileExists(atPath: folder.path("new.sqlite")))
        let restored = try KizunaProcess.run(["restore", "--database", folder.path("new.sqlite"), backup])
        #expect(restored.status == 0 && restored.output.contains("no program"), "\(restored.errors)")
    }

    private static let start = ISO8601DateFormatter().string(from: Date())

    private static func purchase(_ receipt: String) -> String {
        #"{"idempotency_key":"\#(receipt)","card":"c1","store":"s","receipt":"\#(receipt)","#
            + #""occurred_at":"\#(start)","currency":"JPY","items":[{"amount":500}]}"#
    }
}
