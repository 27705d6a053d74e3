import ArgumentParser
import Foundation

/// What the command line may say of a server's configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The database file, or postgres://….", valueName: "path or url"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A replica of the PostgreSQL database that queries read; what was written a moment ago may be missing there.",
            valueName: "url"))
    var readFrom: String?

    @Option(
        help: "How many seconds that replica may be behind before queries read the database itself. (default: 10)")
    var maxStaleness: String?

    @Option(help: ArgumentHelp("The program document to publish, unless it was published before.", valueName: "file"))
    var program: String?

    @Option(help: "The address to listen on; beyond the loopback it needs a certificate. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "The port to listen on; 0 lets the system choose. (default: 7410)")
    var port: String?

    @Option(
        help: ArgumentHelp(
            "The server's certificate (PEM), followed by those that lead to its authority.", valueName: "path"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key (PEM).", valueName: "path"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Who signs the certificates of clients (PEM), which may take the place of keys.", valueName: "path"))
    var tlsClientCa: String?

    @Flag(help: "Open ports beyond the loopback without TLS all the same: keys cross the network in the clear.")
    var insecureListen = false

    @Option(help: "Calls of one key in the long run; 0 for any number. (default: 5000)")
    var callsPerSecond: String?

    @Option(help: "The port for HTTP; 0 lets the system choose, `off` opens none. (default: 7411)")
    var httpPort: String?

    @Option(help: "How many members are kept in memory; one with many lots counts as several. (default: 200000)")
    var cachedMembers: String?

    @Option(
        help:
            "Whether what time brings about, such as points that lapse, is written down by itself; it shows in any case: on or off. (default: on)"
    )
    var dueWork: String?

    @Option(help: "How log lines look: readable or json. (default: readable)")
    var logFormat: String?

    @Option(help: "From which level on something is logged. (default: info)")
    var logLevel: String?

    func validate() throws {
        for address in [database, readFrom].compactMap(\.self) { try DatabaseName(address).refuseSecret() }
    }

    private var flags: [String: String] {
        [
            "database": database, "replica.database": readFrom, "replica.staleness_seconds": maxStaleness,
            "program": program, "listen.host": host, "listen.port": port, "http.port": httpPort,
            "cache.members": cachedMembers, "due.work": dueWork, "log.format": logFormat, "log.level": logLevel,
            "tls.certificate": tlsCertificate, "tls.key": tlsKey, "tls.client_authority": tlsClientCa,
            "listen.insecure": insecureListen ? "true" : nil, "limits.calls_per_second": callsPerSecond,
        ].compactMapValues { $0 }
    }

    /// What holds, and what is wrong.
    func resolve(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> (configuration: Configuration, problems: [Configuration.Problem]) {
        var (configuration, problems) = try Configuration.resolve(
            flags: flags, environment: environment, file: config ?? environment["KIZUNA_CONFIG"])
        problems += Self.exposures(of: configuration)
        if let problem = configuration.replicaProblem { problems.append(problem) }
        if (configuration.text("tls.certificate") == nil) != (configuration.text("tls.key") == nil) {
            problems.append(
                Configuration.Problem(place: "tls", message: "tls.certificate and tls.key go together"))
        }
        if let place = configuration.origin("tls.client_authority"), configuration.text("tls.certificate") == nil {
            problems.append(
                Configuration.Problem(
                    place: "\(place)",
                    message: "tls.client_authority asks clients for certificates over TLS, and there is none without "
                        + "tls.certificate and tls.key"))
        }
        return (configuration, problems)
    }

    /// Ports beyond the loopback on which keys would cross the network in the clear.
    private static func exposures(of configuration: Configuration) -> [Configuration.Problem] {
        guard configuration.text("listen.insecure") != "true" else { return [] }
        let hasCertificate = configuration.text("tls.certificate") != nil
        let certify = hasCertificate ? nil : "name a certificate with --tls-certificate and --tls-key"
        let remedies: [String: String?] = [
            "listen.host": certify,
            "http.host": configuration.text("http.tls") == "on"
                ? certify : ["leave http.tls on", certify].compactMap(\.self).joined(separator: " and "),
        ]
        return ["listen.host", "http.host"].compactMap { key in
            guard let host = configuration.text(key), !loopback.contains(host), let remedy = remedies[key] ?? nil else {
                return nil
            }
            return Configuration.Problem(
                place: configuration.origin(key).map { "\($0)" } ?? key,
                message: "the line is not encrypted, so \(key) takes 127.0.0.1, ::1 or localhost only; \(remedy), "
                    + "or open it all the same by --insecure-listen")
        }
    }

    private static let loopback = ["127.0.0.1", "::1", "localhost"]
}
