import ArgumentParser
import Engine
import Methods
import Rules
import Time

/// `kizuna rules diff`
struct RulesDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Tell what two rule sets say differently, entry by entry.",
        discussion: """
            Each side is a version or a file. What counts is what the documents say, not how they are laid out.

            EXAMPLES
              kizuna rules diff 1 2 --database kizuna.sqlite
              kizuna rules diff 2 june.yaml --database kizuna.sqlite
              kizuna rules diff 1 2 --database kizuna.sqlite --json
            """)

    @Argument(help: "The earlier version, or a file.")
    var earlier: String

    @Argument(help: "The later version, or a file.")
    var later: String

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let store = try database.open(isReadOnly: true)
        defer { try? store.close() }
        let (before, after) = (try text(earlier, in: store), try text(later, in: store))
        guard let changes = DocumentChange.between(before, after) else {
            throw CommandFailure("one of these documents cannot be read; see `kizuna rules check`")
        }
        if json { return print(JSONText.line(RulesResults(zone: .utc).changes(changes)), terminator: "") }
        print(RulesPictures(zone: .utc).changes(changes, Style.standardOutput()), terminator: "")
    }

    private func text(_ side: String, in store: any Store) throws -> String {
        guard let version = Int64(side) else { return try DocumentFile.text(of: side) }
        guard version > 0, let found = try store.read({ try $0.ruleSet(version) }) else {
            throw CommandFailure(.unknownVersion, file: side)
        }
        return found.source
    }
}
