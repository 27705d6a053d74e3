import ArgumentParser
import Engine
import JSON
import Time

/// `kizuna signing-key list`
struct SigningKeyListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the keys by which tills check allowances; the newest one signs.",
        discussion: """
            Only public keys are shown, as `session.hello` tells them: Ed25519, in base64url.

            EXAMPLES
              kizuna signing-key list --database kizuna.sqlite
            """)

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print one JSON array.")
    var json = false

    func run() throws {
        let store = try database.open(isReadOnly: true)
        let stored = try store.read { try $0.signingKeys() }
        try store.close()
        let rows = zip(stored, try AllowanceKeys(stored).publicKeys).map { ($0, $1) }
        print(json ? Self.jsonText(rows) : Self.table(rows).text(Style.standardOutput()), terminator: "")
    }

    static func table(_ rows: [(stored: SigningKey, shown: AllowanceKeys.PublicKey)]) -> Table {
        var table = Table(.right("KEY"), .left("CREATED"), .left("PUBLIC KEY"))
        for row in rows {
            table.add([
                Table.Cell(row.shown.name), Table.Cell(Numbers.time(row.stored.createdAt.rfc3339)),
                Table.Cell(row.shown.text),
            ])
        }
        return table
    }

    private static func jsonText(_ rows: [(stored: SigningKey, shown: AllowanceKeys.PublicKey)]) -> String {
        JSONText.line { json in
            json.beginArray()
            for row in rows {
                json.beginObject()
                json.member("kid", row.shown.name)
                json.member("x", row.shown.text)
                json.member("created_at", row.stored.createdAt.rfc3339)
                json.endObject()
            }
            json.endArray()
        }
    }
}
