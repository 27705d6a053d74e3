import CPostgres
import Engine

/// Where a PostgreSQL database is, as libpq reads it: `postgres://…`, or `host=… dbname=…`.
package struct ConnectionString: Sendable {
    /// The whole text, which may name a password: never to be shown.
    let text: String
    private let fields: [String: String]

    /// Reads a connection string.
    ///
    /// - Throws: `StoreError` where libpq cannot read it. What libpq says of it may quote a password, and is not told.
    package init(_ text: String) throws {
        guard !Self.isCutByPassword(text) else {
            throw StoreError(
                .unavailable,
                "the connection string cannot be read: write / as %2F, @ as %40 and ? as %3F in what it names, "
                    + "a password above all")
        }
        self.text = text
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            PQfreemem(message)
            throw StoreError(
                .unavailable,
                "the connection string cannot be read; it looks like postgres://user@host:5432/name?sslmode=verify-full"
            )
        }
        defer { PQconninfoFree(options) }
        var fields: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { fields[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.fields = fields
        try checkValues()
    }

    private static let sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

    /// Refuses what libpq refuses only when it connects. What is there is not told, for the reason above.
    private func checkValues() throws {
        if let mode = fields["sslmode"], !mode.isEmpty, !Self.sslModes.contains(mode) {
            throw StoreError(
                .unavailable,
                "the connection string cannot be used: sslmode is one of \(Self.sslModes.joined(separator: ", "))")
        }
        // Several hosts have several ports.
        let ports = fields["port"]?.split(separator: ",") ?? []
        guard ports.allSatisfy({ Int($0).map((1...65_535).contains) ?? false }) else {
            throw StoreError(
                .unavailable, "the connection string cannot be used: a port is a number from 1 to 65535")
        }
    }

    /// Whether an address holds `@` where libpq would take a part of a password for a host, a port or a database.
    private static func isCutByPassword(_ text: String) -> Bool {
        guard let scheme = ["postgres://", "postgresql://"].first(where: text.hasPrefix) else { return false }
        let parts = text.dropFirst(scheme.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let authority = parts[0].prefix { $0 != "/" }
        let signs = parts[0].count { $0 == "@" }
        // A `?` that ends an address without a database is more likely one of a password.
        return signs > 1 || (signs == 1 && !authority.contains("@"))
            || (signs == 0 && authority.count == parts[0].count && authority.contains(":") && parts.count > 1
                && parts[1].contains("@"))
    }

    /// Whether a text is meant as a connection string and not as the path of a file.
    ///
    /// A text that begins with a keyword and `=` is one, whatever the keyword: taken for a path, it would be shown whole.
    package static func isOne(_ text: String) -> Bool {
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") { return true }
        guard let sign = text.firstIndex(of: "=") else { return false }
        let keyword = text[..<sign].trimmingPrefix { $0.isWhitespace }.reversed().trimmingPrefix { $0.isWhitespace }
        return !keyword.isEmpty && keyword.allSatisfy { ("a"..."z").contains($0) || $0 == "_" }
    }

    /// Whether it names something that must stay secret.
    package var hasSecret: Bool { fields["password"] != nil || fields["sslpassword"] != nil }

    /// The files that it names, by keyword, in the order of the keywords.
    package var files: [(keyword: String, path: String)] {
        ["passfile", "sslcert", "sslcrl", "sslkey", "sslrootcert"].compactMap { keyword in
            // libpq has a word for the authorities of the system.
            fields[keyword].flatMap { $0.isEmpty || $0 == "system" ? nil : (keyword, $0) }
        }
    }

    /// What people are shown: user, host, port and name, as far as they are named.
    package var shown: String {
        if let service = fields["service"] { return "service=\(service)" }
        let user = fields["user"].map { $0 + "@" } ?? ""
        let port = fields["port"].map { ":" + $0 } ?? ""
        return "postgres://\(user)\(fields["host"] ?? "")\(port)/\(fields["dbname"] ?? "")"
    }

    /// The same server with another database, as keywords and values.
    func replacing(database name: String) -> String {
        let others = fields.filter { $0.key != "dbname" }.sorted { $0.key < $1.key }
        return ([("dbname", name)] + others).map { key, value in
            "\(key)='\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
        }.joined(separator: " ")
    }
}
