import Engine
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

    /// The key is bound to stores, and this is not one of them.
    static func otherStore(_ problems: [Problem]) -> RPCError {
        RPCError(code: RPCCode.notPermitted, message: "Not permitted", type: "other-store", problems: problems)
    }
}
