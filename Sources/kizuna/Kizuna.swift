import ArgumentParser
import Foundation

/// The command line.
@main
struct Kizuna: AsyncParsableCommand {
    /// The version of this program.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "kizuna",
        abstract: "Kizuna, a loyalty points and rewards engine.",
        discussion: """
            Start with a server to try things on:
              kizuna serve --demo

            Commands that talk to a server take its key from KIZUNA_API_KEY or a file (--key-file), never from the \
            command line, where every user of the machine could read it.

            Exit codes: 0 all is well, 1 problems were found or the server refused, 64 the command line is wrong, \
            66 a file cannot be read, 69 a server cannot be reached or a port not be opened, 70 something is damaged, 73 a file cannot be \
            written, 77 the key is missing or does not allow this.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, ConfigCommand.self, RulesCommand.self, ClientCommand.self,
            SigningKeyCommand.self, ImportCommand.self, MemberCommand.self,
            StatementCommand.self, ExplainCommand.self, VerifyCommand.self, MigrateCommand.self, BackupCommand.self,
            RestoreCommand.self, CopyCommand.self,
            MethodsCommand.self, CELCommand.self, BenchCommand.self,
        ])

    /// Runs a command and ends with the exit code that belongs to how it went.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard let failure = CommandFailure(error) else { exit(withError: error) }
            FileHandle.standardError.write(Data("kizuna: \(SafeText.lines(failure.message))\n".utf8))
            Foundation.exit(failure.code.rawValue)
        }
    }
}
