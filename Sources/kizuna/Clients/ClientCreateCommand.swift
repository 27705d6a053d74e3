import ArgumentParser
import Engine
import Foundation
import JSON
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
              kizuna client create --database kizuna.sqlite --role admin importer > importer.key
            """)

    @OptionGroup var database: DatabaseOption

    @Option(help: ArgumentHelp("What the client may do: \(Self.roles).", valueName: "role"), completion: .list(["pos"]))
    var role: Role

    @Argument(help: "What the client is called in logs and lists.")
    var name: String

    @Flag(help: "Print one JSON object with the key and the client's number.")
    var json = false

    private static let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        guard (1...255).contains(name.utf8.count) else { throw ValidationError("a name has 1 to 255 bytes") }
    }

    func run() throws {
        let store = try database.open(isReadOnly: false)
        var generator = SystemRandomNumberGenerator()
        let key = APIKey(for: role, using: &generator)
        let number = try store.addClient(
            NewClient(name: name, role: role, keyDigest: key.digest, createdAt: Startup.clock()))
        try store.close()
        if json {
            let line = JSONText.line { json in
                json.beginObject()
                json.member("client", number)
                json.member("name", name)
                json.member("role", role.rawValue)
                json.member("api_key", key.text)
                json.endObject()
            }
            return print(line, terminator: "")
        }
        let words =
            "client \(number), \(SafeText.text(name)), may connect as \(role.rawValue); its key, shown this once:\n"
        FileHandle.standardError.write(Data(words.utf8))
        print(key.text)
    }
}

extension Role: ExpressibleByArgument {}
