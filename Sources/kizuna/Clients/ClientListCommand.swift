import ArgumentParser
import Engine
import JSON
import Ledger
import Time

/// `kizuna client list`
struct ClientListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List who may connect.",
        discussion: """
            EXAMPLES
              kizuna client list --database kizuna.sqlite
              kizuna client list --database kizuna.sqlite --json
            """)

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print one JSON array.")
    var json = false

    func run() throws {
        let store = try database.open(isReadOnly: true)
        let clients = try store.read { try $0.clients() }
        try store.close()
        print(json ? Self.jsonText(clients) : Self.table(clients).text(Style.standardOutput()), terminator: "")
    }

    static func table(_ clients: [Client]) -> Table {
        let now = Startup.clock()
        var table = Table(
            .right("CLIENT"), .left("NAME"), .left("ROLE"), .left("STORES"), .left("KEYS"), .left("CREATED"))
        for client in clients {
            table.add([
                "\(client.number)", Table.Cell(client.name), Table.Cell(client.role.rawValue),
                Table.Cell(client.stores.isEmpty ? "all" : client.stores.map(\.text).joined(separator: ", ")),
                Table.Cell(ClientTable.keys(of: client, at: now)),
                Table.Cell(Numbers.time(client.createdAt.rfc3339)),
            ])
        }
        return table
    }

    private static func jsonText(_ clients: [Client]) -> String {
        let now = Startup.clock()
        return JSONText.line { json in
            json.beginArray()
            for client in clients {
                json.beginObject()
                json.member("client", client.number)
                json.member("name", client.name)
                json.member("role", client.role.rawValue)
                if !client.stores.isEmpty {
                    json.key("stores")
                    json.beginArray()
                    for store in client.stores { json.string(store.text) }
                    json.endArray()
                }
                json.member("valid_keys", Int64(client.validKeys(at: now).count))
                json.member("created_at", client.createdAt.rfc3339)
                if let revokedAt = client.revokedAt { json.member("revoked_at", revokedAt.rfc3339) }
                json.endObject()
            }
            json.endArray()
        }
    }
}
