import Engine
import Ledger
import RPC

// The codes and words for what is not done about clients, and for clients that go beyond their stores.

extension RPCError {
    static let clientUnknown = RPCError(
        code: 1190, message: "Unknown client", type: "client-unknown", detail: "client.list tells which there are")
    static let clientRevoked = RPCError(
        code: 1191, message: "Client revoked", type: "client-revoked",
        detail: "that is for ever; make a new one with client.create")
    static let keyTaken = RPCError(
        code: 1192, message: "Key taken", type: "key-taken", detail: "a client has this certificate already")

    /// The idempotency key made a key of a client, from other content.
    static func keyReused(by client: Client) -> RPCError {
        var error = keyReused
        error.detail = "a key of client \(client.number) was made with this idempotency key and other content"
        return error
    }

    /// The key is bound to stores, and these are not all of its own.
    static func otherStore(_ problems: [Problem]) -> RPCError {
        RPCError(code: RPCCode.notPermitted, message: "Not permitted", type: "other-store", problems: problems)
    }

    /// The key is bound to stores, and what the call is about belongs to another one.
    static func otherStore(_ store: ExactText, ownStores: [ExactText]) -> RPCError {
        var error = otherStore([])
        error.detail = "it belongs to the store \(store.text); this key is for \(ownStores.enumeration)"
        return error
    }

    /// The key is bound to stores, and the client is for others as well.
    static func otherClient(_ client: Client, ownStores: [ExactText]) -> RPCError {
        var error = otherStore([])
        let reach = client.stores.isEmpty ? "all stores" : client.stores.enumeration
        error.detail = "client \(client.number) is for \(reach); this key is for \(ownStores.enumeration)"
        return error
    }
}

extension [ExactText] {
    /// The first of them, as a person would name them.
    var enumeration: String {
        let shown = prefix(10).map(\.text).joined(separator: ", ")
        return count > 10 ? "\(shown) and \(count - 10) more" : shown
    }
}
