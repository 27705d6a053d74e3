import Engine
import GRDB
import JSON
import Ledger
import StoreForms
import Time

/// The rows of clients and their keys.
enum ClientRow {
    /// Carries a change out and writes what the audit trail says of it, inside a transaction that its caller opened.
    static func change(_ change: ClientChange, in database: Database) throws -> ClientOutcome {
        let outcome = change.outcome(among: try all(database))
        guard case .done(let client) = outcome else { return outcome }
        try write(client, to: database)
        try AuditRow.append(change.auditNote(of: client), to: database)
        return outcome
    }

    /// All clients by number.
    static func all(_ database: Database) throws -> [Client] {
        var keys: [Int64: [ClientKey]] = [:]
        var select = try RawStatement(
            database,
            """
            SELECT client, kind, digest, created_at, expires_at, author, idempotency_key, fingerprint FROM client_key
            ORDER BY client, key_no
            """)
        for (client, key) in try select.all(Self.key) { keys[client, default: []].append(key) }
        var clients = try RawStatement(
            database,
            """
            SELECT client, name, role, stores, created_at, revoked_at, revoked_by, revocation_key,
                revocation_fingerprint
            FROM client ORDER BY client
            """)
        return try clients.all { row in
            guard let role = Role(rawValue: row.text(2)) else {
                throw StoreError(.corrupt, "a client has no role that this program knows")
            }
            return Client(
                number: row.int64(0), name: row.text(1), role: role,
                stores: row.isNull(3) ? [] : try StoresColumn.stores(row.bytes(3)), createdAt: row.instant(4),
                keys: keys[row.int64(0)] ?? [], revokedAt: row.optionalInstant(5),
                revocation: try request(row, first: 6))
        }
    }

    /// Writes a client that is new or changed, and its keys.
    static func write(_ client: Client, to database: Database) throws {
        var insert = try RawStatement(
            database,
            """
            INSERT INTO client (
                client, name, role, stores, created_at, revoked_at, revoked_by, revocation_key, revocation_fingerprint)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (client) DO UPDATE SET
                revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by,
                revocation_key = excluded.revocation_key, revocation_fingerprint = excluded.revocation_fingerprint
            """)
        insert.bind(client.number)
        insert.bind(client.name)
        insert.bind(client.role.rawValue)
        var json = JSONWriter()
        insert.bindUnless(client.stores.isEmpty, by: &json) { StoresColumn.write(client.stores, to: &$0) }
        insert.bind(client.createdAt)
        insert.bind(client.revokedAt)
        bind(client.revocation, to: &insert)
        try insert.run()
        for (index, key) in client.keys.enumerated() {
            try write(key, number: Int64(index + 1), of: client, to: database)
        }
    }

    private static func write(_ key: ClientKey, number: Int64, of client: Client, to database: Database) throws {
        var insert = try RawStatement(
            database,
            """
            INSERT INTO client_key (
                client, key_no, kind, digest, created_at, expires_at, author, idempotency_key, fingerprint)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (client, key_no) DO UPDATE SET expires_at = excluded.expires_at
            """)
        insert.bind(client.number)
        insert.bind(number)
        insert.bind(key.kind.rawValue)
        insert.bind(key.digest)
        insert.bind(key.createdAt)
        insert.bind(key.expiresAt)
        bind(key.request, to: &insert)
        try insert.run()
    }

    private static func bind(_ request: KeyedRequest?, to statement: inout RawStatement) {
        if let request {
            statement.bind(request.key.client)
            statement.bind(request.key.key)
            statement.bind(request.fingerprint)
        } else {
            for _ in 0..<3 { statement.bindNull() }
        }
    }

    /// Reads the client, the key and the fingerprint of a call, if there was one.
    private static func request(_ row: RawStatement, first: Int32) throws -> KeyedRequest? {
        guard !row.isNull(first) else { return nil }
        return KeyedRequest(
            key: IdempotencyKey(client: row.int64(first), key: row.exactText(first + 1)),
            fingerprint: try row.digest(first + 2))
    }

    private static func key(_ row: RawStatement) throws -> (client: Int64, key: ClientKey) {
        guard let kind = ClientKey.Kind(rawValue: row.text(1)) else {
            throw StoreError(.corrupt, "a key is of no kind that this program knows")
        }
        return (
            row.int64(0),
            ClientKey(
                kind: kind, digest: try row.digest(2), createdAt: row.instant(3), expiresAt: row.optionalInstant(4),
                request: try request(row, first: 5))
        )
    }
}
