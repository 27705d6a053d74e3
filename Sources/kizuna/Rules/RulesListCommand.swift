import ArgumentParser
import Engine
import Foundation
import Loyalty
import Methods
import Rules
import Time

/// `kizuna rules list`
struct RulesListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List every rule set that was published, newest first.",
        discussion: """
            EXAMPLES
              kizuna rules list --database kizuna.sqlite
              kizuna rules list --database kizuna.sqlite --json
            """)

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let store = try database.open(isReadOnly: true)
        defer { try? store.close() }
        let ruleSets = try store.read { try $0.ruleSets() }
        let inForce = try RuleDirectory(of: store)?.book.inForce(at: Startup.clock())
        let zone = inForce?.program.zone ?? .utc
        if json {
            let result = RulesResults(zone: zone).list(ruleSets, inForce: inForce?.version ?? 0)
            return print(JSONText.line(result), terminator: "")
        }
        let table = RulesPictures(zone: zone).list(ruleSets, inForce: inForce?.version ?? 0)
        print(table.text(Style.standardOutput()), terminator: "")
    }
}
