import Engine
import GRDB
import Ledger
import Time

/// The rows of published rule sets.
enum RuleSetRow {
    private static let columns =
        "version, source, digest, added_at, effective_from, author, note, client, idempotency_key, fingerprint"

    /// Adds a rule set and what the audit trail says of it, inside a transaction that its caller opened.
    static func add(_ new: NewRuleSet, to database: Database, at now: Instant) throws -> AddingOutcome {
        if let key = new.request?.key, let known = try self.find(key, in: database) { return .keyUsed(known) }
        let present = try all(database, after: 0)
        let outcome = new.placed(behind: present, at: now)
        guard case .added(let stored) = outcome else { return outcome }
        try insert(stored, into: database)
        try AuditRow.append(new.auditNote(of: stored, behind: present), to: database)
        return outcome
    }

    /// Writes a rule set as it is.
    static func insert(_ stored: StoredRuleSet, into database: Database) throws {
        var insert = try RawStatement(
            database, "INSERT INTO rule_set (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        insert.bind(stored.version)
        insert.bind(stored.source)
        insert.bind(stored.digest)
        insert.bind(stored.publishedAt)
        insert.bind(stored.effectiveFrom)
        insert.bind(stored.author)
        insert.bind(stored.note)
        if let request = stored.request {
            insert.bind(request.key.client)
            insert.bind(request.key.key)
            insert.bind(request.fingerprint)
        } else {
            for _ in 0..<3 { insert.bindNull() }
        }
        try insert.run()
    }

    /// Rule sets behind a version, ascending.
    static func all(_ database: Database, after version: Int64) throws -> [StoredRuleSet] {
        var select = try RawStatement(
            database, "SELECT \(columns) FROM rule_set WHERE version > ? ORDER BY version")
        select.bind(version)
        return try select.all(read)
    }

    /// The newest version; 0 where there is none.
    static func newestVersion(_ database: Database) throws -> Int64 {
        var select = try RawStatement(database, "SELECT max(version) FROM rule_set")
        return try select.first { $0.int64(0) } ?? 0
    }

    private static func find(_ key: IdempotencyKey, in database: Database) throws -> StoredRuleSet? {
        var select = try RawStatement(
            database, "SELECT \(columns) FROM rule_set WHERE client = ? AND idempotency_key = ?")
        select.bind(key.client)
        select.bind(key.key)
        return try select.first(read)
    }

    private static func read(_ row: RawStatement) throws -> StoredRuleSet {
        let request: KeyedRequest? =
            row.isNull(8)
            ? nil
            : KeyedRequest(
                key: IdempotencyKey(client: row.int64(7), key: row.exactText(8)), fingerprint: try row.digest(9))
        return StoredRuleSet(
            version: row.int64(0), source: row.text(1), digest: try row.digest(2), publishedAt: row.instant(3),
            effectiveFrom: row.instant(4), author: row.text(5), note: row.text(6), request: request)
    }
}
