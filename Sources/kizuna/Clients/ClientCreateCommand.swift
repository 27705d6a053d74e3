public import ArgumentParser
import Engine
import Foundation
import Ledger
import Time

/// `kizuna client create`
struct ClientCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Let a till, a shop or a tool connect, and print its API key.",
        discussion: """
            The key is printed this once; the database keeps only its digest. It alone goes to standard output, so \
            that it can be put where it belongs without being seen. A running server knows it within a second.

            Roles: pos looks members up and posts purchases; shop also enrolls members; \
            analyst looks at members and rules; admin may do everything.

            EXAMPLES
              kizuna client create --database kizuna.sqlite --role pos "till 3"
              kizuna client create --database kizuna.sqlite --role pos --store tokyo-01 --expires-in 365 "till 3"
              kizuna client create --database kizuna.sqlite --role admin importer > importer.key
            """)

    @OptionGroup var database: DatabaseOption

    @Option(help: ArgumentHelp("What the client may do: \(Self.roles).", valueName: "role"), completion: .list(["pos"]))
    var role: Role

    @Option(help: ArgumentHelp("A store it may post for; several may be named. All if none is.", valueName: "store"))
    var store: [String] = []

    @OptionGroup var key: NewKeyOptions

    @Argument(help: "What the client is called in logs and lists.")
    var name: String

    @Flag(help: "Print one JSON object with the key and the client's number.")
    var json = false

    private static let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        guard (1...255).contains(name.utf8.count) else { throw ValidationError("a name has 1 to 255 bytes") }
        guard store.allSatisfy({ (1...64).contains($0.utf8.count) }) else {
            throw ValidationError("a store has 1 to 64 bytes")
        }
    }

    func run() throws {
        let now = Startup.clock()
        let made = try key.make(for: role, at: now)
        let client = try ClientTable.change(
            .add(name: name, role: role, stores: store.map { ExactText($0) }, key: made.key), in: database, at: now)
        let can = "client \(client.number), \(SafeText.text(name)), may connect as \(role.rawValue)"
        ClientTable.tell(client, can, made.secret, json: json)
    }
}

extension Role: ExpressibleByArgument {}
