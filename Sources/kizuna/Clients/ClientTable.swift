import Engine
import Foundation
import JSON
import Ledger
import Time

/// What the commands about clients have in common.
enum ClientTable {
    /// Carries a change out, or says why not.
    static func change(
        _ action: ClientChange.Action, in database: DatabaseOption, at now: Instant
    ) throws -> Client {
        let store = try database.open(isReadOnly: false)
        let outcome = try store.changeClients(ClientChange(action, at: now, by: .operatingUser))
        try store.close()
        switch outcome {
        case .done(let client), .repeated(let client): return client
        case .unknownClient: throw CommandFailure("there is no such client; `kizuna client list` shows them")
        case .revoked(let client):
            throw CommandFailure("client \(client.number) was revoked, which is for ever; create a new one")
        case .digestTaken: throw CommandFailure("a client has this certificate already")
        case .keyReused: preconditionFailure("the command line names no idempotency key")
        }
    }

    /// Tells what was made: the secret alone on standard output, the rest beside it.
    static func tell(_ client: Client, _ sentence: String, _ secret: APIKey?, json: Bool) {
        if json {
            let line = JSONText.line { json in
                json.beginObject()
                json.member("client", client.number)
                json.member("name", client.name)
                json.member("role", client.role.rawValue)
                if let secret { json.member("api_key", secret.text) }
                json.endObject()
            }
            return print(line, terminator: "")
        }
        let more = secret == nil ? " by its certificate" : "; its key, shown this once:"
        FileHandle.standardError.write(Data("\(sentence)\(more)\n".utf8))
        if let secret { print(secret.text) }
    }

    /// The keys of a client in a word: how many are valid, or why none is.
    static func keys(of client: Client, at now: Instant) -> String {
        if client.revokedAt != nil { return "revoked" }
        let valid = client.validKeys(at: now)
        guard !valid.isEmpty else { return "expired" }
        let last = valid.allSatisfy { $0.expiresAt != nil } ? valid.compactMap(\.expiresAt).max() : nil
        let until = last.map { " until \(Numbers.time($0.rfc3339))" } ?? ""
        return "\(valid.count)\(until)"
    }
}
