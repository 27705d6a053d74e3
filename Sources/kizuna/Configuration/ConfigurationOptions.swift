import ArgumentParser
import Foundation

/// What the command line may say of a server's configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The database file, or postgres://….", valueName: "path or url"))
    var database: String?

    @Option(help: ArgumentHelp("The program document to put in force.", valueName: "file"))
    var program: String?

    @Option(help: "The address to listen on; loopback only, because the line is not encrypted (default: 127.0.0.1)")
    var host: String?

    @Option(help: "The port to listen on; 0 lets the system choose. (default: 7410)")
    var port: String?

    @Option(help: "The port for HTTP; 0 lets the system choose, `off` opens none. (default: 7411)")
    var httpPort: String?

    @Option(help: "How many members are kept in memory. (default: 200000)")
    var cachedMembers: String?

    @Option(help: "How log lines look: readable or json. (default: readable)")
    var logFormat: String?

    @Option(help: "From which level on something is logged. (default: info)")
    var logLevel: String?

    func validate() throws {
        if let database { try DatabaseName(database).refuseSecret() }
    }

    private var flags: [String: String] {
        [
            "database": database, "program": program, "listen.host": host, "listen.port": port, "http.port": httpPort,
            "cache.members": cachedMembers, "log.format": logFormat, "log.level": logLevel,
        ].compactMapValues { $0 }
    }

    /// What holds, and what is wrong.
    func resolve(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> (configuration: Configuration, problems: [Configuration.Problem]) {
        var (configuration, problems) = try Configuration.resolve(
            flags: flags, environment: environment, file: config ?? environment["KIZUNA_CONFIG"])
        for key in ["listen.host", "http.host"] {
            guard let host = configuration.text(key), !Self.loopback.contains(host) else { continue }
            problems.append(
                Configuration.Problem(
                    place: configuration.origin(key).map { "\($0)" } ?? key,
                    message: "the line is not encrypted, so \(key) takes 127.0.0.1, ::1 or localhost only"))
        }
        return (configuration, problems)
    }

    private static let loopback = ["127.0.0.1", "::1", "localhost"]
}
