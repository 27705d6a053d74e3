import ArgumentParser
import Engine
import Loyalty
import Methods
import Rules
import Time

/// `kizuna rules get`
struct RulesGetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print the document of a rule set.",
        discussion: """
            Without a version it is the one in force.

            EXAMPLES
              kizuna rules get --database kizuna.sqlite
              kizuna rules get 1 --database kizuna.sqlite > first.yaml
              kizuna rules get 1 --database kizuna.sqlite --json
            """)

    @Argument(help: "The version; the one in force where it is left out.")
    var version: Int64?

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print one JSON object with who published it, when and why.")
    var json = false

    func run() throws {
        let store = try database.open(isReadOnly: true)
        defer { try? store.close() }
        let inForce = try RuleDirectory(of: store)?.book.inForce(at: Startup.clock())
        guard let wanted = version ?? inForce?.version, let found = try store.read({ try $0.ruleSet(wanted) }) else {
            throw CommandFailure(.unknownVersion, file: database.database)
        }
        if json {
            let results = RulesResults(zone: inForce?.program.zone ?? .utc)
            return print(JSONText.line(results.ruleSet(found)), terminator: "")
        }
        print(found.source, terminator: found.source.hasSuffix("\n") ? "" : "\n")
    }
}
