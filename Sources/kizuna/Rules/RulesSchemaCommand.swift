import ArgumentParser

/// `kizuna rules schema`
struct RulesSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of program documents, for editors.",
        discussion: """
            JSON Schema 2020-12. It knows keys, words, numbers and forms; what takes two places of a document to see, \
            `kizuna rules check` finds. A number such as 1.0 is a whole one to JSON Schema, and none to Kizuna.

            EXAMPLES
              kizuna rules schema > program.schema.json
              then, as the first line of a document:  # yaml-language-server: $schema=program.schema.json
            """)

    func run() {
        print(DocumentSchema.text)
    }
}
