import ArgumentParser

/// `kizuna client`
struct ClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "Manage the tills, shops and tools that may connect.",
        subcommands: [
            ClientCreateCommand.self, ClientListCommand.self, ClientRotateCommand.self, ClientRevokeCommand.self,
        ])
}
