import ArgumentParser
import Engine
import Foundation

/// `kizuna client rotate`
struct ClientRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a client a new key; the one before goes on for a while.",
        discussion: """
            Both keys are valid until the client has the new one. With --overlap 0 the one before ends at once, and so \
            do its sessions: that is for a key that has leaked.

            EXAMPLES
              kizuna client rotate --database kizuna.sqlite 3
              kizuna client rotate --database kizuna.sqlite --overlap 0 3
            """)

    @OptionGroup var database: DatabaseOption

    @Option(help: ArgumentHelp("How many hours the key before is still valid.", valueName: "hours"))
    var overlap = 24

    @OptionGroup var key: NewKeyOptions

    @Argument(help: "The client's number, from `kizuna client list`.")
    var client: Int64

    @Flag(help: "Print one JSON object with the key and the client's number.")
    var json = false

    func validate() throws {
        guard (0...8784).contains(overlap) else { throw ValidationError("--overlap takes 0 to 8784 hours") }
    }

    func run() throws {
        let now = Startup.clock()
        let store = try database.open(isReadOnly: true)
        let role = try store.read { try $0.clients() }.first { $0.number == client }?.role
        try store.close()
        let made = try key.make(for: role ?? .pos, at: now)
        let rotated = try ClientTable.change(
            .rotate(client: client, key: made.key, overlapMs: Int64(overlap) * 3600 * 1000), in: database, at: now)
        let before = overlap == 0 ? "the key before ended" : "the key before is valid for \(overlap) hours more"
        let sentence = "client \(rotated.number), \(SafeText.text(rotated.name)): \(before); it may connect"
        ClientTable.tell(rotated, sentence, made.secret, json: json)
    }
}
