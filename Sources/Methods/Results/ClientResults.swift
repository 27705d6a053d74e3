import Engine
import JSON
import Ledger
import Time

/// How clients look on the wire. Digests of secrets never leave the store.
struct ClientResults {
    /// Times are told in this zone.
    let zone: Zone
    /// The instant for which it is told which keys are valid.
    let now: Instant

    /// A client, less the member `replayed`.
    func client(_ client: Client, secret: APIKey?) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        write(client, to: &json)
        if let secret { json.member("api_key", secret.text) }
        json.endObject()
        return json.take()
    }

    /// A page of clients.
    ///
    /// - Parameter next: where the next page begins.
    func list(_ clients: [Client], next: Int64?) -> [UInt8] {
        var json = JSONWriter(reserving: 256 * (clients.count + 1))
        json.beginObject()
        json.key("clients")
        json.beginArray()
        for client in clients {
            json.beginObject()
            write(client, to: &json)
            json.endObject()
        }
        json.endArray()
        if let next { json.member("next_cursor", String(next)) }
        json.endObject()
        return json.take()
    }

    private func write(_ client: Client, to json: inout JSONWriter) {
        json.member("client", client.number)
        json.member("name", client.name)
        json.member("role", client.role.rawValue)
        if !client.stores.isEmpty {
            json.key("stores")
            json.beginArray()
            for store in client.stores { json.string(store.text) }
            json.endArray()
        }
        json.member("created_at", client.createdAt.rfc3339(in: zone))
        if let revokedAt = client.revokedAt { json.member("revoked_at", revokedAt.rfc3339(in: zone)) }
        json.key("keys")
        json.beginArray()
        for key in client.keys {
            json.beginObject()
            json.member("key", key.name)
            json.member("kind", key.kind.rawValue)
            json.key("valid")
            json.bool(client.revokedAt == nil && key.isValid(at: now))
            json.member("created_at", key.createdAt.rfc3339(in: zone))
            if let expiresAt = key.expiresAt { json.member("expires_at", expiresAt.rfc3339(in: zone)) }
            json.endObject()
        }
        json.endArray()
    }
}
