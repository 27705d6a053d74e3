import ArgumentParser
import Engine

/// `kizuna signing-key rotate`
struct SigningKeyRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make a new key that signs allowances; running servers sign with it within a second.",
        discussion: """
            What the keys before signed stays good, and tills learn the new one with their next hello. With --end-earlier \
            the keys before end at once: that is for a database or a backup that was stolen. A token that one of them \
            signed is then refused; its allowance is still settled by its number.

            EXAMPLES
              kizuna signing-key rotate --database kizuna.sqlite
              kizuna signing-key rotate --database kizuna.sqlite --end-earlier
            """)

    @OptionGroup var database: DatabaseOption

    @Flag(help: "End the keys before.")
    var endEarlier = false

    func run() throws {
        let store = try database.open(isReadOnly: false)
        let key = try store.rotateSigningKey(
            SigningKeyRotation(endsEarlier: endEarlier, at: Startup.clock(), by: .operatingUser))
        try store.close()
        print("signing key \(key.number) signs; \(endEarlier ? "those before it ended" : "those before it stay good")")
    }
}
