import Foundation
import PostgresStore
import Server
import Time

// A file that is missing, or that the server's user may not read, shows when the server starts, or worse, when a
// certificate is read anew. So all of them are looked at beforehand.

/// The files that a configuration names.
struct NamedFiles {
    private let configuration: Configuration
    private let environment: [String: String]

    init(_ configuration: Configuration, environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.configuration = configuration
        self.environment = environment
    }

    /// What is wrong with them, each in the place that names it.
    func problems() -> [Configuration.Problem] {
        ["program", "tls.certificate", "tls.key", "tls.client_authority"].flatMap(unreadable)
            + database() + identity()
    }

    /// What is worth a look, and keeps no server from starting.
    func cautions(of identity: TLSIdentity?, at now: Instant = Startup.clock()) -> [Configuration.Problem] {
        guard let identity, identity.endsAt <= now else { return [] }
        return [
            problem(
                at: "tls.certificate",
                "the certificate was over at \(identity.endsAt.rfc3339), and clients refuse it; renew it and send SIGHUP"
            )
        ]
    }

    private func unreadable(_ key: String) -> [Configuration.Problem] {
        guard let path = configuration.text(key), let fault = Self.problem(with: path) else { return [] }
        return [problem(at: key, "\(key): \(fault)")]
    }

    /// Certificate, key and authority as the server would use them.
    private func identity() -> [Configuration.Problem] {
        let keys = ["tls.certificate", "tls.key", "tls.client_authority"]
        guard keys.allSatisfy({ unreadable($0).isEmpty }) else { return [] }
        if let path = configuration.text("tls.key"), Self.mode(of: path) & 0o007 != 0 {
            return [problem(at: "tls.key", "tls.key: everybody may read \(path); chmod 640, or 600")]
        }
        do {
            _ = try TLSIdentity(configuration)
            return []
        } catch {
            return [problem(at: "tls.certificate", CommandFailure(error)?.message ?? "\(error)")]
        }
    }

    // MARK: The database

    private func database() -> [Configuration.Problem] {
        guard let text = configuration.text("database") else { return [] }
        do {
            switch try DatabaseName(text) {
            case .file(let path): return file(path)
            case .postgres(_, let connection): return files(of: connection) + exposure(of: connection)
            }
        } catch {
            return [problem(at: "database", "\(CommandFailure(error)?.message ?? "database cannot be read")")]
        }
    }

    /// A file of SQLite, which may be missing: then it is made.
    private func file(_ path: String) -> [Configuration.Problem] {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        if FileManager.default.fileExists(atPath: path) {
            return Self.problem(with: path).map { [problem(at: "database", "database: \($0)")] } ?? []
        }
        if Self.isFolder(folder) { return [] }
        return [problem(at: "database", "database: there is no folder \(folder) to make \(path) in")]
    }

    private func files(of connection: ConnectionString) -> [Configuration.Problem] {
        var problems: [Configuration.Problem] = []
        for (keyword, path) in connection.files {
            let fault = Self.problem(with: path) ?? (keyword == "passfile" ? Self.exposure(of: path) : nil)
            if let fault { problems.append(problem(at: "database", "database: \(keyword): \(fault)")) }
        }
        if let path = environment["PGPASSFILE"], let fault = Self.problem(with: path) ?? Self.exposure(of: path) {
            problems.append(Configuration.Problem(place: "PGPASSFILE", message: fault))
        }
        return problems
    }

    /// A password in a configuration file that everybody may read.
    private func exposure(of connection: ConnectionString) -> [Configuration.Problem] {
        guard connection.hasSecret, case .file(let path, _)? = configuration.origin("database"),
            Self.mode(of: path) & 0o007 != 0
        else { return [] }
        return [problem(at: "database", "database: everybody may read the password in it; chmod 640, or 600")]
    }

    /// PostgreSQL's client passes over a password file that others may read.
    private static func exposure(of path: String) -> String? {
        mode(of: path) & 0o077 == 0 ? nil : "others may read \(path), so it is not used; chmod 600"
    }

    private static func mode(of path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int ?? 0
    }

    // MARK: Any file

    private func problem(at key: String, _ message: String) -> Configuration.Problem {
        Configuration.Problem(place: configuration.origin(key).map { "\($0)" } ?? key, message: message)
    }

    private static func problem(with path: String) -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return "there is no file \(path)" }
        if isFolder(path) { return "\(path) is a folder" }
        return FileManager.default.isReadableFile(atPath: path) ? nil : "\(path) cannot be read by this user"
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
