import ArgumentParser
import Engine
import Foundation

/// `kizuna copy`
struct CopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a database into a new one, of the same kind or another, and prove the copy.",
        discussion: """
            Everything is copied, from rules, clients and their keys to what calls that come again are answered, so that a \
            server goes on with the copy as with the original. The database to copy to must be new: a file that is not \
            there yet, or a PostgreSQL database with nothing in it but the schema, which its role must own. All of it is \
            there at the end or nothing.

            The original is only read, as it is when the copying begins: what a server writes to it afterwards is not in \
            the copy. Stop the server before you move to another database.

            Then both are read again and compared, and the copy is verified as `kizuna verify` does. Exits with 1 when \
            something is not as it must be; do not use such a copy.

            EXAMPLES
              kizuna copy --from kizuna.sqlite --to postgres://owner@db.example/kizuna
              kizuna copy --from postgres://kizuna@db.example/kizuna --to sqlite:kizuna-2026-05.sqlite
              kizuna copy --from kizuna.sqlite --to trial.sqlite --json
            """)

    @Option(help: ArgumentHelp("The database to copy: a file, or postgres://….", valueName: "path or url"))
    var from: String

    @Option(help: ArgumentHelp("The new database: a file, or postgres://….", valueName: "path or url"))
    var to: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        let (source, target) = (try DatabaseName(from), try DatabaseName(to))
        try source.refuseSecret()
        try target.refuseSecret()
        if source.isSame(as: target) { throw ValidationError("a database cannot be copied to itself") }
    }

    func run() throws {
        let original = try DatabaseOption.open(from, isReadOnly: true)
        defer { try? original.close() }
        let copy = try DatabaseName(to).openNew()
        defer { try? copy.close() }
        let comparison = try original.read { source in
            try fill(copy, from: source)
            return try compare(source, with: copy)
        }
        let outcome = CopyOutcome(
            source: try DatabaseName(from).shown, target: try DatabaseName(to).shown, comparison: comparison,
            verification: try verify(copy))
        print(json ? outcome.json : outcome.text(.standardOutput()), terminator: "")
        guard outcome.isProven else { throw ExitCode(1) }
    }

    private func fill(_ copy: any Store, from source: any StoreReader) throws {
        let counts = try source.counts()
        let note = AuditNote(
            .copy,
            [
                .init("from", try DatabaseName(from).shown), .init("members", "\(counts.members)"),
                .init("operations", "\(counts.operations)"), .init("transfers", "\(counts.transfers)"),
                .init("blocks", "\(counts.blocks)"),
            ])
        do {
            try withProgress("copying") { try copy.fill(from: source, noting: note, progress: $0) }
        } catch let refusal as NotEmpty {
            throw CommandFailure(.cannotCreate, refusal.description)
        }
    }

    private func compare(_ source: any StoreReader, with copy: any Store) throws -> StoreComparison.Report {
        try withProgress("comparing") { try StoreComparison(of: source, with: copy).run($0) }
    }

    /// Where there are no rules, nothing was ever decided.
    private func verify(_ copy: any Store) throws -> VerificationReport? {
        guard let rules = try RuleDirectory(of: copy) else { return nil }
        return try withProgress("verifying", counting: "members") { progress in
            try Verifier(store: copy, book: rules.book).run(progress: progress)
        }
    }

    private func withProgress<Result>(
        _ stage: String, counting things: String = "operations", _ body: (CopyProgress) throws -> Result
    ) throws -> Result {
        var meter = OperationMeter(stage: stage, counting: things, isTerminal: !json && isatty(STDERR_FILENO) == 1)
        defer { meter.finish() }
        return try body { meter.update($0, of: $1) }
    }
}
