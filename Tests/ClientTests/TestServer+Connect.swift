import Client
import Engine
import JSON
import ServerSupport

extension TestServer {
    /// A client of the server.
    func connect(as role: Role) async throws -> KizunaClient {
        try await KizunaClient.connect(host: "127.0.0.1", port: port, apiKey: key(role), client: "test")
    }
}

extension ScriptedServer {
    /// A client of the server.
    func connect(patience: Duration = .seconds(30)) async throws -> KizunaClient {
        try await KizunaClient.connect(
            host: "127.0.0.1", port: port, apiKey: "key", client: "test", patience: patience)
    }
}

extension JSONWriter {
    /// Writes an object of texts.
    mutating func fields(_ fields: [String: String]) {
        beginObject()
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            key(name)
            string(value)
        }
        endObject()
    }
}
