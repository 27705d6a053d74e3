import ArgumentParser
import Engine

/// `kizuna rules publish`
struct RulesPublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish a program document as the next rule set.",
        discussion: """
            The document must be without errors and pass its own tests. It is in force from a second from now unless \
            --effective-from says otherwise, and decides purchases from that instant on; those that were sold before, \
            and come in late, go by the rules of their own time. A running server knows it within a second.

            A rule set that is still to come can be superseded: it never will be in force.

            EXAMPLES
              kizuna rules publish rules/coffee.yaml --database kizuna.sqlite --note "double beans in June"
              kizuna rules publish june.yaml --database kizuna.sqlite --note "June" \\
                  --effective-from 2026-06-01T00:00:00+09:00
              kizuna rules publish june.yaml --database kizuna.sqlite --note "June, without the mistake" \\
                  --effective-from 2026-06-01T00:00:00+09:00 --supersede 2
            """)

    @Argument(help: "The program document.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @OptionGroup var database: DatabaseOption
    @OptionGroup var publishing: PublishingOptions

    func run() throws {
        try publishing.publish(into: database, file: file) { publisher in
            try publisher.publish(
                DocumentFile.text(of: file), start: publishing.start(), supersedes: Set(publishing.supersede),
                note: publishing.note, by: .operatingUser)
        }
    }
}
