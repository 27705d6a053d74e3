import ArgumentParser
import Engine
import Foundation
import SQLiteStore

/// `kizuna backup`
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a SQLite database while a server runs on it.",
        discussion: """
            The copy is the database at one moment: everything that was answered before the command began is in it. It \
            is checked, and has its name only once it is whole and on the disk. The audit trail of the database says that it \
            was made. A backup holds personal data; keep it \
            as carefully as the database. PostgreSQL has tools of its own (pg_basebackup, pg_dump).

            EXAMPLES
              kizuna backup --database /var/lib/kizuna/kizuna.sqlite /backup/kizuna-2026-05-16.sqlite
            """)

    @OptionGroup var database: DatabaseOption

    @Argument(help: "The file to write, which must not exist.")
    var file: String

    func run() throws {
        let store = try database.open(isReadOnly: true)
        defer { try? store.close() }
        guard let store = store as? SQLiteStore else {
            throw CommandFailure("PostgreSQL is backed up by its own tools; see docs/operating/postgresql.md")
        }
        do {
            try store.backUp(to: file)
        } catch let error as StoreError where error.code == .unavailable {
            throw CommandFailure(.cannotCreate, error.description)
        }
        let copy = try DatabaseOption.open(file, isReadOnly: true)
        defer { try? copy.close() }
        let counts = try copy.read { try $0.counts() }
        print(
            "\(file): \(Numbers.grouped(counts.members)) members, \(Numbers.grouped(counts.operations)) operations, "
                + "\(Numbers.grouped(counts.blocks)) blocks")
        do {
            try record(counts)
        } catch {
            // The copy is whole; a user or a disk that may only read makes one as well.
            FileHandle.standardError.write(Data("the audit trail does not tell of it: \(error)\n".utf8))
        }
    }

    /// The database that was copied knows of it; the copy is from before.
    private func record(_ counts: StoreCounts) throws {
        let store = try database.open(isReadOnly: false)
        defer { try? store.close() }
        try store.record(
            AuditNote(
                .backUp,
                [
                    .init("file", URL(filePath: file).path), .init("members", "\(counts.members)"),
                    .init("operations", "\(counts.operations)"),
                ]))
    }
}
