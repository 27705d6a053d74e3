import ArgumentParser
import Engine

/// `kizuna rules rollback`
struct RulesRollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Publish an earlier rule set anew, as the next one.",
        discussion: """
            Nothing is taken back: what the later rules decided stays, and the document of the earlier version decides \
            from now on.

            EXAMPLES
              kizuna rules rollback 1 --database kizuna.sqlite --note "June is over"
              kizuna rules rollback 1 --database kizuna.sqlite --note "2 has the wrong year" --supersede 2
            """)

    @Argument(help: "The version whose document is published again.")
    var version: Int64

    @OptionGroup var database: DatabaseOption
    @OptionGroup var publishing: PublishingOptions

    func run() throws {
        try publishing.publish(into: database, file: "rule set \(version)") { publisher in
            try publisher.rollBack(
                to: version, start: publishing.start(), supersedes: Set(publishing.supersede), note: publishing.note,
                by: .operatingUser)
        }
    }
}
