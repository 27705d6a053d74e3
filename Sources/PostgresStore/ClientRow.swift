import Engine
import JSON
import Ledger
import StoreForms
import Time

/// The rows of clients and their keys.
enum ClientRow {
    private static let columns = [
        Column("client", .bigint), Column("name", .text), Column("role", .text), Column("stores", .text),
        Column("created_at", .bigint), Column("revoked_at", .bigint), Column("revoked_by", .bigint),
        Column("revocation_key", .text), Column("revocation_fingerprint", .bytea),
    ]
    private static let keyColumns = [
        Column("client", .bigint), Column("key_no", .bigint), Column("kind", .text), Column("digest", .bytea),
        Column("created_at", .bigint), Column("expires_at", .bigint), Column("author", .bigint),
        Column("idempotency_key", .text), Column("fingerprint", .bytea),
    ]

    private static let writeClient = Statement(
        insertInto: "client", columns,
        tail: """
             ON CONFLICT (client) DO UPDATE SET
                revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by,
                revocation_key = excluded.revocation_key, revocation_fingerprint = excluded.revocation_fingerprint
            """)
    private static let writeKeys = Statement(
        insertInto: "client_key", keyColumns,
        tail: " ON CONFLICT (client, key_no) DO UPDATE SET expires_at = excluded.expires_at")

    /// Writes a client that is new or changed, and its keys.
    static func write(_ client: Client, over connection: inout Connection) throws {
        var rows = Rows(columns)
        var json = JSONWriter()
        rows.add(client.number)
        rows.add(text: client.name)
        rows.add(text: client.role.rawValue)
        if client.stores.isEmpty {
            rows.addNull()
        } else {
            rows.add(by: &json) { StoresColumn.write(client.stores, to: &$0) }
        }
        rows.add(client.createdAt)
        rows.add(client.revokedAt)
        add(client.revocation, to: &rows)
        rows.seal()
        try connection.run(writeClient, Parameters(rows))

        var keys = Rows(keyColumns)
        for (index, key) in client.keys.enumerated() {
            keys.add(client.number)
            keys.add(Int64(index + 1))
            keys.add(text: key.kind.rawValue)
            keys.add(key.digest)
            keys.add(key.createdAt)
            keys.add(key.expiresAt)
            add(key.request, to: &keys)
        }
        keys.seal()
        try connection.run(writeKeys, Parameters(keys))
    }

    private static func add(_ request: KeyedRequest?, to rows: inout Rows) {
        if let request {
            rows.add(request.key.client)
            rows.add(text: request.key.key.text)
            rows.add(request.fingerprint)
        } else {
            for _ in 0..<3 { rows.addNull() }
        }
    }

    /// Reads the client, the key and the fingerprint of a call, if there was one.
    private static func request(_ row: borrowing Row, first: Int) throws -> KeyedRequest? {
        guard !row.isNull(first) else { return nil }
        return KeyedRequest(
            key: IdempotencyKey(client: try row.int64(first), key: row.exactText(first + 1)),
            fingerprint: try row.digest(first + 2))
    }

    /// Reads a key of `clientKeys`, and whose it is.
    static func key(_ row: borrowing Row) throws -> (client: Int64, key: ClientKey) {
        guard let kind = ClientKey.Kind(rawValue: row.text(1)) else {
            throw StoreError(.corrupt, "a key is of no kind that this program knows")
        }
        return (
            try row.int64(0),
            ClientKey(
                kind: kind, digest: try row.digest(2), createdAt: try row.instant(3),
                expiresAt: try row.optionalInstant(4), request: try request(row, first: 5))
        )
    }

    /// Reads a client of `clients`, whose keys are among those given.
    static func client(_ row: borrowing Row, keys: [(client: Int64, key: ClientKey)]) throws -> Client {
        guard let role = Role(rawValue: row.text(2)) else {
            throw StoreError(.corrupt, "a client has no role that this program knows")
        }
        let number = try row.int64(0)
        return Client(
            number: number, name: row.text(1), role: role,
            stores: row.isNull(3) ? [] : try StoresColumn.stores(row.plain(3)), createdAt: try row.instant(4),
            keys: keys.filter { $0.client == number }.map(\.key), revokedAt: try row.optionalInstant(5),
            revocation: try request(row, first: 6))
    }
}
