import ArgumentParser

/// `kizuna import`
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring in what happened elsewhere.",
        subcommands: [ImportPurchasesCommand.self])
}
