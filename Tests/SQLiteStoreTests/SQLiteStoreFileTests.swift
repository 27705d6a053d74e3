import Engine
import Foundation
import GRDB
import Ledger
import Loyalty
import TestSupport
import Testing
import Time

@testable import SQLiteStore

@Suite("The file of a SQLite store", .temporaryFolder)
struct SQLiteStoreFileTests {
    private var path: String { TemporaryFolder.current.appending(path: "kizuna.sqlite").path }

    private static func options(_ change: (inout SQLiteStore.Options) -> Void) -> SQLiteStore.Options {
        var options = SQLiteStore.Options()
        change(&options)
        return options
    }

    private static let readOnly = options { $0.isReadOnly = true }

    private func failure(_ path: String, _ options: SQLiteStore.Options = .init()) -> StoreError.Code? {
        do {
            _ = try SQLiteStore(path: path, options: options)
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    @Test("can be read and written by its owner alone")
    func mode() throws {
        let store = try SQLiteStore(path: path)
        _ = try store.registerWriter(at: Instant(milliseconds: 0))
        for name in [path, path + "-wal", path + "-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: name)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
        try store.close()
    }

    @Test("of a newer version is refused, and not touched")
    func tooNew() throws {
        try SQLiteStore(path: path).close()
        let connection = try DatabaseQueue(path: path)
        try connection.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999-from-the-future')") }
        try connection.close()
        #expect(failure(path) == .tooNew)
        #expect(failure(path, Self.readOnly) == .tooNew)
        let names = try DatabaseQueue(path: path).read {
            try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
        }
        #expect(names == Migrations.all.map(\.name) + ["9999-from-the-future"])
    }

    @Test("has after a copy the triggers it had before, and they refuse")
    func guardedAfterCopy() throws {
        let source = try SQLiteStore(path: TemporaryFolder.current.appending(path: "source.sqlite").path)
        let copy = try SQLiteStore(path: path)
        func schema() throws -> [String] {
            try copy.pool.read {
                try String.fetchAll($0, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            }
        }
        let before = try schema()
        func note(_ action: AuditNote.Action) -> AuditNote {
            AuditNote(
                at: EngineHarness.start, author: .commandLine, action: action, subject: "database",
                details: [.init("of", "the test")])
        }
        for store in [source, copy] { try store.record(note(.migrate)) }
        try source.read { try copy.fill(from: $0, noting: note(.copy)) { _, _ in } }
        #expect(try schema() == before)
        #expect(throws: DatabaseError.self) { try copy.pool.write { try $0.execute(sql: "DELETE FROM audit") } }
        #expect(try copy.read { try $0.audit(after: 0, limit: 9).map(\.note.action) } == [.migrate, .copy])
    }

    @Test("of another program is refused and stays as it was")
    func notAStore() throws {
        let folder = TemporaryFolder.current
        let text = folder.appending(path: "notes.txt")
        try Data(repeating: UInt8(ascii: "x"), count: 5_000).write(to: text)
        let foreign = folder.appending(path: "foreign.sqlite")
        var connection = try DatabaseQueue(path: foreign.path)
        try connection.write { try $0.execute(sql: "CREATE TABLE diary (page TEXT)") }
        try connection.close()
        let marked = folder.appending(path: "marked.sqlite")
        connection = try DatabaseQueue(path: marked.path)
        try connection.write { try $0.execute(sql: "PRAGMA application_id = 77") }
        try connection.close()
        for file in [text, foreign, marked] {
            let before = try Data(contentsOf: file)
            #expect(failure(file.path) == .unavailable)
            #expect(failure(file.path, Self.readOnly) == .unavailable)
            #expect(try Data(contentsOf: file) == before)
        }
    }

    @Test("must be a file in a folder that is there")
    func mustBeAFile() {
        #expect(failure(TemporaryFolder.current.path) == .unavailable)
        #expect(failure(path + "/no/such/folder.sqlite") == .unavailable)
        #expect(failure(path, Self.readOnly) == .unavailable)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("may be empty at first")
    func emptyFile() throws {
        try Data().write(to: URL(filePath: path))
        #expect(failure(path, Self.readOnly) == .unavailable)
        let store = try SQLiteStore(path: path)
        #expect(try store.read { try $0.counts() } == StoreCounts(members: 0, operations: 0, transfers: 0, blocks: 0))
    }

    @Test("is read beside the server that writes it, and never written by a reader")
    func readingBeside() throws {
        let server = try SQLiteStore(path: path)
        var books = try Bookkeeper(server)
        let reader = try SQLiteStore(path: path, options: Self.readOnly)
        for number in 1...3 {
            let member = try books.enroll(ExactText("m\(number)"))
            #expect(try books.commit() == .committed)
            #expect(try reader.read { try $0.state(of: member) } == books.states[member])
            var keys = LoadKeys()
            keys.members = [member]
            #expect(try reader.load(keys).states == [member: books.states[member]])
        }
        #expect(throws: StoreError.self) { try reader.leaseMemberNumbers(1) }
        #expect(throws: StoreError.self) { try reader.registerWriter(at: books.now) }
        try books.enroll("m4")
        let batch = books.batch()
        #expect(throws: StoreError.self) { try reader.commit(batch) }
        try server.close()
        try reader.close()
        // Without a server, too.
        let alone = try SQLiteStore(path: path, options: Self.readOnly)
        #expect(try alone.read { try $0.counts().members } == 3)
    }

    @Test("is not restored from a store in use, whose log would be lost")
    func restoringWithoutItsLog() throws {
        let store = try SQLiteStore(path: path)
        _ = try store.registerWriter(at: Instant(milliseconds: 0))
        let new = TemporaryFolder.current.appending(path: "new.sqlite").path
        #expect(throws: StoreError.self) { try SQLiteStore.restore(path, to: new) }
        #expect(!FileManager.default.fileExists(atPath: new))
    }

    @Test("must be migrated before it can be read")
    func unmigrated() throws {
        try SQLiteStore(path: path).close()
        let connection = try DatabaseQueue(path: path)
        try connection.write { try $0.execute(sql: "DELETE FROM grdb_migrations") }
        try connection.close()
        #expect(failure(path, Self.readOnly) == .unavailable)
    }

    @Test("is whole and without a log after closing")
    func closing() throws {
        let store = try SQLiteStore(path: path)
        var books = try Bookkeeper(store)
        try books.enroll("m")
        #expect(try books.commit() == .committed)
        try store.close()
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
        #expect(throws: StoreError.self) { try store.read { try $0.counts() } }
        #expect(throws: StoreError.self) { try store.leaseMemberNumbers(1) }
        try? store.close()
        #expect(try SQLiteStore(path: path).read { try $0.counts().members } == 1)
    }

    @Test("holds what was committed when the process ends without a word")
    func killed() throws {
        let store = try SQLiteStore(path: path)
        var books = try Bookkeeper(store)
        var copies: [(path: String, members: Int64)] = []
        for number in 1...5 {
            try books.enroll(ExactText("m\(number)"))
            #expect(try books.commit() == .committed)
            // What a new process would find: the files as they are on the disk at this moment.
            let copy = TemporaryFolder.current.appending(path: "copy\(number).sqlite").path
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            copies.append((copy, Int64(number)))
        }
        for copy in copies {
            let found = try SQLiteStore(path: copy.path)
            #expect(try found.read { try $0.counts().members } == copy.members)
            #expect(try found.hasBatch(writer: books.writer, number: copy.members))
            #expect(try !found.hasBatch(writer: books.writer, number: copy.members + 1))
        }
    }
}
