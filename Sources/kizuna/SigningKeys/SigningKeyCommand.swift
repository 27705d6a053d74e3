import ArgumentParser

/// `kizuna signing-key`
struct SigningKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signing-key",
        abstract: "Manage the keys that sign allowances for tills that cannot ask.",
        subcommands: [SigningKeyListCommand.self, SigningKeyRotateCommand.self])
}
