import ArgumentParser
import Engine
import Foundation
import SQLiteStore

/// `kizuna restore`
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a database from a backup, and prove it.",
        discussion: """
            The database must not exist yet; the backup stays as it is. What was restored is verified like \
            `kizuna verify` does, and its audit trail says from where it came; it stays in place for you to look at even if it is not clean, and the exit code is 1.

            EXAMPLES
              kizuna restore --database /var/lib/kizuna/kizuna.sqlite /backup/kizuna-2026-05-16.sqlite
            """)

    @Option(help: ArgumentHelp("The database file to make.", valueName: "path"))
    var database: String

    @Argument(help: "The backup.")
    var file: String

    func run() throws {
        guard case .file(let path) = try DatabaseName(database) else {
            throw CommandFailure("PostgreSQL is restored by its own tools; see docs/operating/postgresql.md")
        }
        try SQLiteStore.restore(file, to: path)
        // A backup of an earlier version is brought up to date.
        let store = try DatabaseName(database).open()
        defer { try? store.close() }
        guard let rules = try RuleDirectory(of: store) else {
            try store.record(AuditNote(.restore, [.init("file", URL(filePath: file).path)]))
            print("\(path): restored; there is no program in it yet, so there is nothing to verify")
            return
        }
        let report = try Verifier(store: store, book: rules.book).run { _, _ in }
        print(
            "\(path): \(Numbers.grouped(report.members)) members, \(Numbers.grouped(report.operations)) operations, "
                + (report.isClean ? "clean" : "\(report.findingCount) findings; `kizuna verify` tells them"))
        try store.record(
            AuditNote(
                .restore,
                [
                    .init("file", URL(filePath: file).path), .init("members", "\(report.members)"),
                    .init("operations", "\(report.operations)"), .init("findings", "\(report.findingCount)"),
                ]))
        guard report.isClean else { throw ExitCode(1) }
    }
}
