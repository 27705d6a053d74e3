import ArgumentParser
import Engine

/// `kizuna client revoke`
struct ClientRevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End every key of a client for ever, and its sessions within a second.",
        discussion: """
            EXAMPLES
              kizuna client revoke --database kizuna.sqlite 3
            """)

    @OptionGroup var database: DatabaseOption

    @Argument(help: "The client's number, from `kizuna client list`.")
    var client: Int64

    func run() throws {
        let revoked = try ClientTable.change(.revoke(client: client), in: database, at: Startup.clock())
        print("client \(revoked.number), \(SafeText.text(revoked.name)), may not connect any more")
    }
}
