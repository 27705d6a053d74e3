import ArgumentParser
import Server

/// `kizuna config`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at a server's configuration.", subcommands: [ConfigCheckCommand.self])
}

/// `kizuna config check`
struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what a server would go by, where each value comes from, and what is wrong.",
        discussion: """
            A flag comes before the environment, the environment before the file, the file before what is usual. The \
            variable of a setting is its name in capitals behind KIZUNA_, with _ for a dot. Files that are named must be \
            there, readable and usable. Exits with 1 when something is wrong.

            EXAMPLES
              kizuna config check --config /etc/kizuna/kizuna.yaml
              KIZUNA_LOG_LEVEL=debug kizuna config check --config /etc/kizuna/kizuna.yaml --port 7500
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        var (configuration, problems) = try options.resolve()
        problems += NamedFiles(configuration).problems()
        let style = Style.standardOutput()
        print(Self.table(of: configuration).text(style))
        for problem in problems { print(style.paint("wrong", .bad) + " \(SafeText.text(problem.description))") }
        guard problems.isEmpty else { throw ExitCode(1) }
        for caution in NamedFiles(configuration).cautions(of: try TLSIdentity(configuration)) {
            print(style.paint("careful", .warning) + " \(SafeText.text(caution.description))")
        }
        print(style.paint("All is well", .good))
    }

    /// The settings that hold; secrets are hidden.
    static func table(of configuration: Configuration) -> Table {
        var table = Table(.left("SETTING"), .left("VALUE"), .left("FROM"))
        for setting in Setting.all {
            let value = configuration.text(setting.key).map(setting.shown) ?? ""
            let origin = configuration.origin(setting.key)?.description ?? "not set"
            table.add([.init(setting.key), .init(value), .init(origin)])
        }
        return table
    }
}
